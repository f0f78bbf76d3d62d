/* Pass "library": the standard library's declarations and the script's own into scope, parameters
 * with their values. Before: the script's tree. After: every declaration is in u's tables, under
 * its name; a script's declaration hides the library's. */
#include "compiler/sema/scope.h"
#include "compiler/sema/stdlib.h"
#include "compiler/syntax/parse.h"

#include <string.h>

/* The script's own hide those of the files it uses, and these the library's. */
static int rank_of(const struct nt_unit *u, const struct nt_node *node)
{
    uint16_t source = node->span.source;

    return source == u->source ? 2 : nt_is_used(u, source) ? 1 : 0;
}

/* Two of the same name and rank are a mistake. */
static void declare(struct nt_unit *u, struct nt_names *names, struct nt_node *node,
                    const char *what)
{
    struct nt_node *before = nt_names_find(names, node->name);
    int rank = rank_of(u, node);

    if (before && rank_of(u, before) == rank) {
        struct nt_diag *d = nt_error(u->cx, node->name_at, NT_DUPLICATE,
                                     "the %s '%s' is declared twice", what, node->name);
        nt_label(d, before->name_at, "first here");
        return;
    }
    if (!before || rank_of(u, before) < rank)
        nt_names_set(u->cx->arena, names, node->name, node);
}

static void declare_view(struct nt_unit *u, struct nt_node *node)
{
    struct nt_view *view = nt_names_find(&u->views, node->name);

    if (!view) {
        view = NT_NEW(u->cx->arena, struct nt_view);
        view->name = node->name;
        view->of = node->kid[0] ? node->kid[0]->name : NULL;
        nt_names_set(u->cx->arena, &u->views, node->name, view);
    }
    nt_kid_each (f, node->kid[1]) {
        if ((*f)->kind != NT_NODE_FIELD)
            continue;
        *nt_vec_push(u->cx->arena, &view->list) = *f;
        nt_names_set(u->cx->arena, &view->fields, (*f)->name, *f);
    }
}

static void declare_item(struct nt_unit *u, struct nt_node *item)
{
    switch (item->kind) {
    case NT_NODE_EVENT:
        declare(u, &u->events, item, "event");
        break;
    case NT_NODE_ENUM:
    case NT_NODE_FLAGS:
        declare(u, &u->enums, item, "enum");
        break;
    case NT_NODE_FN:
        nt_fn_check(u, item);
        declare(u, &u->fns, item, "function");
        break;
    case NT_NODE_CONST:
        declare(u, &u->consts, item, "constant");
        break;
    case NT_NODE_VIEW:
        declare_view(u, item);
        break;
    default: /* bodies and parameters have passes of their own */
        break;
    }
}

static void declare_all(struct nt_unit *u, struct nt_node *script)
{
    nt_kid_each (item, script)
        declare_item(u, *item);
}

void nt_library(struct nt_unit *u)
{
    struct nt_cx *cx = u->cx;
    struct nt_stdfiles files = nt_stdlib_files(cx);
    const char *dir = cx->options.stdlib ? cx->options.stdlib : "stdlib";

    for (uint32_t i = 0; i < files.n; i++) {
        const struct nt_stdfile *f = &files.at[i];

        if (!nt_stdlib_is_declarations(f))
            continue;
        uint16_t source =
            nt_source_add(cx, nt_sprintf(cx->arena, "%s/%s", dir, f->path), f->text, f->len);
        struct nt_node *tree = nt_parse_script(cx, source);

        *nt_vec_push(cx->arena, &u->library) = tree;
        declare_all(u, tree);
    }
    nt_use(u);
    declare_all(u, u->script);
    if (cx->options.where) {
        uint16_t source =
            nt_source_add(cx, "--where", cx->options.where, (uint32_t)strlen(cx->options.where));

        u->where = nt_parse_expr(cx, source);
    }
    nt_params_declare(u);
}

static void dump_names(const char *what, const struct nt_names *names, FILE *out)
{
    fprintf(out, "%s (%u)", what, names->n);
    nt_names_each(it, names) fprintf(out, " %s", it->name);
    fputc('\n', out);
}

void nt_library_dump(struct nt_unit *u, FILE *out)
{
    dump_names("events", &u->events, out);
    dump_names("views", &u->views, out);
    dump_names("enums", &u->enums, out);
    dump_names("functions", &u->fns, out);
    dump_names("constants", &u->consts, out);
    nt_params_dump(u, out);
}
