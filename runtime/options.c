#include "runtime/options.h"
#include "compiler/catalog/types.h"
#include "runtime/output.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum value { VALUE_NONE, VALUE_TEXT, VALUE_DURATION, VALUE_COUNT, VALUE_SHARE, VALUE_FORMAT };

/* ntrace's own options, in the order of --help. A row without doc is not shown there. */
struct option {
    char letter;
    const char *word;
    const char *arg; /* name of its value in --help */
    enum value value;
    size_t offset; /* in struct nt_cli */
    const char *doc;
};

#define FIELD(member) offsetof(struct nt_cli, member)

static const struct option options[] = {
    {'e', "expression", "TEXT", VALUE_TEXT, FIELD(text), "run TEXT instead of a script"},
    {'f', "format", "FORMAT", VALUE_FORMAT, FIELD(format),
     "how results are written: text, json or metrics"},
    {'o', "output", "FILE", VALUE_TEXT, FIELD(output), "write results to FILE"},
    {'w', "write", "FILE", VALUE_TEXT, FIELD(write), "write captured packets to FILE (pcapng)"},
    {0, "where", "EXPR", VALUE_TEXT, FIELD(where), "a condition for every packet of the script"},
    {0, "duration", "TIME", VALUE_DURATION, FIELD(duration), "end after TIME, such as 10s or 5m"},
    {0, "max-events", "N", VALUE_COUNT, FIELD(max_events),
     "end after N rows of emit, printf, capture"},
    {0, "budget", "SHARE", VALUE_SHARE, FIELD(budget),
     "of all CPUs' time, such as 2%: above it probes rest, or go"},
    {0, "strict", NULL, VALUE_NONE, FIELD(strict), "fail with exit code 3 when anything was lost"},
    {0, "allow-exec", NULL, VALUE_NONE, FIELD(allow_exec), "let the script start() commands"},
    {'q', "quiet", NULL, VALUE_NONE, FIELD(quiet), "no readiness line, no warnings"},
    {0, "no-cache", NULL, VALUE_NONE, FIELD(no_cache), "compile anew, and keep nothing of it"},
    {'v', "verbose", NULL, VALUE_NONE, FIELD(verbose), "show what the compiler and kernel say"},
    {'d', "dump", "PASS", VALUE_TEXT, FIELD(dump),
     "print what a pass of the compiler makes, and stop"},
    {0, "btf", "FILE", VALUE_TEXT, FIELD(btf), "types of the kernel, where it has none itself"},
    {0, "profile", "VERSION", VALUE_TEXT, FIELD(profile), "use no more than that kernel has: 4.19"},
    {0, "stdlib", "DIR", VALUE_TEXT, FIELD(stdlib), "use the library in DIR"},
    {0, "fixture", "DIR", VALUE_TEXT, FIELD(fixture), NULL},
    {0, "explain", "CODE", VALUE_TEXT, FIELD(explain), "explain an error code, such as E203"},
    {'h', "help", NULL, VALUE_NONE, FIELD(help),
     "this text; behind a script: the script's options"},
    {'V', "version", NULL, VALUE_NONE, FIELD(version), "print the version"},
    {0},
};

/* One walk over argv. What is not ntrace's own is kept in order and understood afterwards, when it
 * is known whether a script is to be named at all. */
struct walk {
    struct nt_cx *cx;
    struct nt_cli *cli;
    char **argv;
    int argc, at;
    NT_VEC(char *) others;
};

static int fail(struct nt_diag *d, const char *hint)
{
    nt_hint(d, "%s", hint);
    return -EINVAL;
}

static int set_duration(struct walk *w, const struct option *o, const char *text)
{
    uint64_t words[NT_MAX_WORDS] = {0};
    struct nt_diag *d;

    if (nt_type_duration.parse(&nt_type_duration, text, strlen(text), words) == 0 &&
        (int64_t)words[0] > 0) {
        w->cli->duration = words[0];
        return 0;
    }
    d = nt_error_at_none(w->cx, NT_USAGE, "'%s' is no duration for --%s", text, o->word);
    return fail(d, "write it with a unit: 500ms, 10s, 5m");
}

static int set_count(struct walk *w, const struct option *o, const char *text)
{
    char *end;
    unsigned long long n;

    errno = 0;
    n = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && errno == 0 && n > 0) {
        *(uint64_t *)((char *)w->cli + o->offset) = n;
        return 0;
    }
    return fail(nt_error_at_none(w->cx, NT_USAGE, "'%s' is no number for --%s", text, o->word),
                "write a whole number above 0");
}

