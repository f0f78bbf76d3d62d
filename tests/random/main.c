/* Promise 1, tried: what the checker accepts, the verifier accepts.
 *
 *   ntrace-random SEED                             prints the script of a seed
 *   ntrace-random --load COUNT SEED [OPTIONS]      compiles and loads those of COUNT seeds from
 * SEED on ntrace-random --load-files [OPTIONS] FILE...   the same with scripts
 *
 *   --profile VERSION   as for that kernel, and walks what it gets (tests/support/old_kernel.c)
 *   --check             no further than the checker: finds what the generator does not know
 *   --keep DIR          where a script that does not load is put, made as small as it goes
 *   --tries N           how many smaller ones are tried for it (300). What fails with the message
 * of one before it is counted only.
 *
 * Exit code 1 when any did not load. Seeds name scripts on one kernel only: they are made of what
 * it has. */
#include "tests/random/generate.h"
#include "tests/random/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_KNOWN = 64 };

struct run {
    const struct nt_kernel *kernel;
    const struct offers *offers;
    const char *profile, *keep;
    struct how how;
    unsigned tries;
    char *known[MAX_KNOWN]; /* messages that were reported */
    unsigned nknown;
    unsigned counts[NVERDICTS];
};

struct wanted {
    struct run *run;
    enum verdict verdict;
    struct nt_str said, text;
};

static void play(struct run *r, const uint32_t *row, size_t n, struct nt_str *ret_text)
{
    struct choices c;

    choices_play(&c, row, n);
    nt_str_clear(ret_text);
    generate_script(&c, r->offers, ret_text);
    choices_free(&c);
}

static bool still(void *arg, const uint32_t *row, size_t n)
{
    struct wanted *w = arg;

    play(w->run, row, n, &w->text);
    return load_script(w->run->kernel, w->text.at, w->run->how, &w->said) == w->verdict;
}

static void write_file(const char *path, const char *text, const char *said)
{
    FILE *f = fopen(path, "w");

    if (!f) {
        perror(path);
        exit(2);
    }
    fputs(text, f);
    for (const char *line = said; *line;) {
        size_t len = strcspn(line, "\n");

        fprintf(f, "# %.*s\n", (int)len, line);
        line += len + (line[len] == '\n');
    }
    fclose(f);
}

/* What the verifier says, or the first message, without numbers. */
static char *gist(const char *said)
{
    const char *at = strstr(said, " here, instruction ") ?: strstr(said, "error[");
    char *text = strndup(at ? at : said, strcspn(at ? at : said, "\n")), *to = text;

    for (const char *from = text; text && *from; from++)
        if (!strchr("0123456789", *from))
            *to++ = *from;
    if (to)
        *to = '\0';
    return text;
}

static bool is_known(struct run *r, const char *said)
{
    char *text = gist(said ? said : "");

    for (unsigned i = 0; i < r->nknown; i++)
        if (strcmp(r->known[i], text) == 0) {
            free(text);
            return true;
        }
    if (r->nknown < MAX_KNOWN)
        r->known[r->nknown++] = text;
    return false;
}

static void report(struct run *r, uint64_t seed, struct choices *c, enum verdict verdict)
{
    struct wanted w = {.run = r, .verdict = verdict};
    /* One that takes all its time is not tried again and again. */
    unsigned tries = verdict == HANGS ? 0 : r->tries;
    size_t n = choices_shrink(c->row, c->n, tries, still, &w);

    play(r, c->row, n, &w.text);
    load_script(r->kernel, w.text.at, r->how, &w.said);
    printf("\nseed %llu: %s\n%s%s", (unsigned long long)seed, verdict_names[verdict], w.text.at,
           w.said.at ? w.said.at : "");
    if (r->keep) {
        NT_STR_AUTO path = {0};

        nt_str_printf(&path, "%s/%llu.nt", r->keep, (unsigned long long)seed);
        write_file(path.at, w.text.at, w.said.at ? w.said.at : "");
    }
    fflush(stdout);
    nt_str_free(&w.said);
    nt_str_free(&w.text);
}

static void try_seed(struct run *r, uint64_t seed)
{
    NT_STR_AUTO text = {0};
    NT_STR_AUTO said = {0};
    struct choices c;
    enum verdict verdict;

    choices_draw(&c, seed);
    generate_script(&c, r->offers, &text);
    verdict = load_script(r->kernel, text.at, r->how, &said);
    r->counts[verdict]++;
    if (is_defect(verdict) && is_known(r, said.at))
        printf("seed %llu: %s, as before\n", (unsigned long long)seed, verdict_names[verdict]);
    else if (is_defect(verdict))
        report(r, seed, &c, verdict);
    choices_free(&c);
}

