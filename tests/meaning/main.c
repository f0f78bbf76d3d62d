/* The meaning is right, tried: random bodies run in the kernel on known arguments, by
 * BPF_PROG_TEST_RUN, and in the evaluator. Rows and tables have to be equal. Beside that each body
 * is compiled with its arguments written out, so that the compiler computes what the kernel
 * computed.
 *
 *   ntrace-meaning COUNT SEED     tries COUNT bodies, each with several sets of arguments
 *
 * Exit code 1 when any differs: that is said at once, then the body is made small, as far as two
 * minutes take it, and shown. */
#include "tests/meaning/compare.h"

#include "compiler/compile.h"
#include "compiler/kernel/private.h"
#include "runtime/load.h"
#include "runtime/ring.h"
#include "runtime/tables.h"
#include "tests/random/generate.h"
#include "tests/random/load.h"

#include <bpf/bpf.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 6, NARGS = 8, TRIES = 300, SECONDS = 60, SHRINK_SECONDS = 120 };
enum outcome { SAME, NOTHING_SAID, DIFFERS, DIES };

/* A tracepoint with eight arguments of 64 bits or more, named as this kernel does. */
static const char *const types[NARGS] = {"int",      "uint",  "int", "uint",
                                         "duration", "bytes", "mac", "port"};
static char *event;

static const struct pure_argument names[] = {
    {"a", PURE_NUMBER}, {"b", PURE_NUMBER},   {"c", PURE_NUMBER},
    {"d", PURE_NUMBER}, {"e", PURE_DURATION}, {"f", PURE_NUMBER},
    {"g", PURE_MAC},    {"h", PURE_PORT},     {0},
};

struct trial {
    const struct nt_kernel *kernel;
    const struct offers *offers;
    uint64_t arg[RUNS][NARGS];
    struct nt_str text,
        constant; /* the same body, the second with the first arguments written out */
};

/* -- the body and its arguments --------------------------------------------------------------- */

static uint64_t pick_word64(struct choices *c)
{
    static const uint64_t edges[] = {
        0,       1,          2,          7,          63,          64,        255,        0xffff,
        0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, INT64_MAX, 1ull << 63, ~0ull};
    uint32_t way = pick(c, 4);
    uint64_t w = edges[pick(c, sizeof(edges) / sizeof(*edges))];

    if (way == 1)
        w = 0 - w;
    else if (way == 2)
        w = pick(c, 1000);
    else if (way == 3)
        w = (uint64_t)pick(c, UINT32_MAX) << 32 | pick(c, UINT32_MAX);
    return w;
}

static void write_out(struct trial *t, struct choices *rest, struct nt_arena *a)
{
    struct pure_argument constants[NARGS + 1] = {{0}};

    for (int i = 0; i < NARGS; i++) {
        uint64_t w = t->arg[0][i];

        constants[i].kind = names[i].kind;
        if (i == 6)
            constants[i].text = nt_sprintf(a, "%02x:%02x:%02x:%02x:%02x:%02x", (unsigned)(w >> 40),
                                           (unsigned)(w >> 32 & 255), (unsigned)(w >> 24 & 255),
                                           (unsigned)(w >> 16 & 255), (unsigned)(w >> 8 & 255),
                                           (unsigned)(w & 255));
        else if (i == 7)
            constants[i].text = nt_sprintf(a, "(%llu as port)", (unsigned long long)w);
        else /* no two alike: leaves are told apart by their text */
            constants[i].text =
                nt_sprintf(a, "(%*s0x%llx as %s)", i, "", (unsigned long long)w, types[i]);
    }
    generate_pure_script(rest, t->offers, event, constants, &t->constant);
}

static void make_trial(struct trial *t, struct choices *c)
{
    struct nt_arena *a = nt_arena_new();
    struct choices again;
    size_t before;

    for (int run = 0; run < RUNS; run++)
        for (int i = 0; i < NARGS; i++)
            t->arg[run][i] = pick_word64(c) & (i == 6 ? 0xffffffffffff : i == 7 ? 0xffff : ~0ull);
    before = c->drawn ? c->n : c->at;
    nt_str_clear(&t->text);
    nt_str_clear(&t->constant);
    generate_pure_script(c, t->offers, event, names, &t->text);
    choices_play(&again, c->row + (before < c->n ? before : c->n),
                 c->n - (before < c->n ? before : c->n));
    write_out(t, &again, a);
    choices_free(&again);
    nt_arena_free(&a);
}

/* -- in the kernel ---------------------------------------------------------------------------- */

static struct nt_unit *compile(struct nt_cx *cx, const char *text, const char *last)
{
    struct nt_unit *u = NULL;
    uint16_t source = nt_source_add(cx, "meaning.nt", text, (uint32_t)strlen(text));

    return nt_compile_to(cx, source, last, &u) < 0 ? NULL : u;
}

