/* Names as an event knows them: its own fields and arguments, its packet's and its socket's. */
#include "compiler/kernel/kernel.h"
#include "compiler/sema/scope.h"

#include <string.h>

enum { MAX_EXPANSION = 32 };

bool nt_enter(struct nt_scope *s, struct nt_expansion *x, const void *what, const char *name,
              struct nt_span at)
{
    bool again = s->expansion && s->expansion->depth >= MAX_EXPANSION;

    for (const struct nt_expansion *o = s->expansion; o && !again; o = o->outer)
        again = o->what == what;
    if (again) {
        nt_error(s->u->cx, at, NT_RECURSION, "'%s' is defined by itself", name);
        return false;
    }
    *x = (struct nt_expansion){what, s->expansion, s->expansion ? s->expansion->depth + 1 : 1};
    s->expansion = x;
    return true;
}

void nt_used_here(struct nt_unit *u, uint32_t errors, struct nt_span at)
{
    struct nt_diags *diags = &u->cx->diags;
    struct nt_diag *last = diags->list.n ? diags->list.at[diags->list.n - 1] : NULL;

    if (diags->nerrors == errors || !last || last->severity != NT_SEV_ERROR)
        return;
    if (last->at.source != at.source || last->at.end < at.begin || last->at.begin > at.end)
        nt_label(last, at, "used here");
}

/* A field's expression in the scope of its declaration: no locals of the body. */
struct nt_expr *nt_expand_field(const struct nt_scope *outer, const struct nt_node *field,
                                struct nt_expr *self, const struct nt_header *bytes,
                                struct nt_span at)
{
    struct nt_scope s = *outer;
    struct nt_expansion x;
    const struct nt_type *type = NULL;
    struct nt_expr *e;
    uint32_t errors;

    if (!nt_enter(&s, &x, field, field->name, at))
        return nt_broken(s.u, at);
    s.locals = NULL;
    s.on_path = NULL;
    s.self = self;
    s.bytes = bytes;
    if (field->kid[0]) {
        type = nt_type_of_name(s.u, field->kid[0]->name, field->kid[0]->span);
        if (!type)
            return nt_broken(s.u, at);
    }
    errors = s.u->cx->diags.nerrors;
    e = nt_value(&s, field->kid[1], type);
    if (type)
        e = nt_fit(&s, e, type);
    nt_used_here(s.u, errors, at);
    e = nt_retyped(s.u, e, e->type);
    e->at = at; /* messages speak of the use */
    return e;
}

static const struct nt_node *find_field(const struct nt_node *event, const char *name)
{
    if (event)
        nt_kid_each (m, event->kid[2])
            if ((*m)->kind == NT_NODE_FIELD && strcmp((*m)->name, name) == 0)
                return *m;
    return NULL;
}

static const struct nt_node *arg_of_probe(const struct nt_node *probe, const char *name)
{
    if (probe->kid[0])
        nt_kid_each (arg, probe->kid[0])
            if (strcmp((*arg)->name, name) == 0)
                return *arg;
    return NULL;
}

/* An argument that another alternative of the event has. */
static const struct nt_node *arg_elsewhere(const struct nt_node *event, const char *name)
{
    if (event)
        nt_kid_each (alternative, event->kid[0])
            nt_kid_each (probe, (*alternative)->kid[0]) {
                const struct nt_node *arg = arg_of_probe(*probe, name);

                if (arg)
                    return arg;
            }
    return NULL;
}

/* Of a call: what its entry has, then what its return has. */
static const struct nt_harg *target_arg(const struct nt_bound *b, const char *kernel_name)
{
    const struct nt_harg *arg = nt_target_arg(&b->target, kernel_name);

    return arg || !b->back ? arg : nt_target_arg(&b->back->target, kernel_name);
}

/* Are its arguments those of code in the kernel? */
static bool has_kernel_args(const struct nt_bound *b)
{
    return b->target.args != NT_ARGS_RECORD && !b->target.user;
}

struct nt_expr *nt_event_arg(struct nt_scope *s, const char *name, struct nt_span at)
{
    const struct nt_bound *b = s->bound;
    const struct nt_node *arg = arg_of_probe(b->probe, name);
    const struct nt_harg *harg = NULL;
    const struct nt_type *type = NULL;
    struct nt_expr *e;

    if (arg)
        harg = target_arg(b, arg->kid[0] ? arg->kid[0]->name : arg->name);
    else if (!b->probe->kid[0])
        harg = target_arg(b, name); /* a raw probe without a list: all there are */
    else
        arg = arg_elsewhere(b->event, name);
    if (!harg && !arg && strcmp(name, NT_RETVAL) == 0)
        harg = target_arg(b, name); /* it need not be listed */
    if (arg && arg->kid[1]) {
        type = nt_type_of_name(s->u, arg->kid[1]->name, arg->kid[1]->span);
        if (!type)
            return nt_broken(s->u, at);
    }
    if (!harg && !type && (strcmp(name, "skb") == 0 || strcmp(name, "sk") == 0))
        type = nt_type_of_name(s->u, name[2] ? "sk_buff" : "sock", at);
    if (!harg && b->target.clone && strcmp(name, NT_RETVAL) == 0)
        return nt_absent(s->u, type ? type : &nt_type_int, at);
    if (harg) {
        e = nt_kernel_arg(s->u, b, harg, at);
        /* Without types from the kernel, `skb` and `sk` are what their names say. */
        if (!harg->type && !type && has_kernel_args(b) &&
            (strcmp(name, "skb") == 0 || strcmp(name, "sk") == 0))
            type = nt_type_of_name(s->u, name[2] ? "sk_buff" : "sock", at);
        return type ? nt_retyped(s->u, e, type) : e;
    }
    return arg ? nt_absent(s->u, type ? type : &nt_type_int, at) : NULL;
}

