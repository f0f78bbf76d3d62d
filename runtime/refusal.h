/* When the kernel refuses a program: which one, at which instruction, and so at which line of the
 * script. Works from the object's own line information, so that it does not matter how much the
 * kernel's log says about lines. */
#pragma once

#include "compiler/base/cx.h"
#include "compiler/program.h"

struct bpf_object;

/* What the verifier writes of each program of an object: room that is touched only by the log of
 * one that is refused, for which libbpf asks the kernel again. */
struct nt_refusal {
    char *logs;
    uint32_t n;
};

/* Before the object is loaded. Without memory for the logs none is written. */
void nt_refusal_listen(struct bpf_object *object, struct nt_refusal *ret_refusal);
void nt_refusal_close(struct nt_refusal *refusal);

/* After the load has failed: reports the program that was refused against the script; the raw log
 * goes to stderr when cx->options.verbose. False: none is refused, the failure was another. */
bool nt_refusal_report(struct nt_cx *cx, const struct nt_program *p, struct bpf_object *object,
                       const struct nt_refusal *refusal);

/* The verifier follows all ways through a program, up to a limit (131,072 instructions before 5.2,
 * a million since): that is no mistake of the program's. */
bool nt_refusal_is_too_much(const char *log);
/* What the end of a verifier's log says: the instruction (-1: none named) and the reason in its own
 * words, "" when there is none. ret_reason is cut to `size`. */
int nt_refusal_read_log(const char *log, char *ret_reason, size_t size);
