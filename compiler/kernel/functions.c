/* The kernel's functions: which of them can be traced, and which its types know. */
#include "compiler/base/arena.h"
#include "compiler/kernel/private.h"
#include "compiler/kernel/seen.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A weak function that gave way to another has no symbol, but may have a line: behind that of the
 * function before it, under this name, or before Linux 5.19 under that function's own. */
static const char removed[] = "__ftrace_invalid_address";

/* Sorted names, each of a function of its own: two of one name stand beside each other. */
struct nt_functions {
    bool asked;
    bool is_kallsyms;
    char *text; /* NULL: there is no list */
    size_t size;
    const char **name;
    size_t n;
};

struct nt_functions *nt_functions_new(void)
{
    return calloc(1, sizeof(struct nt_functions));
}

void nt_functions_free(struct nt_functions *f)
{
    if (f) {
        free(f->text);
        free(f->name);
    }
    free(f);
}

/* Lines of available_filter_functions: "NAME" or "NAME [MODULE]"; of kallsyms: "ADDRESS t NAME". */
static char *name_in_line(char *line, bool is_kallsyms)
{
    if (!is_kallsyms)
        return line;
    for (int words = 0; words < 2 && *line; words++) {
        line += strcspn(line, " ");
        if (words == 1 || !*line)
            break;
        line++;
        if (!strchr("tTwW", *line))
            return line + strlen(line);
    }
    return line + (*line == ' ');
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_repeated(const char *line)
{
    size_t len = strcspn(line, "\n") + 1;

    return line[len - 1] && strncmp(line, line + len, len) == 0;
}

static void index_names(struct nt_functions *f)
{
    size_t most = 1;

    for (const char *c = f->text; *c; c++)
        most += *c == '\n';
    f->name = malloc(most * sizeof(*f->name));
    for (char *line = f->text; f->name && *line;) {
        char *end = line + strcspn(line, "\n"), *name;
        bool last = !*end, repeated = is_repeated(line);

        *end = '\0';
        name = name_in_line(line, f->is_kallsyms);
        name[strcspn(name, " \t")] = '\0'; /* behind it, if anything, "[MODULE]" */
        if (*name && !repeated && strncmp(name, removed, strlen(removed)) != 0)
            f->name[f->n++] = name;
        line = end + !last;
    }
    if (f->name)
        qsort(f->name, f->n, sizeof(*f->name), compare);
}

static size_t first_of(const struct nt_functions *f, const char *name)
{
    size_t low = 0, high = f->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (strcmp(f->name[mid], name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* What breakpoints must not touch: "0xADDRESS-0xADDRESS\tNAME". */
static void leave_out_blacklist(struct nt_functions *f)
{
    char *text = nt_kernel_slurp("/sys/kernel/debug/kprobes/blacklist");
    char *save = NULL;

    for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
         line = strtok_r(NULL, "\n", &save)) {
        const char *name = strchr(line, '\t');
        size_t i = name ? first_of(f, name + 1) : f->n;

        for (; i < f->n && strcmp(f->name[i], name + 1) == 0;) {
            memmove(&f->name[i], &f->name[i + 1], (f->n - i - 1) * sizeof(*f->name));
            f->n--;
        }
    }
    free(text);
}

static struct nt_functions *list_of(const struct nt_kernel *k)
{
    struct nt_functions *f = k->functions;
    char *path;

    if (f->asked)
        return f;
    f->asked = true;
    if (k->tracing && asprintf(&path, "%s/available_filter_functions", k->tracing) >= 0) {
        f->text = nt_kernel_slurp(path);
        free(path);
    }
    if (!f->text && !k->features) {
        f->text = nt_kernel_slurp("/proc/kallsyms");
        f->is_kallsyms = true;
    }
    f->size = f->text ? strlen(f->text) : 0;
    return f;
}

/* With the names in order, which takes its time: for who asks of many. */
static const struct nt_functions *index_of(const struct nt_kernel *k)
{
    struct nt_functions *f = list_of(k);

    if (!f->text || f->name)
        return f;
    index_names(f);
    if (!k->features)
        leave_out_blacklist(f);
    return f;
}

/* The next line of a function of that name from `from` on, where there is no index yet; NULL: there
 * is none. */
static const char *line_of(const struct nt_functions *f, const char *from, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = from; len && (at = strstr(at, name)); at += len) {
        bool begins = f->is_kallsyms ? at > f->text + 1 && at[-1] == ' ' && strchr("tTwW", at[-2])
                                     : at == f->text || at[-1] == '\n';

        if (begins && strchr(" \t\n", at[len])) /* the text's NUL is found too */
            return at;
    }
    return NULL;
}

static uint32_t count_of(const struct nt_functions *f, const char *name)
{
    size_t first = first_of(f, name), i = first;

    while (i < f->n && strcmp(f->name[i], name) == 0)
        i++;
    return (uint32_t)(i - first);
}

/* Of a line of the text, or of the index, which has put NULs behind name and line. */
static bool is_before_removed(const struct nt_functions *f, const char *line)
{
    const char *end = f->text + f->size, *next = line + strcspn(line, "\n") + 1;

    if (f->name && next < end && *next == '[')
        next += strlen(next) + 1;
    return next < end && strncmp(next, removed, strlen(removed)) == 0;
}

static bool is_misplaced(const struct nt_functions *f, const char *func)
{
    bool misplaced = false;

    if (f->name)
        for (size_t i = first_of(f, func); i < f->n && strcmp(f->name[i], func) == 0; i++)
            misplaced |= is_before_removed(f, f->name[i]);
    else
        for (const char *at = f->text; at && (at = line_of(f, at, func)); at += strlen(func))
            misplaced |= is_before_removed(f, at);
    return misplaced;
}

bool nt_kernel_misplaces(const struct nt_kernel *k, const char *func)
{
    bool misplaced = is_misplaced(list_of(k), func);

    nt_saw_number(k, misplaced);
    return misplaced;
}

/* What is said of one function that a pattern matches. */
static void offer(const struct nt_kernel *k, const struct nt_kfunction *function,
                  nt_kfunction_fn *each, void *arg)
{
    nt_saw_text(k, function->name);
    nt_saw_number(k, function->traceable);
    nt_saw_number(k, function->misplaced);
    each(function, arg);
}

/* Behind the name its line goes on: "[MODULE]". The index has put a NUL between them. Whose types
 * are read for it is seen by them. */
const char *nt_functions_module(const struct nt_kernel *k, const char *func, size_t *ret_len)
{
    const struct nt_functions *f = list_of(k);
    const char *at = NULL;
    size_t i;

    if (f->name) {
        i = first_of(f, func);
        at = i < f->n && strcmp(f->name[i], func) == 0 ? f->name[i] : NULL;
    } else if (f->text) {
        at = line_of(f, f->text, func);
    }
    if (!at)
        return NULL;
    at += strlen(func) + 1;
    if (at >= f->text + f->size || *at != '[')
        return NULL;
    *ret_len = strcspn(++at, "]");
    return at;
}

static uint32_t count_lines(const struct nt_functions *f, const char *name)
{
    uint32_t n = 0;

    for (const char *at = f->text; (at = line_of(f, at, name)); at += strlen(name))
        n += !is_repeated(at);
    return n;
}

uint32_t nt_kernel_traceable(const struct nt_kernel *k, const char *func)
{
    const struct nt_functions *f = list_of(k);
    uint32_t n = f->name   ? count_of(f, func)
                 : f->text ? count_lines(f, func)
                           : nt_kernel_find(k, func, BTF_KIND_FUNC) != 0;

    nt_saw_number(k, n);
    return n;
}

/* A pattern without its wildcards' help: most names differ in their first letters. */
static bool matches(const char *pattern, size_t literal, const char *name)
{
    return strncmp(pattern, name, literal) == 0 && fnmatch(pattern, name, 0) == 0;
}

void nt_kernel_each_function(const struct nt_kernel *k, const char *pattern, bool typed,
                             nt_kfunction_fn *each, void *arg)
{
    const struct nt_functions *f = index_of(k);
    size_t literal = strcspn(pattern, "*?[");

    for (uint32_t id = 1; typed || !f->name; id++) {
        const struct btf_type *t = nt_btf_type(k->btf, id);
        struct nt_kfunction function = {.id = id};

        if (nt_btf_kind(t) == BTF_KIND_UNKN)
            break;
        function.name = nt_btf_name(k->btf, t->name_off);
        if (nt_btf_kind(t) != BTF_KIND_FUNC || !matches(pattern, literal, function.name))
            continue;
        function.traceable = f->name ? count_of(f, function.name) : 1;
        function.misplaced = f->name && is_misplaced(f, function.name);
        offer(k, &function, each, arg);
    }
    for (size_t i = 0; !typed && i < f->n; i++) {
        struct nt_kfunction function = {.name = f->name[i]};

        if ((i > 0 && strcmp(f->name[i - 1], f->name[i]) == 0) ||
            !matches(pattern, literal, f->name[i]))
            continue;
        function.traceable = count_of(f, f->name[i]);
        function.misplaced = is_before_removed(f, f->name[i]);
        offer(k, &function, each, arg);
    }
}
