/* Expressions of the tree -> typed ones. Names are resolved in this order: locals, what the event
 * knows, builtins, constants. */
#include "compiler/bpf/packet.h"
#include "compiler/catalog/aggs.h"
#include "compiler/kernel/kernel.h"
#include "compiler/sema/funcs.h"

#include <string.h>

struct nt_param *nt_param_of(struct nt_unit *u, const struct nt_node *node)
{
    return node->kind == NT_NODE_PARAMREF ? nt_names_find(&u->params, node->name) : NULL;
}

/* -- literals --------------------------------------------------------------------------------- */

static struct nt_expr *literal(struct nt_unit *u, const struct nt_node *node,
                               const struct nt_type *type)
{
    struct nt_expr *e = nt_const(u, type, node->span, 0);

    memcpy(e->w, node->num, sizeof(node->num));
    return e;
}

static struct nt_expr *number(struct nt_unit *u, const struct nt_node *node)
{
    return literal(u, node, node->num[0] > INT64_MAX ? &nt_type_uint : &nt_type_int);
}

static struct nt_expr *text(struct nt_unit *u, const struct nt_node *node)
{
    if (node->len >= NT_MAX_WORDS * 8)
        nt_error(u->cx, node->span, NT_VALUE, "a text has at most %u bytes here",
                 NT_MAX_WORDS * 8u - 1);
    return nt_text(u, node->text, node->len, node->span);
}

/* -- names ------------------------------------------------------------------------------------ */

/* A name of the enum that stands opposite. */
static struct nt_expr *enumerator(struct nt_unit *u, const struct nt_type *want,
                                  const struct nt_node *node)
{
    const struct nt_enumerator *e;
    struct nt_expr *absent;

    if (!want || (want->kind != NT_KIND_ENUM && want->kind != NT_KIND_FLAGS))
        return NULL;
    e = nt_enum_find(want, node->name, strlen(node->name));
    if (!e)
        return NULL;
    if (e->here)
        return nt_const(u, want, node->span, (uint64_t)e->value);
    absent = nt_absent(u, want, node->span);
    absent->index = NT_ABSENT_NAME;
    nt_warn(u->cx, node->span, NT_UNKNOWN_ENUMERATOR,
            "this kernel's %s has no '%s': it never matches", want->name, node->name);
    return absent;
}

static struct nt_expr *builtin(struct nt_scope *s, const struct nt_node *node)
{
    const struct nt_builtin *b = nt_builtin_find(node->name);
    struct nt_expr *e;

    if (!b)
        return NULL;
    if (!s->bound && !b->in_ntrace) {
        struct nt_diag *d =
            nt_error(s->u->cx, node->span, NT_PLACE,
                     "'%s' is known in bodies of events; this one runs in ntrace", node->name);

        nt_path_hint(s, d, node->name);
        if (!d->hint)
            nt_hint(d, "keep what an event saw: @last = %s", node->name);
        return nt_broken(s->u, node->span);
    }
    e = nt_expr_new(s->u, b->op, b->type, node->span);
    if (b->op == NT_E_COMM)
        e->type = nt_type_new_string(s->u->cx->arena, 2); /* TASK_COMM_LEN */
    e->cost = b->cost;
    e->maybe = b->op == NT_E_KSTACK || b->op == NT_E_USTACK;
    s->u->uses_stacks |= e->maybe;
    return e;
}

static struct nt_expr *constant_name(struct nt_scope *s, const struct nt_node *node,
                                     const struct nt_type *want)
{
    const struct nt_node *decl = nt_names_find(&s->u->consts, node->name);
    struct nt_scope outside = {.u = s->u, .expansion = s->expansion};
    struct nt_expansion x;
    struct nt_expr *e;

    if (!decl)
        return NULL;
    if (!nt_enter(&outside, &x, decl, node->name, node->span))
        return nt_broken(s->u, node->span);
    e = nt_value(&outside, decl->kid[0], want);
    if (nt_is_const(e) || e->op == NT_E_ABSENT || e->type->kind == NT_KIND_ERROR)
        return e;
    nt_hint(nt_error(s->u->cx, decl->kid[0]->span, NT_NOT_CONSTANT,
                     "a constant is known before the script runs"),
            "a function gives a name to what is computed: fn %s() = ...", node->name);
    return nt_broken(s->u, node->span);
}

static struct nt_expr *find_name(struct nt_scope *s, const struct nt_node *node,
                                 const struct nt_type *want)
{
    struct nt_expr *e = NULL;

    if (s->self && strcmp(node->name, "this") == 0)
        return s->self;
    for (struct nt_local *l = s->locals; l; l = l->outer)
        if (strcmp(l->name, node->name) == 0)
            return l->value;
    e = nt_path_name(s, node, want);
    if (!e)
        e = nt_event_name(s, node->name, node->span);
    if (!e)
        e = builtin(s, node);
    if (!e)
        e = constant_name(s, node, want);
    return e;
}

