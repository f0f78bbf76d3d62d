/* When the kernel refuses a program: which one, at which instruction, and so at which line of the
 * script. Works from the object's own line information, so that it does not matter how much the
 * kernel's log says about lines. */
#pragma once

#include "compiler/base/cx.h"
#include "compiler/program.h"

/* Loads the programs of p one by one to find one that the verifier refuses, and reports it against
 * the script; the raw log goes to stderr when cx->options.verbose. False: none is refused, the
 * failure was another. */
bool nt_refusal_report(struct nt_cx *cx, const struct nt_program *p);

/* What the end of a verifier's log says: the instruction (-1: none named) and the reason in its own
 * words, "" when there is none. ret_reason is cut to `size`. */
int nt_refusal_read_log(const char *log, char *ret_reason, size_t size);
