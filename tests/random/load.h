/* Does a script load? Compiles it and hands it to the kernel, in a child: a crash, a hang and a
 * refusal are answers like others. Nothing is attached. */
#pragma once

#include "compiler/base/str.h"
#include "compiler/kernel/kernel.h"

enum verdict {
    LOADED,
    TOO_BIG,      /* said by the checker, with the number */
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

struct how {
    bool old;        /* walk the object as well: would an old kernel take it? */
    bool check_only; /* no further than the checker */
};

/* What was said of it goes to ret_said. */
enum verdict load_script(const struct nt_kernel *kernel, const char *text, struct how how,
                         struct nt_str *ret_said);

/* Saves time: optional. */
void load_code_generator(void);
