#include "tests/random/try.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* One script at work. */
struct trial {
    bool busy;
    uint64_t seed;
    const char *path; /* NULL: it is of the seed */
    struct choices choices;
    struct nt_str text;
    struct loading loading;
};

struct wanted {
    struct run *run;
    enum verdict verdict;
    struct nt_str said, text;
};

/* -- making small ----------------------------------------------------------------------------- */

static void play(struct run *r, const uint32_t *row, size_t n, struct nt_str *ret_text)
{
    struct choices c;

    choices_play(&c, row, n);
    nt_str_clear(ret_text);
    generate_script(&c, r->offers, ret_text);
    choices_free(&c);
}

/* What is made small is not kept. */
static enum verdict load(struct run *r, const char *text, struct nt_str *ret_said)
{
    struct how how = r->how;

    how.keep = NULL;
    return load_script(r->kernel, text, &how, ret_said);
}

static bool still(void *arg, const uint32_t *row, size_t n)
{
    struct wanted *w = arg;

    play(w->run, row, n, &w->text);
    return load(w->run, w->text.at, &w->said) == w->verdict;
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

static char *kept_path(const struct run *r, uint64_t seed, const char *ending)
{
    char *path = NULL;

    if (asprintf(&path, "%s/%llu%s", r->keep, (unsigned long long)seed, ending) < 0)
        abort();
    return path;
}

static void report(struct run *r, const struct trial *t, enum verdict verdict)
{
    struct wanted w = {.run = r, .verdict = verdict};
    /* One that takes all its time is not tried again and again. */
    unsigned tries = verdict == HANGS ? 0 : r->tries;
    size_t n = choices_shrink(t->choices.row, t->choices.n, tries, still, &w);

    play(r, t->choices.row, n, &w.text);
    load(r, w.text.at, &w.said);
    printf("\nseed %llu: %s\n%s%s", (unsigned long long)t->seed, verdict_names[verdict], w.text.at,
           w.said.at ? w.said.at : "");
    if (r->keep) {
        char *path = kept_path(r, t->seed, ".nt");

        write_file(path, w.text.at, w.said.at ? w.said.at : "");
        free(path);
    }
    nt_str_free(&w.said);
    nt_str_free(&w.text);
}

/* -- many at a time --------------------------------------------------------------------------- */

static void judge(struct run *r, struct trial *t, enum verdict verdict, const struct nt_str *said)
{
    if (t->path && verdict != LOADED)
        printf("%s: %s\n%s", t->path, verdict_names[verdict], said->at ? said->at : "");
    else if (is_defect(verdict) && is_known(r, said->at))
        printf("seed %llu: %s, as before\n", (unsigned long long)t->seed, verdict_names[verdict]);
    else if (is_defect(verdict))
        report(r, t, verdict);
}

static void finish(struct run *r, struct trial *t)
{
    NT_STR_AUTO said = {0};
    enum verdict verdict = load_finish(&t->loading, &said);

    r->counts[verdict]++;
    r->user += t->loading.user;
    r->system += t->loading.system;
    if (r->each)
        printf("%s %llu: %s, %.2f s compiling, %.2f s in the kernel, %u instructions followed\n",
               t->path ?: "seed", (unsigned long long)t->seed, verdict_names[verdict],
               t->loading.user, t->loading.system, t->loading.followed);
    r->followed += t->loading.followed;
    judge(r, t, verdict, &said);
    fflush(stdout);
    choices_free(&t->choices);
    nt_str_free(&t->text);
    t->busy = false;
}

/* A trial that is free; waits for one. */
static struct trial *take(struct run *r, struct trial trials[MAX_JOBS])
{
    siginfo_t ended = {0};

    for (unsigned i = 0; i < r->jobs; i++)
        if (!trials[i].busy)
            return &trials[i];
    if (waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) < 0) {
        perror("ntrace-random");
        exit(2);
    }
    for (unsigned i = 0; i < r->jobs; i++)
        if (trials[i].loading.pid == ended.si_pid) {
            finish(r, &trials[i]);
            return &trials[i];
        }
    abort();
}

static void finish_all(struct run *r, struct trial trials[MAX_JOBS])
{
    for (unsigned i = 0; i < r->jobs; i++)
        if (trials[i].busy)
            finish(r, &trials[i]);
}

static void start_seed(struct run *r, struct trial *t, uint64_t seed)
{
    struct how how = r->how;
    char *object = NULL;

    *t = (struct trial){.busy = true, .seed = seed};
    choices_draw(&t->choices, seed);
    generate_script(&t->choices, r->offers, &t->text);
    constructs_count(r->constructs, t->text.at);
    if (r->keep && how.until == COMPILED) {
        char *script = kept_path(r, seed, ".nt");

        write_file(script, t->text.at, "");
        free(script);
        how.keep = object = kept_path(r, seed, ".o");
    }
    load_start(r->kernel, t->text.at, &how, &t->loading);
    free(object);
}

void try_seeds(struct run *r, unsigned long count, uint64_t seed)
{
    struct trial trials[MAX_JOBS] = {0};

    for (unsigned long i = 0; i < count; i++)
        start_seed(r, take(r, trials), seed + i);
    finish_all(r, trials);
}

static void read_file(const char *path, struct nt_str *ret_text)
{
    FILE *f = fopen(path, "r");
    char buffer[4096];
    size_t n;

    if (!f) {
        perror(path);
        exit(2);
    }
    nt_str_puts(ret_text, "");
    while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
        nt_str_add(ret_text, buffer, n);
    fclose(f);
}

static void start_file(struct run *r, struct trial *t, const char *path, bool is_object)
{
    struct how how = r->how;
    NT_STR_AUTO script = {0};

    *t = (struct trial){.busy = true, .path = path};
    nt_str_puts(&script, path);
    if (is_object && script.len > 2) {
        how.object = path;
        strcpy(script.at + script.len - 2, ".nt");
    }
    read_file(script.at, &t->text);
    load_start(r->kernel, t->text.at, &how, &t->loading);
}

void try_files(struct run *r, char **paths, bool objects)
{
    struct trial trials[MAX_JOBS] = {0};

    for (; *paths; paths++)
        start_file(r, take(r, trials), *paths, objects);
    finish_all(r, trials);
}

int summarise(const struct run *r, double seconds)
{
    unsigned all = 0, bad = 0;

    printf("\n");
    for (int i = 0; i < NVERDICTS; i++) {
        all += r->counts[i];
        bad += is_defect((enum verdict)i) ? r->counts[i] : 0;
        if (r->counts[i])
            printf("%6u %s\n", r->counts[i], verdict_names[i]);
    }
    printf("%6u in all on %s, %.1f s; CPU: %.1f s compiling, %.1f s in the kernel; "
           "%.1f million instructions followed\n",
           all, nt_kernel_release(r->kernel), seconds, r->user, r->system,
           (double)r->followed / 1e6);
    return bad || !r->counts[LOADED];
}