static struct nt_expr *name(struct nt_scope *s, const struct nt_node *node,
                            const struct nt_type *want)
{
    struct nt_expr *e = enumerator(s->u, want, node);

    if (!e)
        e = find_name(s, node, want);
    if (e)
        return e;
    if (want && want->kind == NT_KIND_ERROR)
        return nt_broken(s->u, node->span); /* it may be a name of what is broken opposite */
    if (want && (want->kind == NT_KIND_ENUM || want->kind == NT_KIND_FLAGS))
        return nt_unknown_enumerator(s->u, want, node);
    return nt_unknown_name(s, node, want);
}

static struct nt_expr *param_value(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_param *p = nt_param_of(s->u, node);
    struct nt_diag *d;
    struct nt_guess g;
    struct nt_expr *e;

    if (!p) {
        d = nt_error(s->u->cx, node->span, NT_UNKNOWN_PARAM, "there is no parameter '$%s'",
                     node->name);
        g = nt_guess(node->name);
        nt_vec_each (it, &s->u->param_list)
            nt_guess_try(&g, (*it)->name);
        if (g.best)
            nt_hint(d, "did you mean '$%s'?", g.best);
        return nt_broken(s->u, node->span);
    }
    p->used = true;
    if (p->any) {
        d = nt_error(s->u->cx, node->span, NT_ANY_VALUE, "'$%s' is `any`: it has no value here",
                     p->name);
        nt_hint(d, "ask exists($%s) first, or compare with it in a condition", p->name);
    } else if (p->is_set) {
        d = nt_error(s->u->cx, node->span, NT_NOT_A_VALUE, "'$%s' is a set, not a single value",
                     p->name);
        nt_hint(d, "ask with `in`: ... in $%s", p->name);
    } else if (p->nvalues) {
        e = nt_const(s->u, p->type, node->span, 0);
        memcpy(e->w, p->value[0].a, sizeof(e->w));
        if (p->value[0].kind == NT_TEST_EQ)
            return e;
        nt_error(s->u->cx, node->span, NT_NOT_A_VALUE, "'$%s' may be a pattern: write `in`",
                 p->name);
    }
    return nt_broken(s->u, node->span);
}

/* -- members ---------------------------------------------------------------------------------- */

/* `tcp`, `inner.tcp`: the header whose fields are meant, or NULL. */
static const struct nt_header *header_of(struct nt_scope *s, const struct nt_node *object,
                                         bool *ret_inner)
{
    bool inner = object->kind == NT_NODE_MEMBER && object->kid[0]->kind == NT_NODE_NAME &&
                 strcmp(object->kid[0]->name, "inner") == 0;
    const struct nt_header *h =
        inner || object->kind == NT_NODE_NAME ? nt_header_find(object->name) : NULL;
    struct nt_expr *e;

    if (!h || !s->bound)
        return NULL;
    e = inner ? nt_value(s, object, NULL) : find_name(s, object, NULL);
    if (!e || e->op != NT_E_SCOPE)
        return NULL;
    *ret_inner = e->inner;
    return e->header;
}

static struct nt_expr *member(struct nt_scope *s, const struct nt_node *node)
{
    const struct nt_node *object = node->kid[0];
    struct nt_scope of = *s;
    const struct nt_header *h = header_of(s, object, &of.inner);
    const struct nt_view *view;
    const struct nt_node *field;
    struct nt_expr *base, *e = NULL;
    bool own = object->kind == NT_NODE_NAME && strcmp(object->name, "this") == 0;

    e = nt_path_member(s, node);
    if (e)
        return e;
    if (h && h->have == NT_HAVE_INNER)
        return nt_inner_name(s, node);
    if (h) {
        e = nt_header_field(&of, h, node->name, node->span);
        return e ? e : nt_unknown_in_header(s, node, h);
    }
    base = nt_value(s, object, NULL);
    if (base->type->kind == NT_KIND_ERROR)
        return base;
    if (base->op == NT_E_ABSENT)
        return nt_absent(s->u, &nt_type_int, node->span);
    if (base->type->kind == NT_KIND_HEX) {
        e = nt_bytes_field(s, base, node);
        return e ? e : nt_unknown_member(s, node, base);
    }
    view = nt_names_find(&s->u->views, base->type->name);
    field = view ? nt_names_find(&view->fields, node->name) : NULL;
    if (own || !field) /* in a view, this.x is the kernel's own */
        e = nt_kernel_field(s->u, base, node->name, node->span);
    if (!e && field)
        e = nt_expand_field(s, field, base, NULL, node->span);
    if (!e && s->may_lack && base->type->kind == NT_KIND_POINTER)
        return nt_absent(s->u, &nt_type_int, node->span);
    return e ? e : nt_unknown_member(s, node, base);
}