static int summarise(const struct run *r, double seconds)
{
    unsigned all = 0, bad = 0;

    printf("\n");
    for (int i = 0; i < NVERDICTS; i++) {
        all += r->counts[i];
        bad += is_defect((enum verdict)i) ? r->counts[i] : 0;
        if (r->counts[i])
            printf("%6u %s\n", r->counts[i], verdict_names[i]);
    }
    printf("%6u in all on %s, %.1f s\n", all, nt_kernel_release(r->kernel), seconds);
    return bad || !r->counts[LOADED];
}

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int load_seeds(struct run *r, unsigned long count, uint64_t seed)
{
    double start = seconds_now();

    for (unsigned long i = 0; i < count; i++)
        try_seed(r, seed + i);
    return summarise(r, seconds_now() - start);
}

static char *read_file(const char *path)
{
    struct nt_str text = {0};
    FILE *f = fopen(path, "r");
    char buffer[4096];
    size_t n;

    if (!f) {
        perror(path);
        exit(2);
    }
    nt_str_puts(&text, "");
    while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
        nt_str_add(&text, buffer, n);
    fclose(f);
    return text.at;
}

static int load_files(struct run *r, char **paths)
{
    double start = seconds_now();

    for (; *paths; paths++) {
        NT_STR_AUTO said = {0};
        char *text = read_file(*paths);
        enum verdict verdict = load_script(r->kernel, text, r->how, &said);

        r->counts[verdict]++;
        if (verdict != LOADED)
            printf("%s: %s\n%s", *paths, verdict_names[verdict], said.at ? said.at : "");
        free(text);
    }
    return summarise(r, seconds_now() - start);
}

static int print_script(struct run *r, uint64_t seed)
{
    NT_STR_AUTO text = {0};
    struct choices c;

    choices_draw(&c, seed);
    generate_script(&c, r->offers, &text);
    fputs(text.at, stdout);
    choices_free(&c);
    return 0;
}

/* What is asked of the kernel once is asked here: children do not hand their answers back. */
static void ask_features(const struct nt_kernel *kernel)
{
    for (int f = 0; f < NT_FEATURE_MAX; f++)
        nt_kernel_has(kernel, (enum nt_feature)f);
    nt_kernel_isa(kernel);
}

static struct nt_kernel *open_kernel(const char *profile)
{
    const struct nt_kernel_options options = {.profile = profile};
    struct nt_kernel *kernel = NULL;
    const char *why = "";
    int r = nt_kernel_open(&options, &kernel, &why);

    if (r < 0) {
        fprintf(stderr, "ntrace-random: %s: %s\n", strerror(-r), why);
        exit(2);
    }
    ask_features(kernel);
    return kernel;
}

static char **take_options(struct run *r, char **argv)
{
    for (; argv[0]; argv += 2) {
        if (strcmp(argv[0], "--check") == 0) {
            r->how.check_only = true;
            argv--;
            continue;
        }
        if (!argv[1])
            break;
        if (strcmp(argv[0], "--profile") == 0)
            r->profile = argv[1];
        else if (strcmp(argv[0], "--keep") == 0)
            r->keep = argv[1];
        else if (strcmp(argv[0], "--tries") == 0)
            r->tries = (unsigned)strtoul(argv[1], NULL, 0);
        else
            break;
    }
    return argv;
}

static int usage(void)
{
    fprintf(stderr, "usage: ntrace-random SEED | --load COUNT SEED [OPTIONS] | "
                    "--load-files [OPTIONS] FILE...\n");
    return 2;
}

int main(int argc, char **argv)
{
    bool seeds = argc >= 4 && strcmp(argv[1], "--load") == 0;
    bool files = argc >= 3 && strcmp(argv[1], "--load-files") == 0;
    struct run r = {.tries = 300};
    char **rest = take_options(&r, seeds ? argv + 4 : argv + 2);
    struct nt_kernel *kernel;
    struct offers *offers;
    int code;

    if (argc < 2 || (argv[1][0] == '-' && !seeds && !files) || (seeds && *rest))
        return usage();
    kernel = open_kernel(r.profile);
    offers = offers_new(kernel);
    load_code_generator();
    r.kernel = kernel;
    r.how.old = r.profile;
    r.offers = offers;
    if (seeds)
        code = load_seeds(&r, strtoul(argv[2], NULL, 0), strtoull(argv[3], NULL, 0));
    else if (files)
        code = load_files(&r, rest);
    else
        code = print_script(&r, strtoull(argv[1], NULL, 0));
    offers_free(&offers);
    nt_kernel_close(&kernel);
    return code;
}