bool nt_bound_has_packet(const struct nt_bound *b)
{
    return nt_event_member(b->event, NT_NODE_PACKET) != NULL ||
           (!b->event && has_kernel_args(b) &&
            (arg_of_probe(b->probe, "skb") || (!b->probe->kid[0] && target_arg(b, "skb"))));
}

static struct nt_expr *socket_name(struct nt_scope *s, const char *name, struct nt_span at)
{
    const struct nt_node *socket = nt_event_member(s->bound->event, NT_NODE_SOCKET);
    const struct nt_view *view = nt_names_find(&s->u->views, "sock");
    const struct nt_node *field = view ? nt_names_find(&view->fields, name) : NULL;
    struct nt_expr *sk;

    if (!socket || !field)
        return NULL;
    sk = nt_value(s, socket->kid[0], NULL);
    return nt_expand_field(s, field, sk, NULL, at);
}

/* Text of up to 64 bytes as a constant. */
struct nt_expr *nt_text(struct nt_unit *u, const char *text, size_t len, struct nt_span at)
{
    uint8_t words = (uint8_t)(len / 8 + 1 > NT_MAX_WORDS ? NT_MAX_WORDS : len / 8 + 1);
    struct nt_expr *e = nt_const(u, nt_type_new_string(u->cx->arena, words), at, 0);

    memcpy(e->w, text, len < sizeof(e->w) ? len : sizeof(e->w));
    return e;
}

static struct nt_expr *probe_name(struct nt_scope *s, struct nt_span at)
{
    const struct nt_bound *b = s->bound;
    const char *name = b->event || !b->match ? b->name : b->match;

    if (!s->u->probe_type)
        return nt_text(s->u, name, strlen(name), at);
    if (b->by_cookie && !b->event)
        return nt_expr_new(s->u, NT_E_COOKIE, s->u->probe_type, at);
    return nt_const(s->u, s->u->probe_type, at, nt_probe_number(s->u, name));
}

struct nt_expr *nt_event_name(struct nt_scope *s, const char *name, struct nt_span at)
{
    const struct nt_bound *b = s->bound;
    const struct nt_node *field;
    struct nt_expr *e;

    if (!b)
        return NULL;
    if (s->inner)
        return nt_packet_name(s, name, at);
    field = find_field(b->event, name);
    /* A field that is defined by an argument of its own name means the argument. */
    if (field && !(s->expansion && s->expansion->what == field))
        return nt_expand_field(s, field, NULL, NULL, at);
    e = nt_event_arg(s, name, at);
    if (!e && strcmp(name, "latency") == 0)
        e = nt_latency(s, at);
    if (!e && strcmp(name, "probe") == 0)
        e = probe_name(s, at);
    if (!e && strcmp(name, "chosen") == 0 && nt_bound_has_packet(b)) {
        e = nt_chosen(s, at);
        return e ? e : nt_const(s->u, &nt_type_bool, at, true);
    }
    if (!e)
        e = nt_packet_name(s, name, at);
    if (!e)
        e = socket_name(s, name, at);
    return e;
}

static void each_view_field(struct nt_unit *u, const char *view_name,
                            void (*each)(const char *name, void *arg), void *arg)
{
    const struct nt_view *view = nt_names_find(&u->views, view_name);

    if (view)
        nt_names_each(f, &view->fields) each(f->name, arg);
}

void nt_packet_each_name(struct nt_unit *u, void (*each)(const char *name, void *arg), void *arg)
{
    each_view_field(u, "packet", each, arg);
    for (const struct nt_header *h = nt_headers; h->name; h++)
        each(h->name, arg);
}

void nt_event_each_name(struct nt_scope *s, void (*each)(const char *name, void *arg), void *arg)
{
    const struct nt_bound *b = s->bound;

    if (!b)
        return;
    if (b->event)
        nt_kid_each (m, b->event->kid[2])
            if ((*m)->kind == NT_NODE_FIELD)
                each((*m)->name, arg);
    for (uint32_t i = 0; i < b->target.nargs; i++)
        each(b->target.arg[i].name, arg);
    if (nt_event_member(b->event, NT_NODE_SINCE))
        each("latency", arg);
    if (nt_bound_has_packet(b))
        nt_packet_each_name(s->u, each, arg);
    if (nt_event_member(b->event, NT_NODE_SOCKET))
        each_view_field(s->u, "sock", each, arg);
}
