/* What can be said of a script without running it: its help, and what it becomes on this host. */
#include "compiler/compile.h"

#include "compiler/object.h"
#include "compiler/sema/scope.h"

#include <errno.h>
#include <string.h>

int nt_script_help(struct nt_cx *cx, uint16_t source, const char *how_called, FILE *out)
{
    char **argv = cx->options.script_argv;
    int argc = cx->options.script_argc, err;
    struct nt_unit *u;

    cx->options.script_argc = 0; /* help is given whatever else was typed */
    err = nt_compile_to(cx, source, "library", &u);
    cx->options.script_argc = argc;
    cx->options.script_argv = argv;
    if (err)
        return err;
    if (u->script->doc)
        fprintf(out, "%s\n\n", u->script->doc);
    fprintf(out, "usage: ntrace %s [options]\n\n", how_called);
    nt_vec_each (p, &u->param_list)
        if (!(*p)->common) {
            fputs("options of this script\n", out);
            nt_params_help(u, false, out);
            fputc('\n', out);
            break;
        }
    fputs("options of every script\n", out);
    nt_params_help(u, true, out);
    return 0;
}

/* -- check ------------------------------------------------------------------------------------ */

static void print_size(uint64_t bytes, FILE *out)
{
    NT_STR_AUTO text = {0};

    nt_type_bytes.format(&nt_type_bytes, &bytes, &text);
    fputs(text.at, out);
}

static void report_probes(struct nt_unit *u, FILE *out)
{
    for (uint32_t i = 0; i < u->program.nprobes; i++) {
        const struct nt_probe *p = &u->program.probes[i];

        fprintf(out, "  %-18s %-32s %5u instructions  %s\n", p->event, p->section,
                nt_object_insns(u->program.elf, u->program.elf_size, p->prog), p->why);
    }
}

static void report_tables(struct nt_unit *u, FILE *out)
{
    for (uint32_t i = 0; i < u->program.ntables; i++) {
        const struct nt_table *t = &u->program.tables[i];
        uint64_t key = t->key.words * 8u, own = 0, shared = 0;

        if (t->key.ncolumns)
            fprintf(out, "  %-18s up to %u keys of %llu bytes, ", t->name, t->max,
                    (unsigned long long)key);
        else
            fprintf(out, "  %-18s one row, ", t->name);
        for (uint8_t k = 0; k < t->nparts; k++)
            *(t->part[k].shared ? &shared : &own) += t->part[k].words * 8u;
        print_size((uint64_t)t->max * t->buffers * own, out);
        fputs(" a CPU and ", out);
        print_size((uint64_t)t->max * t->buffers * (shared + key), out);
        fputc('\n', out);
    }
}

static void report_states(struct nt_unit *u, FILE *out)
{
    for (uint32_t i = 0; i < u->program.nkept; i++) {
        const struct nt_kept *k = &u->program.kept[i];
        uint32_t max = u->states.at[i]->max;
        uint64_t size = (k->key_words + k->value_words) * 8u;

        fprintf(out, "  @%-17s ", k->name);
        if (k->nkeys)
            fprintf(out, "up to %u keys, ", max);
        print_size(max * size, out);
        fputc('\n', out);
    }
}

static void report_paths(struct nt_unit *u, FILE *out)
{
    for (uint32_t i = 0; i < u->program.npaths; i++) {
        const struct nt_path *p = &u->program.paths[i];
        uint64_t entries = (p->words + 1ull) * 8 * p->max;
        uint64_t keys = (p->key_words + 1ull) * 8 * p->max_keys;

        fprintf(out, "  %-18s up to %u at a time, ", p->name, p->max);
        print_size(entries + keys + (p->lost ? p->max * 16ull : 0), out);
        fputc('\n', out);
    }
}

static void report_bound(const char *what, uint32_t n, uint64_t bytes, FILE *out)
{
    fprintf(out, "  %-18s up to %u at a time, ", what, n);
    print_size(n * bytes, out);
    fputc('\n', out);
}

/* What has to be remembered from one event to another, and of stacks. */
static void report_remembered(struct nt_unit *u, FILE *out)
{
    nt_vec_each (clock, &u->clocks)
        report_bound("starts", NT_STARTS, (*clock)->key_words * 8u + NT_START_BYTES, out);
    nt_vec_each (frame, &u->frames)
        report_bound("open calls", NT_OPEN_CALLS, 16 + nt_frame_words(*frame) * 8u, out);
    nt_vec_each (limit, &u->limit_maps)
        report_bound("keys of limit", NT_LIMIT_KEYS, limit->key_words * 8u + 8, out);
    if (u->uses_stacks)
        report_bound("stacks", NT_STACKS, NT_STACK_DEPTH * 8, out);
}

static void report_commands(struct nt_unit *u, FILE *out)
{
    for (uint32_t i = 0; i < u->program.ncommands; i++)
        fprintf(out, "  %s\n", u->program.commands[i].text);
}

/* A part of the report, if there is anything to say in it. */
static void report_part(struct nt_unit *u, const char *title, uint32_t n,
                        void (*report)(struct nt_unit *u, FILE *out), FILE *out)
{
    if (n)
        fprintf(out, "\n%s\n", title);
    report(u, out);
}

int nt_check_report(struct nt_cx *cx, uint16_t source, FILE *out)
{
    struct nt_unit *u;
    int err = nt_compile_to(cx, source, "emit", &u);

    if (err)
        return err;
    fprintf(out, "%s runs on this kernel.\n", cx->sources.at[source].name);
    report_part(u, "probes", u->program.nprobes, report_probes, out);
    report_part(u, "tables", u->program.ntables, report_tables, out);
    report_part(u, "state", u->program.nkept, report_states, out);
    report_part(u, "paths", u->program.npaths, report_paths, out);
    report_part(u, "remembered", u->clocks.n + u->frames.n + u->limit_maps.n + u->uses_stacks,
                report_remembered, out);
    report_part(u, "commands, which --allow-exec lets it run", u->program.ncommands,
                report_commands, out);
    fputs("\nobject\n  ", out);
    print_size(u->program.elf_size, out);
    fputc('\n', out);
    return 0;
}
