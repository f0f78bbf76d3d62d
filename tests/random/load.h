/* Does a script load? Compiles it and hands it to the kernel, in a child: a crash, a hang and a
 * refusal are answers like others. Nothing is attached. */
#pragma once

#include "compiler/base/str.h"
#include "compiler/kernel/kernel.h"

#include <sys/types.h>

enum verdict {
    LOADED,       /* or came as far as `how` says */
    TOO_BIG,      /* said by ntrace, with the place */
    NOTHING_LEFT, /* no body can ever run here: said by the checker */
    /* Defects: */
    NOT_ACCEPTED, /* the checker refuses what the generator holds for well-typed */
    NOT_COMPILED,
    NOT_LOADED,  /* the verifier refuses what the checker accepted */
    NOT_FOR_OLD, /* what --profile compiled would not run on that kernel */
    CRASHED,
    HANGS,
    NVERDICTS,
};
extern const char *const verdict_names[NVERDICTS];

static inline bool is_defect(enum verdict v)
{
    return v >= NOT_ACCEPTED;
}

enum until { CHECKED, COMPILED, IN_KERNEL };

struct how {
    enum until until;
    bool old;           /* walk the object as well: would an old kernel take it? */
    unsigned seconds;   /* of CPU; who takes more hangs */
    const char *keep;   /* COMPILED: the object's file, or NULL */
    const char *object; /* IN_KERNEL: such a file; it is loaded, nothing is compiled */
};

/* A child at work, and what it took. */
struct loading {
    pid_t pid;
    int said;
    uint32_t *shared; /* where the child puts `followed` */
    /* Once it is finished: */
    double user, system; /* seconds of CPU */
    uint32_t followed;   /* instructions, by the verifier, on all ways; 0 on kernels before 5.16 */
};

void load_start(const struct nt_kernel *kernel, const char *text, const struct how *how,
                struct loading *ret);
/* Waits for it. What was said goes to ret_said. */
enum verdict load_finish(struct loading *l, struct nt_str *ret_said);
/* Both. */
enum verdict load_script(const struct nt_kernel *kernel, const char *text, const struct how *how,
                         struct nt_str *ret_said);

/* Saves time: optional. */
void load_code_generator(void);
