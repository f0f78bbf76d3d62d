/* Promise 1, tried: what the checker accepts, the verifier accepts.
 *
 *   ntrace-random SEED                              prints the script of a seed
 *   ntrace-random --load COUNT SEED [OPTIONS]       compiles and loads those of COUNT seeds
 *   ntrace-random --load-files [OPTIONS] FILE...    the same with scripts
 *   ntrace-random --compile COUNT SEED [OPTIONS]    compiles only; with --keep DIR leaves NAME.nt
 *                                                   and NAME.o there, for another kernel to load
 *   ntrace-random --load-objects [OPTIONS] NAME.o...
 *   ntrace-random --features                        what this kernel takes, as a fixture has it
 *
 *   --profile VERSION   as for that kernel, and walks what it gets (tests/support/old_kernel.c)
 *   --fixture DIR       the kernel that is compiled for: tests/random/describe made DIR there
 *   --check             no further than the checker: finds what the generator does not know
 *   --keep DIR          where a script that does not load is put, made as small as it goes
 *   --tries N           how many smaller ones are tried for it (300). What fails with the message
 *                       of one before it is counted only.
 *   --each              says what each took
 *   --jobs N            how many at a time (1)
 *   --seconds N         of CPU for each (60): who takes more hangs
 *
 * Exit code 1 when any did not load. Seeds name scripts on one kernel only: they are made of what
 * it has. */
#include "tests/random/try.h"

#include "compiler/kernel/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum mode { PRINT, LOAD, LOAD_FILES, COMPILE, LOAD_OBJECTS, FEATURES };

static const struct {
    const char *option;
    int words; /* that follow */
} modes[] = {
    [PRINT] = {NULL, 0},
    [LOAD] = {"--load", 2},
    [LOAD_FILES] = {"--load-files", 0},
    [COMPILE] = {"--compile", 2},
    [LOAD_OBJECTS] = {"--load-objects", 0},
    [FEATURES] = {"--features", 0},
};

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_script(const struct run *r, uint64_t seed)
{
    NT_STR_AUTO text = {0};
    struct choices c;

    choices_draw(&c, seed);
    generate_script(&c, r->offers, &text);
    fputs(text.at, stdout);
    choices_free(&c);
}

static void print_features(const struct nt_kernel *kernel)
{
    for (int f = 0; f < NT_FEATURE_MAX; f++)
        if (nt_kernel_has(kernel, (enum nt_feature)f))
            printf("%s\n", nt_feature_name((enum nt_feature)f));
    printf("isa v%d\n", nt_kernel_isa(kernel));
}

/* What is asked of the kernel once is asked here: children do not hand their answers back. */
static void ask_features(const struct nt_kernel *kernel)
{
    for (int f = 0; f < NT_FEATURE_MAX; f++)
        nt_kernel_has(kernel, (enum nt_feature)f);
    nt_kernel_isa(kernel);
}

static struct nt_kernel *open_kernel(const struct nt_kernel_options *options)
{
    struct nt_kernel *kernel = NULL;
    const char *why = "";
    int r = nt_kernel_open(options, &kernel, &why);

    if (r < 0) {
        fprintf(stderr, "ntrace-random: %s: %s\n", strerror(-r), why);
        exit(2);
    }
    kernel->foreign = false; /* a fixture's types are those of the kernel that will load */
    ask_features(kernel);
    return kernel;
}

/* What follows the last option. */
static char **take_options(struct run *r, struct nt_kernel_options *kernel, char **argv)
{
    for (; argv[0]; argv += 2) {
        if (strcmp(argv[0], "--check") == 0 || strcmp(argv[0], "--each") == 0) {
            if (argv[0][2] == 'c')
                r->how.until = CHECKED;
            else
                r->each = true;
            argv--;
            continue;
        }
        if (!argv[1])
            break;
        if (strcmp(argv[0], "--profile") == 0)
            kernel->profile = argv[1];
        else if (strcmp(argv[0], "--fixture") == 0)
            kernel->fixture = argv[1];
        else if (strcmp(argv[0], "--keep") == 0)
            r->keep = argv[1];
        else if (strcmp(argv[0], "--tries") == 0)
            r->tries = (unsigned)strtoul(argv[1], NULL, 0);
        else if (strcmp(argv[0], "--jobs") == 0)
            r->jobs = (unsigned)strtoul(argv[1], NULL, 0);
        else if (strcmp(argv[0], "--seconds") == 0)
            r->how.seconds = (unsigned)strtoul(argv[1], NULL, 0);
        else
            break;
    }
    if (r->jobs < 1 || r->jobs > MAX_JOBS)
        r->jobs = 1;
    return argv;
}

static enum mode mode_of(const char *word)
{
    for (size_t i = LOAD; i < sizeof(modes) / sizeof(*modes); i++)
        if (strcmp(word, modes[i].option) == 0)
            return (enum mode)i;
    return PRINT;
}

static int usage(void)
{
    fprintf(stderr, "usage: ntrace-random SEED | --load COUNT SEED | --load-files FILE... | "
                    "--compile COUNT SEED | --load-objects FILE... | --features [OPTIONS]\n");
    return 2;
}

static int run(struct run *r, enum mode mode, char **words, char **files)
{
    double start = seconds_now();

    if (mode == LOAD || mode == COMPILE)
        try_seeds(r, strtoul(words[0], NULL, 0), strtoull(words[1], NULL, 0));
    else
        try_files(r, files, mode == LOAD_OBJECTS);
    if (mode == LOAD || mode == COMPILE)
        constructs_print(r->constructs, stdout);
    return summarise(r, seconds_now() - start);
}

int main(int argc, char **argv)
{
    struct run r = {.tries = 300, .jobs = 1, .how = {.until = IN_KERNEL, .seconds = 60}};
    enum mode mode = argc > 1 ? mode_of(argv[1]) : PRINT;
    struct nt_kernel_options options = {0};
    struct nt_kernel *kernel;
    struct offers *offers = NULL;
    char **files;
    int code = 0;

    if (argc < 2 + modes[mode].words || (mode == PRINT && argv[1][0] == '-'))
        return usage();
    if (mode == COMPILE)
        r.how.until = COMPILED;
    files = take_options(&r, &options, argv + 2 + modes[mode].words);
    if ((mode == LOAD_FILES || mode == LOAD_OBJECTS) == !*files)
        return usage();
    kernel = open_kernel(&options);
    if (mode == PRINT || mode == LOAD || mode == COMPILE) {
        offers = offers_new(kernel);
        r.constructs = constructs_new(offers);
    }
    load_code_generator();
    r.kernel = kernel;
    r.how.old = options.profile;
    r.offers = offers;
    if (mode == PRINT)
        print_script(&r, strtoull(argv[1], NULL, 0));
    else if (mode == FEATURES)
        print_features(kernel);
    else
        code = run(&r, mode, argv + 2, files);
    constructs_free(&r.constructs);
    offers_free(&offers);
    nt_kernel_close(&kernel);
    return code;
}
