/* What there is: events, fields, functions, scripts. Made from the rows and the `##` comments. */
#include "compiler/compile.h"

#include "compiler/sema/funcs.h"
#include "compiler/sema/stdlib.h"
#include "compiler/syntax/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void row(FILE *out, const char *name, const char *doc)
{
    size_t line = doc ? strcspn(doc, "\n") : 0;

    fprintf(out, "%-20s %.*s\n", name, (int)line, doc ? doc : "");
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct nt_node *const *)a)->name, (*(struct nt_node *const *)b)->name);
}

static void list_events(struct nt_unit *u, FILE *out)
{
    NT_VEC(struct nt_node *) sorted = {0};

    nt_names_each(it, &u->events) * nt_vec_push(u->cx->arena, &sorted) = it->value;
    if (sorted.n)
        qsort(sorted.at, sorted.n, sizeof(*sorted.at), by_name);
    nt_vec_each (e, &sorted)
        row(out, (*e)->name, (*e)->doc);
}

/* -- fields ----------------------------------------------------------------------------------- */

/* Each name once: an event's own field hides its packet's. */
struct fields {
    struct nt_unit *u;
    struct nt_names seen;
    FILE *out;
};

static void field(struct fields *f, const char *name, const char *doc)
{
    if (nt_names_find(&f->seen, name))
        return;
    nt_names_set(f->u->cx->arena, &f->seen, name, f);
    row(f->out, name, doc);
}

static void list_view(struct fields *f, const char *name, const char *prefix)
{
    const struct nt_view *view = nt_names_find(&f->u->views, name);

    for (uint32_t i = 0; view && i < view->list.n; i++)
        field(f, nt_sprintf(f->u->cx->arena, "%s%s", prefix, view->list.at[i]->name),
              view->list.at[i]->doc);
}

static void list_headers(struct fields *f)
{
    for (const struct nt_header *h = nt_headers; h->name; h++) {
        field(f, h->name, h->doc);
        list_view(f, h->name, nt_sprintf(f->u->cx->arena, "%s.", h->name));
    }
}

static void list_args(struct fields *f, const struct nt_node *event)
{
    nt_kid_each (alternative, event->kid[0])
        nt_kid_each (probe, (*alternative)->kid[0])
            for (uint32_t i = 0; (*probe)->kid[0] && i < (*probe)->kid[0]->nkids; i++) {
                const struct nt_node *arg = (*probe)->kid[0]->kid[i];

                field(f, arg->name,
                      arg->kid[1] ? nt_sprintf(f->u->cx->arena, "the kernel's argument, a %s",
                                               arg->kid[1]->name)
                                  : "the kernel's argument");
            }
}

