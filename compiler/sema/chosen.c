/* The packets that were chosen on the command line: --src, --dst and the like, and --where. Every
 * packet event asks for them, unless the script itself says where: `chosen`. */
#include "compiler/sema/scope.h"

#include <string.h>

/* `src in $src`, for a parameter of the prelude that the script has not made its own. */
static struct nt_expr *one_condition(struct nt_scope *s, const char *name_of_both,
                                     struct nt_span at)
{
    struct nt_param *p = nt_names_find(&s->u->params, name_of_both);
    struct nt_node *name, *ref, *in;

    if (!p || !p->common)
        return NULL;
    p->used = true;
    if (p->any)
        return NULL;
    name = nt_node_new(s->u->cx, NT_NODE_NAME, at);
    name->name = name_of_both;
    ref = nt_node_new(s->u->cx, NT_NODE_PARAMREF, at);
    ref->name = name_of_both;
    in = nt_node_with(s->u->cx, NT_NODE_IN, at, 2, name, ref);
    return nt_condition(s, in);
}

struct nt_expr *nt_chosen(const struct nt_scope *body, struct nt_span at)
{
    static const char *const names[] = {"dev", "src", "dst", "proto", "sport", "dport"};
    struct nt_scope s = *body;
    struct nt_expr *all = NULL;

    if (!nt_bound_has_packet(s.bound))
        return NULL;
    s.locals = NULL;
    s.inner = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        all = nt_and(s.u, all, one_condition(&s, names[i], at));
    s.u->where_used = true;
    if (s.u->where)
        all = nt_and(s.u, all, nt_condition(&s, s.u->where));
    return all;
}

static bool has_node(const struct nt_node *node, bool as_name)
{
    if (node->name && strcmp(node->name, "chosen") == 0 && node->kind != NT_NODE_MEMBER &&
        (node->kind == NT_NODE_NAME) == as_name)
        return true;
    nt_kid_each (kid, node)
        if (*kid && has_node(*kid, as_name))
            return true;
    return false;
}

/* A variable, field or parameter of that name is the script's own. */
bool nt_says_chosen(const struct nt_node *script)
{
    return has_node(script, true) && !has_node(script, false);
}
