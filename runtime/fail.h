/* How the runtime says that a step of its own went wrong. */
#pragma once

#include "compiler/base/cx.h"

#include <string.h>

/* "can't read the tables of the probes: Bad file descriptor". Gives the error (-errno) back. */
static inline int nt_fail(struct nt_cx *cx, const char *doing, int error)
{
    nt_error_at_none(cx, NT_RUN, "can't %s: %s", doing, strerror(-error));
    return error;
}
