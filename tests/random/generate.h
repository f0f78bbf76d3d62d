/* Random scripts that the checker accepts: every construct of the language, over what the kernel at
 * hand offers. One seed and one kernel give one script. */
#pragma once

#include "compiler/base/cx.h"
#include "compiler/base/str.h"
#include "tests/random/choices.h"

/* Which of the events and hooks this kernel has. Asked once. */
struct offers;
struct offers *offers_new(const struct nt_kernel *kernel);
void offers_free(struct offers **offers);
const struct nt_kernel *offers_kernel(const struct offers *o);
void offers_each_event(const struct offers *o, void (*each)(const char *name, void *arg),
                       void *arg);

/* Writes a script. */
void generate_script(struct choices *c, const struct offers *offers, struct nt_str *out);

/* One body of one event whose results depend on its arguments alone. */
enum pure_kind { PURE_NUMBER, PURE_DURATION, PURE_MAC, PURE_PORT };
struct pure_argument {
    const char *text; /* a name that the event has, or its value written out; NULL: the end */
    enum pure_kind kind;
};
void generate_pure_script(struct choices *c, const struct offers *offers, const char *event,
                          const struct pure_argument *args, struct nt_str *out);