/* Each line as a comment. */
static void heading(FILE *out, const char *text)
{
    while (text && *text) {
        size_t len = strcspn(text, "\n");

        fprintf(out, "# %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static int list_fields(struct nt_unit *u, const char *name, FILE *out)
{
    const struct nt_node *event = nt_names_find(&u->events, name ? name : "");
    struct fields f = {.u = u, .out = out};

    if (!event) {
        struct nt_diag *d =
            nt_error_at_none(u->cx, NT_UNKNOWN_EVENT, "there is no event '%s'", name ? name : "");
        nt_hint_event(u, d, name ? name : "");
        return -ENOENT;
    }
    heading(out, event->doc);
    nt_kid_each (m, event->kid[2])
        if ((*m)->kind == NT_NODE_FIELD)
            field(&f, (*m)->name, (*m)->doc);
        else if ((*m)->kind == NT_NODE_SINCE)
            field(&f, "latency", nt_sprintf(u->cx->arena, "time since %s", (*m)->kid[0]->name));
    list_args(&f, event);
    if (nt_event_member(event, NT_NODE_SOCKET)) {
        heading(out, "of its socket:");
        list_view(&f, "sock", "");
    }
    if (nt_event_member(event, NT_NODE_PACKET)) {
        heading(out, "of its packet:");
        list_view(&f, "packet", "");
        list_headers(&f);
    }
    return 0;
}

/* -- the rest --------------------------------------------------------------------------------- */

static void list_scripts(struct nt_cx *cx, FILE *out)
{
    struct nt_stdfiles files = nt_stdlib_files(cx);

    for (uint32_t i = 0; i < files.n; i++) {
        const struct nt_stdfile *f = &files.at[i];
        uint16_t source;

        if (strchr(f->path, '/') || nt_stdlib_is_declarations(f))
            continue;
        source = nt_source_add(cx, f->path, f->text, f->len);
        row(out, nt_strndup(cx->arena, f->path, strlen(f->path) - 3),
            nt_parse_script(cx, source)->doc);
    }
}

static void list_functions(FILE *out)
{
    for (const struct nt_builtin *b = nt_builtins; b->name; b++)
        row(out, b->name, b->doc);
    for (const struct nt_func *f = nt_funcs; f->name; f++) {
        char text[64];

        snprintf(text, sizeof(text), "%s(%s)", f->name, f->params);
        fprintf(out, "%-40s %s\n", text, f->doc);
    }
}

static void list_aggregations(FILE *out)
{
    for (const struct nt_agg *a = nt_aggs; a->name; a++) {
        char text[64];

        snprintf(text, sizeof(text), "%s(%s)", a->name, a->params);
        fprintf(out, "%-28s %s\n", text, a->doc);
    }
}

static void list_types(FILE *out)
{
    for (const struct nt_type *const *t = nt_types; *t; t++)
        row(out, (*t)->name, (*t)->doc);
}

static void list_hooks(FILE *out)
{
    for (const struct nt_hook *h = nt_hooks; h->name; h++)
        fprintf(out, "%-20s %s\n", h->name, h->doc);
}

int nt_list(struct nt_cx *cx, const char *what, const char *name, FILE *out)
{
    static const char *const whats[] = {"events",       "fields", "scripts", "functions",
                                        "aggregations", "types",  "hooks"};
    struct nt_unit u = {.cx = cx};
    struct nt_guess g = nt_guess(what);

    cx->options.script_argc = 0; /* there is no script whose options they could be */
    u.source = nt_source_add(cx, "-", "", 0);
    u.script = nt_parse_script(cx, u.source);
    nt_library(&u);
    if (cx->diags.nerrors)
        return -EINVAL;
    if (strcmp(what, "events") == 0)
        list_events(&u, out);
    else if (strcmp(what, "fields") == 0)
        return list_fields(&u, name, out);
    else if (strcmp(what, "scripts") == 0)
        list_scripts(cx, out);
    else if (strcmp(what, "functions") == 0)
        list_functions(out);
    else if (strcmp(what, "aggregations") == 0)
        list_aggregations(out);
    else if (strcmp(what, "types") == 0)
        list_types(out);
    else if (strcmp(what, "hooks") == 0)
        list_hooks(out);
    else {
        struct nt_diag *d = nt_error_at_none(cx, NT_OPTION, "there is no list of '%s'", what);

        for (size_t i = 0; i < sizeof(whats) / sizeof(*whats); i++)
            nt_guess_try(&g, whats[i]);
        nt_hint_guess(d, &g);
        if (!d->hint)
            nt_hint(d, "there are lists of events, fields EVENT, scripts, functions, aggregations, "
                       "types, hooks");
        return -ENOENT;
    }
    return 0;
}

int nt_library_script(struct nt_cx *cx, const char *name, uint16_t *ret_source,
                      const char **ret_guess)
{
    struct nt_stdfiles files = nt_stdlib_files(cx);
    struct nt_guess g = nt_guess(name);

    for (uint32_t i = 0; i < files.n; i++) {
        const struct nt_stdfile *f = &files.at[i];
        const char *script;

        if (strchr(f->path, '/') || nt_stdlib_is_declarations(f))
            continue;
        script = nt_strndup(cx->arena, f->path, strlen(f->path) - 3);
        nt_guess_try(&g, script);
        if (strcmp(script, name) == 0) {
            *ret_source =
                nt_source_add(cx, nt_sprintf(cx->arena, "stdlib/%s", f->path), f->text, f->len);
            return 0;
        }
    }
    *ret_guess = g.best;
    return -ENOENT;
}