static int set_share(struct walk *w, const struct option *o, const char *text)
{
    char *end;
    double share = strtod(text, &end);

    if (*text >= '0' && *text <= '9' && strcmp(end, "%") == 0 && share > 0 && share <= 100) {
        *(double *)((char *)w->cli + o->offset) = share;
        return 0;
    }
    return fail(nt_error_at_none(w->cx, NT_USAGE, "'%s' is no share for --%s", text, o->word),
                "write it in percent: 2%, 0.5%");
}

static int set_format(struct walk *w, const char *text)
{
    struct nt_guess guess = nt_guess(text);
    struct nt_diag *d;

    w->cli->format = text;
    if (nt_format_find(text))
        return 0;
    d = nt_error_at_none(w->cx, NT_USAGE, "there is no output format '%s'", text);
    nt_hint(d, "formats: text, json");
    for (const struct nt_format *f = nt_formats; f->name; f++)
        nt_guess_try(&guess, f->name);
    if (guess.best)
        nt_hint_guess(d, &guess);
    return -EINVAL;
}

static int set_option(struct walk *w, const struct option *o, char *text)
{
    void *field = (char *)w->cli + o->offset;

    switch (o->value) {
    case VALUE_NONE:
        *(bool *)field = true;
        return 0;
    case VALUE_TEXT:
        if (*(const char **)field) {
            nt_error_at_none(w->cx, NT_USAGE, "--%s is given more than once", o->word);
            return -EINVAL;
        }
        *(const char **)field = text;
        return 0;
    case VALUE_DURATION:
        return set_duration(w, o, text);
    case VALUE_COUNT:
        return set_count(w, o, text);
    case VALUE_SHARE:
        return set_share(w, o, text);
    case VALUE_FORMAT:
        return set_format(w, text);
    }
    return 0;
}

static const struct option *find_word(const char *word, size_t len)
{
    for (const struct option *o = options; o->word; o++)
        if (strlen(o->word) == len && memcmp(o->word, word, len) == 0)
            return o;
    return NULL;
}

bool nt_cli_is_own(const char *word)
{
    return find_word(word, strlen(word)) != NULL;
}