static int run_once(const struct nt_image *image, const uint64_t *args)
{
    LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = NARGS * sizeof(*args));

    return bpf_prog_test_run_opts(nt_image_prog(image, 0), &opts);
}

static int take_rows(void *arg, const struct nt_ring_row *rows, uint32_t n)
{
    struct comparison *c = arg;

    for (uint32_t i = 0; i < n; i++)
        compare_row(c, &rows[i]);
    return 0;
}

static bool run_in_kernel(struct trial *t, struct nt_cx *cx, struct nt_unit *u,
                          struct comparison *c)
{
    struct nt_image *image = NULL;
    struct nt_rings *rings = NULL;
    struct nt_tables *tables = NULL;
    bool ok = nt_image_load(cx, &u->program, &image) == 0;

    ok = ok &&
         (!u->program.uses_rings || nt_rings_open(&u->program, image, take_rows, c, &rings) == 0);
    ok = ok && nt_tables_open(&u->program, image, &tables) == 0;
    for (int run = 0; run < RUNS && ok; run++)
        ok = run_once(image, t->arg[run]) == 0;
    while (ok && nt_rings_consume(rings) > 0)
        ;
    if (ok) {
        compare_rows_end(c);
        nt_tables_last_snapshot(tables);
        for (uint32_t i = 0; i < u->program.ntables; i++)
            compare_table(c, i, nt_tables_whole(tables, i), cx->arena);
    } else {
        printf("can't be run: %m\n");
    }
    nt_tables_close(&tables);
    nt_rings_close(&rings);
    nt_image_close(&image);
    return ok;
}

/* -- both ------------------------------------------------------------------------------------- */

static void evaluate(struct evaluator *e, struct nt_unit *u, struct trial *t, int runs)
{
    e->arena = u->cx->arena;
    for (int run = 0; run < runs; run++) {
        memcpy(e->arg, t->arg[run], sizeof(t->arg[run]));
        for (uint32_t i = 0; i < u->handlers.n; i++)
            eval_run(e, u->handlers.at[i]);
    }
}

static bool is_same_written_out(struct trial *t)
{
    struct nt_cx *cx = nt_cx_new(), *cx2 = nt_cx_new();
    struct evaluator a = {0}, b = {0};
    struct nt_unit *u, *v;
    bool same = true;

    cx->kernel = cx2->kernel = t->kernel;
    u = compile(cx, t->text.at, "layout");
    v = compile(cx2, t->constant.at, "layout");
    if (u && v) {
        evaluate(&a, u, t, 1);
        evaluate(&b, v, t, 1);
        same = a.unknown || b.unknown || evaluations_agree(&a, &b);
    } else if (u) {
        nt_diags_print(cx2, stdout, false);
        same = false;
    }
    if (!same)
        printf("computed by the compiler:\n%s", t->constant.at);
    nt_cx_free(&cx);
    nt_cx_free(&cx2);
    return same;
}

/* Too big is no difference: the compiler says it, or the kernel, after seconds. */
static enum outcome refused(struct nt_cx *cx)
{
    bool big = cx->diags.nerrors == 1 && cx->diags.list.at[0]->code == NT_TOO_MUCH;

    nt_diags_print(cx, stdout, false);
    return big ? NOTHING_SAID : DIFFERS;
}

static enum outcome try_trial(struct trial *t)
{
    struct nt_cx *cx = nt_cx_new();
    struct evaluator e = {0};
    struct comparison c;
    struct nt_unit *u;

    cx->kernel = t->kernel;
    u = compile(cx, t->text.at, "emit");
    if (!u)
        return refused(cx);
    evaluate(&e, u, t, RUNS);
    if (e.unknown)
        return NOTHING_SAID;
    c = (struct comparison){.evaluator = &e, .program = &u->program};
    if (!run_in_kernel(t, cx, u, &c))
        return refused(cx);
    return c.differs || !is_same_written_out(t) ? DIFFERS : SAME;
}

/* In a child: whatever it dies of is an answer. What it says goes to `said`, or nowhere. */
static enum outcome try_apart(struct trial *t, int said)
{
    const struct rlimit limit = {SECONDS, SECONDS};
    int status = 0;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        dup2(said, STDOUT_FILENO);
        dup2(said, STDERR_FILENO);
        setrlimit(RLIMIT_CPU, &limit);
        enum outcome o = try_trial(t);

        fflush(NULL);
        _exit((int)o);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? (enum outcome)WEXITSTATUS(status) : DIES;
}

struct wanted {
    struct trial *trial;
    enum outcome outcome;
    int nowhere;
    time_t end; /* of making it small: one try may take a minute */
};