static struct nt_expr *element(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_expr *base = nt_value(s, node->kid[0], NULL);
    struct nt_expr *index = nt_fit(s, nt_value(s, node->kid[1], NULL), &nt_type_int);

    if (base->type->kind == NT_KIND_ERROR || index->type->kind == NT_KIND_ERROR)
        return nt_broken(s->u, node->span);
    if (!base->btf_array && base->type->kind != NT_KIND_POINTER && !base->btf_target) {
        nt_error(s->u->cx, node->span, NT_TYPE, "%s has no elements",
                 nt_type_said(s->u, base->type));
        return nt_broken(s->u, node->span);
    }
    return nt_kernel_index(s, base, index, node->span);
}

/* -- calls ------------------------------------------------------------------------------------ */

/* NULL when a parameter that is `any` leaves nothing of it. */
struct nt_expr *nt_fn_condition(struct nt_scope *s, const struct nt_node *call)
{
    return nt_call_value(s, call, nt_names_find(&s->u->fns, call->name), NULL, true);
}

static struct nt_expr *call(struct nt_scope *s, const struct nt_node *node,
                            const struct nt_type *want)
{
    const struct nt_node *fn = nt_names_find(&s->u->fns, node->name);
    const struct nt_func *f = nt_func_find(node->name);
    uint64_t offset;

    if (s->bytes && node->nkids == 1 && nt_wire_find(node->name))
        return nt_constant(s, node->kid[0], &offset)
                   ? nt_header_read(s, s->bytes, node->name, offset, node->span)
                   : nt_broken(s->u, node->span);
    if (s->self && s->self->type->kind == NT_KIND_HEX && node->nkids == 1 &&
        nt_wire_find(node->name))
        return nt_constant(s, node->kid[0], &offset)
                   ? nt_bytes_read(s, s->self, node->name, offset, node->span)
                   : nt_broken(s->u, node->span);
    if (fn)
        return nt_call_value(s, node, fn, want, false);
    if (!f)
        return nt_unknown_call(s, node);
    if (node->nkids < f->min || node->nkids > f->max) {
        nt_hint(nt_error(s->u->cx, node->span, NT_ARGUMENTS, "%s() has other arguments", f->name),
                "%s(%s): %s", f->name, f->params, f->doc);
        return nt_broken(s->u, node->span);
    }
    return f->make(s, node);
}

struct nt_expr *nt_value(struct nt_scope *s, const struct nt_node *node, const struct nt_type *want)
{
    switch (node->kind) {
    case NT_NODE_NUMBER:
        return number(s->u, node);
    case NT_NODE_DURATION:
        return literal(s->u, node, &nt_type_duration);
    case NT_NODE_BYTES:
        return literal(s->u, node, &nt_type_bytes);
    case NT_NODE_BOOL:
        return literal(s->u, node, &nt_type_bool);
    case NT_NODE_IP:
        return literal(s->u, node, &nt_type_ip);
    case NT_NODE_CIDR:
        return literal(s->u, node, &nt_type_cidr);
    case NT_NODE_MAC:
        return literal(s->u, node, &nt_type_mac);
    case NT_NODE_STRING:
        return text(s->u, node);
    case NT_NODE_NAME:
        return name(s, node, want);
    case NT_NODE_PARAMREF:
        return param_value(s, node);
    case NT_NODE_MEMBER:
        return member(s, node);
    case NT_NODE_INDEX:
        return element(s, node);
    case NT_NODE_CALL:
        return call(s, node, want);
    case NT_NODE_UNARY:
        return nt_unary(s, node, want);
    case NT_NODE_BINARY:
        return nt_binary(s, node, want);
    case NT_NODE_IN:
        return nt_truth_value(s, node);
    case NT_NODE_COND:
        return nt_choose(s, node, want);
    case NT_NODE_CAST:
        return nt_cast(s, node);
    case NT_NODE_STATE:
        return nt_state_value(s, node);
    case NT_NODE_TUPLE:
        nt_hint(nt_error(s->u->cx, node->span, NT_NOT_A_VALUE,
                         "a value of several parts can stand as a key and before `in` only"),
                "name its parts one by one");
        return nt_broken(s->u, node->span);
    case NT_NODE_BAD:
        return nt_broken(s->u, node->span);
    case NT_NODE_ANY:
        nt_error(s->u->cx, node->span, NT_NOT_A_VALUE,
                 "`any` is what a parameter can be, not a value");
        return nt_broken(s->u, node->span);
    default:
        nt_error(s->u->cx, node->span, NT_NOT_A_VALUE, "a set or a range stands behind `in` only");
        return nt_broken(s->u, node->span);
    }
}

bool nt_constant(struct nt_scope *s, const struct nt_node *node, uint64_t *ret_value)
{
    struct nt_scope outside = {.u = s->u, .expansion = s->expansion};
    struct nt_expr *e = nt_value(&outside, node, NULL);

    if (e->type->kind == NT_KIND_ERROR)
        return false;
    if (!nt_is_const(e) || e->type->words != 1) {
        nt_error(s->u->cx, node->span, NT_NOT_CONSTANT,
                 "a number that is known before the script runs is needed here");
        return false;
    }
    *ret_value = e->w[0];
    return true;
}