static const struct option *find_letter(char letter)
{
    for (const struct option *o = options; o->word; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

/* The value of an option that takes one: what stands behind it in the same word, or the next word.
 */
static int take_value(struct walk *w, const struct option *o, char *behind)
{
    if (behind)
        return set_option(w, o, behind);
    if (w->at + 1 < w->argc)
        return set_option(w, o, w->argv[++w->at]);
    nt_error_at_none(w->cx, NT_USAGE, "--%s needs a value: --%s %s", o->word, o->word, o->arg);
    return -EINVAL;
}

static int take_long(struct walk *w, char *arg)
{
    char *equals = strchr(arg, '=');
    size_t len = equals ? (size_t)(equals - arg) - 2 : strlen(arg + 2);
    const struct option *o = find_word(arg + 2, len);

    if (!o) {
        *nt_vec_push(w->cx->arena, &w->others) = arg;
        return 0;
    }
    if (o->value != VALUE_NONE)
        return take_value(w, o, equals ? equals + 1 : NULL);
    if (equals) {
        nt_error_at_none(w->cx, NT_USAGE, "--%s takes no value", o->word);
        return -EINVAL;
    }
    return set_option(w, o, NULL);
}

/* -v, -qv, -fjson, -f json */
static int take_letters(struct walk *w, char *arg)
{
    for (char *letter = arg + 1; *letter; letter++) {
        const struct option *o = find_letter(*letter);
        int r;

        if (!o) {
            struct nt_diag *d = nt_error_at_none(w->cx, NT_USAGE, "unknown option '-%c'", *letter);

            return fail(d,
                        "`ntrace --help` lists the options; those of a script have words: --dst");
        }
        if (o->value != VALUE_NONE)
            return take_value(w, o, letter[1] ? letter + 1 : NULL);
        r = set_option(w, o, NULL);
        if (r < 0)
            return r;
    }
    return 0;
}

/* A number such as -5 is a value, not an option. */
static bool is_letters(const char *arg)
{
    return arg[0] == '-' && arg[1] && arg[1] != '-' && !(arg[1] >= '0' && arg[1] <= '9');
}

static int take_own(struct walk *w)
{
    bool own = true;

    for (; w->at < w->argc; w->at++) {
        char *arg = w->argv[w->at];
        int r = 0;

        if (own && strcmp(arg, "--") == 0)
            own = false;
        else if (own && strncmp(arg, "--", 2) == 0)
            r = take_long(w, arg);
        else if (own && is_letters(arg))
            r = take_letters(w, arg);
        else
            *nt_vec_push(w->cx->arena, &w->others) = arg;
        if (r < 0)
            return r;
    }
    return 0;
}

/* The next word of the others, or NULL. Options of the script are passed over as long as it is
 * plain that no value follows. */
static int next_word(struct walk *w, char **ret_word)
{
    for (uint32_t i = 0; i < w->others.n; i++) {
        char *arg = w->others.at[i];

        if (strncmp(arg, "--", 2) != 0) {
            memmove(&w->others.at[i], &w->others.at[i + 1], (--w->others.n - i) * sizeof(char *));
            *ret_word = arg;
            return 0;
        }
        if (!strchr(arg, '=')) {
            struct nt_diag *d =
                nt_error_at_none(w->cx, NT_USAGE, "'%s' stands before the script's name", arg);

            nt_hint(d, "options of a script stand behind it: ntrace SCRIPT %s ...", arg);
            return -EINVAL;
        }
    }
    *ret_word = NULL;
    return 0;
}

static int need_script(struct walk *w)
{
    char *word;
    int r;

    if (w->cli->text)
        return 0;
    r = next_word(w, &word);
    if (r < 0)
        return r;
    w->cli->script = word;
    if (word)
        return 0;
    return fail(nt_error_at_none(w->cx, NT_USAGE, "there is no script to work on"),
                "name one (`ntrace list scripts` shows them), or write it with -e");
}

/* list WHAT [NAME] */
static int take_list(struct walk *w)
{
    if (w->others.n == 2 || w->others.n == 3) {
        w->cli->what = w->others.at[1];
        w->cli->name = w->others.n == 3 ? w->others.at[2] : NULL;
        return 0;
    }
    return fail(nt_error_at_none(w->cx, NT_USAGE, "list what?"),
                "list events, fields EVENT, scripts, functions, aggregations, types or hooks");
}

/* Which verb it is, from the first word or the options. */
static int take_verb(struct walk *w)
{
    struct nt_cli *cli = w->cli;
    const char *first = w->others.n ? w->others.at[0] : "";

    if (cli->version)
        cli->verb = NT_VERB_VERSION;
    else if (cli->explain)
        cli->verb = NT_VERB_EXPLAIN;
    else if (cli->help && !cli->text && w->others.n == 0)
        cli->verb = NT_VERB_HELP;
    else if (strcmp(first, "list") == 0)
        cli->verb = NT_VERB_LIST;
    else if (strcmp(first, "check") == 0)
        cli->verb = NT_VERB_CHECK;
    else if (cli->help)
        cli->verb = NT_VERB_SCRIPT_HELP;
    else
        cli->verb = cli->dump ? NT_VERB_DUMP : NT_VERB_RUN;

    switch (cli->verb) {
    case NT_VERB_VERSION:
    case NT_VERB_EXPLAIN:
    case NT_VERB_HELP:
        return 0;
    case NT_VERB_LIST:
        return take_list(w);
    case NT_VERB_CHECK:
        w->others.at++;
        w->others.n--;
        return need_script(w);
    case NT_VERB_SCRIPT_HELP:
    case NT_VERB_DUMP:
    case NT_VERB_RUN:
        return need_script(w);
    }
    return 0;
}

int nt_cli_parse(struct nt_cx *cx, int argc, char **argv, struct nt_cli *ret_cli)
{
    struct nt_cli cli = {.format = "text"};
    struct walk w = {.cx = cx, .cli = &cli, .argv = argv, .argc = argc, .at = 1};
    int r = take_own(&w);

    if (r == 0)
        r = take_verb(&w);
    if (r < 0)
        return r;
    cli.script_argv = w.others.at;
    cli.script_argc = (int)w.others.n;
    *ret_cli = cli;
    return 0;
}

void nt_cli_help(FILE *out)
{
    fputs("Usage: ntrace SCRIPT [options]           run a script: a file, or one of the library\n"
          "       ntrace -e TEXT [options]          run a script written on the command line\n"
          "       ntrace SCRIPT --help              what a script does, and its options\n"
          "       ntrace list WHAT [NAME]           events, fields EVENT, scripts, functions,\n"
          "                                         aggregations, types, hooks\n"
          "       ntrace check SCRIPT | -e TEXT     what a script becomes on this host\n"
          "\nOptions:\n",
          out);
    for (const struct option *o = options; o->word; o++) {
        char left[40];

        if (!o->doc)
            continue;
        snprintf(left, sizeof(left), "--%s%s%s", o->word, o->arg ? " " : "", o->arg ? o->arg : "");
        if (o->letter)
            fprintf(out, "  -%c, %-22s %s\n", o->letter, left, o->doc);
        else
            fprintf(out, "      %-22s %s\n", left, o->doc);
    }
    fputs("\nExit codes: 0, or what the script's exit() says; 1 an error; 2 a mistake in the "
          "command\n"
          "line; 3 something was lost, with --strict.\n",
          out);
    fputs("\nExample: sudo ntrace -e 'on skb_drop { count() by reason, dev }'\n", out);
}