static bool still(void *arg, const uint32_t *row, size_t n)
{
    struct wanted *w = arg;
    struct choices c;

    if (time(NULL) >= w->end)
        return false;
    choices_play(&c, row, n);
    make_trial(w->trial, &c);
    choices_free(&c);
    return try_apart(w->trial, w->nowhere) == w->outcome;
}

static void report(struct trial *t, uint64_t seed, struct choices *c, struct wanted *w)
{
    struct choices small;
    size_t n;

    printf("\nseed %llu %s; made small:\n", (unsigned long long)seed,
           w->outcome == DIES ? "dies" : "differs");
    fflush(stdout);
    w->end = time(NULL) + SHRINK_SECONDS;
    n = choices_shrink(c->row, c->n, TRIES, still, w);
    choices_play(&small, c->row, n);
    make_trial(t, &small);
    choices_free(&small);
    printf("%s", t->text.at);
    for (int run = 0; run < RUNS; run++) {
        printf("# ");
        for (int i = 0; i < NARGS; i++)
            printf("%s%#llx", i ? " " : "", (unsigned long long)t->arg[run][i]);
        printf("\n");
    }
    try_apart(t, STDOUT_FILENO);
    fflush(stdout);
}

/* The running kernel, but with arguments that are numbers to the verifier: those can be made up. */
static struct nt_kernel *open_kernel(void)
{
    const struct nt_kernel_options options = {0};
    struct nt_kernel *kernel = NULL;
    const char *why = "";

    if (nt_kernel_open(&options, &kernel, &why) < 0) {
        fprintf(stderr, "ntrace-meaning: %s\n", why);
        exit(2);
    }
    if (asprintf(&kernel->features, "%s%s%s%sisa v%d\n",
                 nt_kernel_has(kernel, NT_FEATURE_RINGBUF) ? "ringbuf\n" : "",
                 nt_kernel_has(kernel, NT_FEATURE_ATOMIC_FETCH) ? "atomic_fetch\n" : "",
                 nt_kernel_has(kernel, NT_FEATURE_READ_KERNEL) ? "read_kernel\n" : "",
                 nt_kernel_has(kernel, NT_FEATURE_LONG) ? "long\n" : "", nt_kernel_isa(kernel)) < 0)
        abort();
    return kernel;
}

static char *name_event(const struct nt_kernel *kernel)
{
    struct nt_arena *a = nt_arena_new();
    const struct nt_kparam *params;
    struct nt_str text = {0};
    uint32_t n;

    if (nt_kernel_raw_tracepoint(kernel, a, "balance_dirty_pages", &params, &n) < 0 || n < NARGS) {
        fprintf(stderr, "ntrace-meaning: no tracepoint with %d arguments\n", NARGS);
        exit(2);
    }
    for (int i = 0; i < NARGS; i++)
        nt_str_printf(&text, i ? ", %s = %s: %s" : "raw_tracepoint:balance_dirty_pages(%s = %s: %s",
                      names[i].text, params[i].name, types[i]);
    nt_str_puts(&text, ")");
    nt_arena_free(&a);
    return text.at;
}

/* Rows of one CPU come in their order. */
static void stay_on_one_cpu(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(sched_getcpu(), &set);
    sched_setaffinity(0, sizeof(set), &set);
}

int main(int argc, char **argv)
{
    unsigned long count = argc == 3 ? strtoul(argv[1], NULL, 0) : 0;
    uint64_t seed = argc == 3 ? strtoull(argv[2], NULL, 0) : 0;
    unsigned counts[DIES + 1] = {0};
    struct trial t = {0};
    struct nt_kernel *kernel;
    struct offers *offers;
    struct wanted w = {.trial = &t, .nowhere = memfd_create("said", MFD_CLOEXEC)};

    if (!count) {
        fprintf(stderr, "usage: ntrace-meaning COUNT SEED\n");
        return 2;
    }
    stay_on_one_cpu();
    kernel = open_kernel();
    event = name_event(kernel);
    offers = offers_new(kernel);
    load_code_generator();
    t.kernel = kernel;
    t.offers = offers;
    for (unsigned long i = 0; i < count; i++) {
        struct choices c;

        choices_draw(&c, seed + i);
        make_trial(&t, &c);
        w.outcome = try_apart(&t, w.nowhere);
        counts[w.outcome]++;
        if (w.outcome >= DIFFERS)
            report(&t, seed + i, &c, &w);
        else if ((i + 1) % 50 == 0)
            fprintf(stderr, "%lu tried\n", i + 1);
        choices_free(&c);
    }
    printf("%u the same, %u about which nothing can be said, %u different\n", counts[SAME],
           counts[NOTHING_SAID], counts[DIFFERS] + counts[DIES]);
    offers_free(&offers);
    nt_kernel_close(&kernel);
    nt_str_free(&t.text);
    nt_str_free(&t.constant);
    free(event);
    return counts[DIFFERS] + counts[DIES] > 0 || !counts[SAME];
}
