#include "tests/random/constructs.h"

#include "compiler/catalog/aggs.h"
#include "compiler/catalog/headers.h"
#include "compiler/catalog/hooks.h"
#include "compiler/sema/funcs.h"
#include "compiler/syntax/parse.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 128 };

/* Rows of a table, found by name. */
struct group {
    const char *title;
    const char *name[MAX_ROWS];
    unsigned long count[MAX_ROWS];
    uint32_t n;
};

struct constructs {
    struct group nodes, ops, calls, names, headers, hooks, events;
};

static void add_row(struct group *g, const char *name)
{
    for (uint32_t i = 0; i < g->n; i++)
        if (strcmp(g->name[i], name) == 0) /* as "-", which has one operand or two */
            return;
    if (g->n < MAX_ROWS)
        g->name[g->n++] = name;
}

static void add_event(const char *name, void *arg)
{
    add_row(arg, name);
}

static void add_nodes(struct group *g)
{
    for (int kind = 0; kind < NT_NODE_MAX; kind++)
        if (kind != NT_NODE_LIST && kind != NT_NODE_BAD)
            add_row(g, nt_node_kind_name((enum nt_node_kind)kind));
}

struct constructs *constructs_new(const struct offers *offers)
{
    struct constructs *c = calloc(1, sizeof(*c));

    if (!c)
        abort();
    c->nodes.title = "syntax";
    add_nodes(&c->nodes);
    c->ops.title = "operators";
    for (int op = NT_OP_ADD; op <= NT_OP_BNOT; op++)
        add_row(&c->ops, nt_op_text((enum nt_op)op));
    c->calls.title = "functions and aggregations";
    for (const struct nt_func *f = nt_funcs; f->name; f++)
        if (f->make)
            add_row(&c->calls, f->name);
    for (const struct nt_agg *a = nt_aggs; a->name; a++)
        add_row(&c->calls, a->name);
    c->names.title = "values of every event";
    for (const struct nt_builtin *b = nt_builtins; b->name; b++)
        add_row(&c->names, b->name);
    c->headers.title = "headers";
    for (const struct nt_header *h = nt_headers; h->name; h++)
        add_row(&c->headers, h->name);
    c->hooks.title = "hooks";
    for (const struct nt_hook *h = nt_hooks; h->name; h++)
        if (h->resolve)
            add_row(&c->hooks, h->name);
    c->events.title = "events";
    offers_each_event(offers, add_event, &c->events);
    return c;
}

void constructs_free(struct constructs **constructs)
{
    free(*constructs);
    *constructs = NULL;
}

static void count(struct group *g, const char *name, size_t len)
{
    for (uint32_t i = 0; i < g->n; i++)
        if (strlen(g->name[i]) == len && memcmp(g->name[i], name, len) == 0) {
            g->count[i]++;
            return;
        }
}

static void count_name(struct group *g, const char *name)
{
    count(g, name, strlen(name));
}

static void count_node(struct constructs *c, const struct nt_node *node)
{
    count_name(&c->nodes, nt_node_kind_name(node->kind));
    if (node->op)
        count_name(&c->ops, nt_op_text(node->op));
    if (!node->name)
        return;
    if (node->kind == NT_NODE_CALL)
        count_name(&c->calls, node->name);
    else if (node->kind == NT_NODE_NAME)
        count_name(&c->names, node->name);
    else if (node->kind == NT_NODE_PROBE)
        count(&c->hooks, node->name, strcspn(node->name, ":"));
    else if (node->kind == NT_NODE_EVENTREF)
        count_name(&c->events, node->name);
    else if (node->kind == NT_NODE_MEMBER && node->kid[0]->kind == NT_NODE_NAME)
        count_name(&c->headers, node->kid[0]->name);
}

static void walk(struct constructs *c, const struct nt_node *node)
{
    count_node(c, node);
    nt_kid_each (kid, node)
        if (*kid)
            walk(c, *kid);
}

void constructs_count(struct constructs *c, const char *script)
{
    struct nt_cx *cx = nt_cx_new();

    walk(c, nt_parse_script(cx, nt_source_add(cx, "random.nt", script, (uint32_t)strlen(script))));
    nt_cx_free(&cx);
}

static void print_group(const struct group *g, FILE *out)
{
    const char *before = "; never: ";

    fprintf(out, "%s:", g->title);
    for (uint32_t i = 0; i < g->n; i++)
        if (g->count[i])
            fprintf(out, " %s %lu", g->name[i], g->count[i]);
    for (uint32_t i = 0; i < g->n; i++)
        if (!g->count[i]) {
            fprintf(out, "%s%s", before, g->name[i]);
            before = " ";
        }
    fprintf(out, "\n");
}

void constructs_print(const struct constructs *c, FILE *out)
{
    const struct group *const groups[] = {&c->nodes,   &c->ops,   &c->calls, &c->names,
                                          &c->headers, &c->hooks, &c->events};

    for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
        print_group(groups[i], out);
}
