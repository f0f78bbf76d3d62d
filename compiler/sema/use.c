/* `use "lib/own.nt"`, `use own`: the declarations of other files, as if they stood in the script. A
 * file is looked for beside the one that uses it, then in the standard library, and is read once.
 */
#include "compiler/sema/scope.h"
#include "compiler/sema/stdlib.h"
#include "compiler/syntax/parse.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_BYTES = 4 << 20, MAX_FILES = 64 };

/* The files that are being read, from the inside out. */
struct chain {
    const char *path; /* canonical */
    const struct chain *outer;
};

struct uses {
    struct nt_unit *u;
    NT_VEC(struct nt_node *) items; /* of all files, in order */
    struct nt_names read;           /* canonical path -> anything */
};

static const char *directory_of(struct nt_unit *u, uint16_t source)
{
    const char *name = u->cx->sources.at[source].name, *slash = strrchr(name, '/');

    return slash ? nt_strndup(u->cx->arena, name, (size_t)(slash - name) + 1) : "";
}

/* 0, or -errno; *ret_text is the arena's. */
static int read_text(struct nt_unit *u, const char *path, const char **ret_text, uint32_t *ret_len)
{
    FILE *f = fopen(path, "re");
    struct stat st;
    char *text;
    int err = 0;

    if (!f)
        return -errno;
    if (fstat(fileno(f), &st) < 0)
        err = -errno;
    else if (!S_ISREG(st.st_mode))
        err = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
    else if (st.st_size > MAX_BYTES)
        err = -EFBIG;
    if (err == 0) {
        text = nt_alloc(u->cx->arena, (size_t)st.st_size + 1);
        *ret_len = (uint32_t)fread(text, 1, (size_t)st.st_size, f);
        text[*ret_len] = '\0';
        *ret_text = text;
        err = ferror(f) ? -EIO : 0;
    }
    fclose(f);
    return err;
}

static const struct nt_stdfile *find_in_library(struct nt_unit *u, const char *name)
{
    struct nt_stdfiles files = nt_stdlib_files(u->cx);

    for (uint32_t i = 0; i < files.n; i++)
        if (strcmp(files.at[i].path, name) == 0)
            return &files.at[i];
    return NULL;
}

/* The file as a source, and its canonical path; false after a report. */
static bool open_file(struct nt_unit *u, const struct nt_node *use, const char *name,
                      const char **ret_path, uint16_t *ret_source)
{
    const char *path =
        *name == '/' ? name
                     : nt_sprintf(u->cx->arena, "%s%s", directory_of(u, use->span.source), name);
    char canonical[PATH_MAX];
    const char *text = NULL;
    uint32_t len = 0;
    int err = read_text(u, path, &text, &len);
    const struct nt_stdfile *file = err == -ENOENT ? find_in_library(u, name) : NULL;

    if (file) {
        *ret_path = nt_sprintf(u->cx->arena, "stdlib/%s", file->path);
        *ret_source = nt_source_add(u->cx, *ret_path, file->text, file->len);
        return true;
    }
    if (err < 0) {
        nt_hint(nt_error(u->cx, use->span, NT_FILE, "can't read '%s': %s", path, strerror(-err)),
                "it is looked for beside the file that uses it, then in the library");
        return false;
    }
    *ret_path = nt_strdup(u->cx->arena, realpath(path, canonical) ? canonical : path);
    *ret_source = nt_source_add(u->cx, path, text, len);
    return true;
}

static void add_items(struct uses *uses, struct nt_node *script, const struct chain *chain);

static void use_file(struct uses *uses, const struct nt_node *use, const struct chain *outer)
{
    struct nt_unit *u = uses->u;
    const char *end = strrchr(use->name, '.');
    const char *name =
        end && strcmp(end, ".nt") == 0 ? use->name : nt_sprintf(u->cx->arena, "%s.nt", use->name);
    struct chain chain = {.outer = outer};
    struct nt_node *tree;
    uint16_t source;

    if (!open_file(u, use, name, &chain.path, &source))
        return;
    for (const struct chain *c = outer; c; c = c->outer)
        if (c->path && strcmp(c->path, chain.path) == 0) {
            nt_error(u->cx, use->span, NT_RECURSION, "'%s' uses itself", name);
            return;
        }
    if (nt_names_find(&uses->read, chain.path))
        return;
    if (uses->read.n == MAX_FILES) {
        nt_error(u->cx, use->span, NT_TOO_MUCH, "a script uses at most %d files", MAX_FILES);
        return;
    }
    nt_names_set(u->cx->arena, &uses->read, chain.path, uses);
    *nt_vec_push(u->cx->arena, &u->used) = source;
    tree = nt_parse_script(u->cx, source);
    add_items(uses, tree, &chain);
}

static bool runs(const struct nt_node *item)
{
    return item->kind == NT_NODE_ON || item->kind == NT_NODE_EVERY || item->kind == NT_NODE_BEGIN ||
           item->kind == NT_NODE_END;
}

static void add_items(struct uses *uses, struct nt_node *script, const struct chain *chain)
{
    struct nt_unit *u = uses->u;

    nt_kid_each (item, script) {
        if ((*item)->kind == NT_NODE_USE)
            use_file(uses, *item, chain);
        else if (chain->outer && runs(*item))
            nt_hint(nt_error(u->cx, (*item)->span, NT_PLACE,
                             "a file that others use declares; this would run"),
                    "bodies stand in the script itself; a function can hold what they share");
        else
            *nt_vec_push(u->cx->arena, &uses->items) = *item;
    }
}

bool nt_is_used(const struct nt_unit *u, uint16_t source)
{
    nt_vec_each (used, &u->used)
        if (*used == source)
            return true;
    return false;
}

void nt_use(struct nt_unit *u)
{
    const char *name = u->cx->sources.at[u->source].name;
    struct uses uses = {.u = u};
    char canonical[PATH_MAX];
    struct chain chain = {.path = realpath(name, canonical) ? canonical : NULL};
    bool has_use = false;

    nt_kid_each (item, u->script)
        has_use |= (*item)->kind == NT_NODE_USE;
    if (!has_use)
        return;
    add_items(&uses, u->script, &chain);
    u->script->kid = uses.items.at;
    u->script->nkids = uses.items.n;
}
