/* The files of the standard library: embedded in the binary, or below --stdlib DIR. */
#pragma once

#include "compiler/base/cx.h"

#include <stdbool.h>

struct nt_stdfile {
    const char *path; /* "events/skb.nt", "drops.nt" */
    const char *text;
    uint32_t len;
};

struct nt_stdfiles {
    const struct nt_stdfile *at;
    uint32_t n;
};

/* All files, sorted by path. Reports what can't be read. */
struct nt_stdfiles nt_stdlib_files(struct nt_cx *cx);
/* prelude.nt, events/ and views/ are every script's; the files at the top are scripts. */
bool nt_stdlib_is_declarations(const struct nt_stdfile *f);
