/* The passes of the compiler, in order: read this first.
 *
 * Each pass reports all it finds. The first four work around what is broken, so that one run shows
 * all mistakes of a script; nothing is numbered or generated for one that has any. What is true
 * before and after a pass stands at the top of its file. Code generation runs in a forked
 * child, with LLVM in a plugin that only the child loads: LLVM may end the process, and the tracer
 * stays small. */
#include "compiler/compile.h"

#include "compiler/generate.h"
#include "compiler/sema/unit.h"
#include "compiler/syntax/parse.h"

#include <errno.h>
#include <string.h>

static void parse(struct nt_unit *u)
{
    u->script = nt_parse_script(u->cx, u->source);
}

static void parse_dump(struct nt_unit *u, FILE *out)
{
    nt_ast_dump(u->script, out);
}

/* Not a pass: what the last one made, for other tools. */
static void object_dump(struct nt_unit *u, FILE *out)
{
    fwrite(u->program.elf, 1, u->program.elf_size, out);
}

static const struct nt_pass {
    const char *name;
    void (*run)(struct nt_unit *u);             /* what it does: */
    void (*dump)(struct nt_unit *u, FILE *out); /* -d NAME prints */
    bool goes_on;                               /* the next runs though this one found mistakes */
} passes[] = {
    {"parse", parse, parse_dump, false},            /* text -> tree */
    {"library", nt_library, nt_library_dump, true}, /* declarations and parameters into scope */
    {"bind", nt_bind, nt_bind_dump, true},          /* events -> this kernel's hooks */
    {"check", nt_check, nt_check_dump, false},      /* bodies -> typed trees */
    {"layout", nt_layout, nt_layout_dump, false},   /* numbers for keys, slots, rows, programs */
    {"lower", NULL, nt_generate_dump_llvm, false},  /* typed trees -> LLVM, in the child */
    {"emit", nt_generate, nt_generate_dump_asm, false}, /* LLVM -> BPF object, in the child */
    {"object", NULL, object_dump, false},
};

enum { NPASSES = sizeof(passes) / sizeof(*passes) };

const char *nt_pass_name(size_t i)
{
    return i < NPASSES ? passes[i].name : NULL;
}

/* Runs the passes up to and with `last`. */
static int run_passes(struct nt_unit *u, const char *last, const char *dump)
{
    for (size_t i = 0; i < NPASSES; i++) {
        bool dumped = dump && strcmp(passes[i].name, dump) == 0;

        if (passes[i].run && !(dumped && passes[i].run == nt_generate))
            passes[i].run(u);
        if (u->cx->diags.nerrors && (dumped || !passes[i].goes_on))
            return -EINVAL;
        if (dumped) {
            passes[i].dump(u, stdout);
            return u->cx->diags.nerrors ? -EINVAL : -ECANCELED;
        }
        if (strcmp(passes[i].name, last) == 0)
            break;
    }
    return u->cx->diags.nerrors ? -EINVAL : 0;
}

int nt_compile(struct nt_cx *cx, uint16_t source, struct nt_program *ret_program)
{
    struct nt_unit *u = NT_NEW(cx->arena, struct nt_unit);
    int err;

    u->cx = cx;
    u->source = source;
    err = run_passes(u, "object", cx->options.dump);
    if (!err)
        *ret_program = u->program;
    return err;
}

int nt_compile_to(struct nt_cx *cx, uint16_t source, const char *last, struct nt_unit **ret_unit)
{
    struct nt_unit *u = NT_NEW(cx->arena, struct nt_unit);
    int err;

    u->cx = cx;
    u->source = source;
    err = run_passes(u, last, NULL);
    if (!err)
        *ret_unit = u;
    return err;
}
