/* Values of bytes: bytes(p, n, max), the views that lay them out, and what is read from them. */
#include "compiler/catalog/bytes.h"
#include "compiler/kernel/kernel.h"
#include "compiler/sema/funcs.h"

#include <string.h>

enum { MAX_BYTES = 4096, MAX_ATTRIBUTES_BYTES = 2048 };

/* -- views ------------------------------------------------------------------------------------ */

static bool lays_out_bytes(const struct nt_view *view)
{
    return view && view->of && (strcmp(view->of, "bytes") == 0 || strcmp(view->of, "nlattr") == 0);
}

/* `name: type = number`; any other field is an expression. */
static bool is_part(const struct nt_node *field)
{
    return field->kid[0] && field->kid[1]->kind == NT_NODE_NUMBER;
}

/* A type that has a length of its own wherever it stands. */
static bool wire_part(const char *name, struct nt_part *part)
{
    const struct nt_wire *wire = nt_wire_find(name);

    if (!wire)
        return false;
    part->kind = strcmp(name, "ip4") == 0 ? NT_PART_IP4 : NT_PART_WIRE;
    part->size = wire->size;
    part->type = wire->type;
    return true;
}

/* As the kernel's own structs have it, where their types are not known. */
static bool host_part(const char *name, struct nt_part *part)
{
    static const char *const names[] = {"u16", "u32", "u64"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(name, names[i]) == 0) {
            part->kind = NT_PART_HOST;
            part->size = (uint8_t)(2u << i);
            part->type = part->size == 8 ? &nt_type_uint : &nt_type_int;
            return true;
        }
    return false;
}

static bool part_type(struct nt_unit *u, const struct nt_node *type, bool attributes,
                      struct nt_part *part)
{
    const struct nt_type *t;

    if (wire_part(type->name, part) || (!attributes && host_part(type->name, part)))
        return true;
    if (attributes && strcmp(type->name, "none") == 0) {
        part->kind = NT_PART_NONE;
        part->type = &nt_type_bool;
        return true;
    }
    t = nt_type_of_name(u, type->name, type->span);
    if (!t)
        return false;
    part->type = t;
    if (t->kind == NT_KIND_HEX) {
        part->kind = NT_PART_BYTES;
    } else if (t->kind == NT_KIND_STRING) {
        part->kind = NT_PART_TEXT;
    } else if (t->kind == NT_KIND_ENUM || t->kind == NT_KIND_FLAGS) {
        part->kind = attributes && !t->hex ? NT_PART_HOST : NT_PART_WIRE;
        part->size = t->hex ? 2 : attributes ? 0 : 1;
    } else if (attributes && (t->kind == NT_KIND_INT || t->kind == NT_KIND_UINT)) {
        part->kind = NT_PART_HOST;
    } else {
        nt_hint(nt_error(u->cx, type->span, NT_TYPE, "bytes don't say how %s lies in them",
                         nt_type_said(u, t)),
                "u8 be16 be32 be64 port mac ip4 ip6, an enum, hex, string, another view%s",
                attributes ? ", int in the kernel's order, none for an attribute without a value"
                           : ", u16 u32 u64 in the kernel's order");
        return false;
    }
    return true;
}

static void build_parts(struct nt_unit *u, const struct nt_view *view, struct nt_parts *parts)
{
    struct nt_part *part = NT_NEW_N(u->cx->arena, struct nt_part, view->list.n);

    parts->name = view->name;
    parts->attributes = strcmp(view->of, "nlattr") == 0;
    parts->part = part;
    nt_vec_each (it, &view->list) {
        const struct nt_node *field = *it;
        struct nt_part p = {.name = field->name};

        if (!is_part(field) || !part_type(u, field->kid[0], parts->attributes, &p))
            continue;
        if (field->kid[1]->num[0] > (parts->attributes ? NT_ATTR_TYPE_MASK : MAX_BYTES)) {
            nt_error(u->cx, field->kid[1]->span, NT_VALUE, "no %s is so large",
                     parts->attributes ? "attribute's number" : "offset");
            continue;
        }
        p.at = (uint32_t)field->kid[1]->num[0];
        if (p.at + p.size > parts->size && !parts->attributes)
            parts->size = p.at + p.size;
        part[parts->n++] = p;
    }
}

const struct nt_type *nt_bytes_type(struct nt_unit *u, const char *name)
{
    struct nt_view *view = nt_names_find(&u->views, name);
    struct nt_parts *parts;

    if (!lays_out_bytes(view))
        return NULL;
    if (!view->type) {
        parts = NT_NEW(u->cx->arena, struct nt_parts);
        view->type = nt_type_new_bytes(u->cx->arena, parts, 0); /* a view may hold itself */
        build_parts(u, view, parts);
        ((struct nt_type *)view->type)->name = view->name;
        ((struct nt_type *)view->type)->most = parts->size;
    }
    return view->type;
}

/* -- making them ------------------------------------------------------------------------------ */

static struct nt_expr *bytes_at(struct nt_scope *s, struct nt_expr *p, struct nt_expr *n,
                                const struct nt_parts *parts, uint32_t most, struct nt_span at)
{
    const struct nt_type *type = nt_type_new_bytes(s->u->cx->arena, parts, most);
    struct nt_expr *e;

    if (p->op == NT_E_ABSENT || n->op == NT_E_ABSENT)
        return nt_absent(s->u, type, at);
    e = nt_expr_with(s->u, NT_E_BYTES, type, at, 2, nt_number_of(s->u, p), n);
    e->maybe = true;
    e->user = p->user;
    return e;
}

struct nt_expr *nt_make_bytes(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *p = nt_value(s, call->kid[0], NULL);
    struct nt_expr *n = nt_fit(s, nt_value(s, call->kid[1], NULL), &nt_type_int);
    uint64_t most;

    if (!nt_constant(s, call->kid[2], &most) || p->type->kind == NT_KIND_ERROR ||
        n->type->kind == NT_KIND_ERROR)
        return nt_broken(s->u, call->span);
    if (most < 1 || most > MAX_BYTES || !nt_is_number(p->type)) {
        nt_error(s->u->cx, call->span, NT_ARGUMENTS,
                 "bytes(p, n, max) takes an address, a length and 1 to %d for the most", MAX_BYTES);
        return nt_broken(s->u, call->span);
    }
    return bytes_at(s, p, n, NULL, (uint32_t)most, call->span);
}

/* The payload of a struct nlattr. */
static struct nt_expr *attribute_payload(struct nt_scope *s, struct nt_expr *p,
                                         const struct nt_parts *parts, struct nt_span at)
{
    struct nt_expr *len = nt_kernel_field(s->u, p, "nla_len", at);
    struct nt_expr *head = nt_const(s->u, &nt_type_int, at, NT_ATTR_HEADER);

    if (!len)
        return nt_broken(s->u, at);
    return bytes_at(s, nt_arith(s->u, NT_X_ADD, nt_number_of(s->u, p), head, at),
                    nt_arith(s->u, NT_X_SUB, len, head, at), parts, MAX_ATTRIBUTES_BYTES, at);
}

struct nt_expr *nt_as_bytes(struct nt_scope *s, struct nt_expr *e, const struct nt_type *type,
                            struct nt_span at)
{
    struct nt_expr *size;

    if (e->type->kind == NT_KIND_HEX)
        return nt_retyped(s->u, e, nt_type_new_bytes(s->u->cx->arena, type->parts, e->type->most));
    if (e->op == NT_E_ABSENT)
        return nt_absent(s->u, type, at);
    if (type->parts && type->parts->attributes && e->type->kind == NT_KIND_POINTER &&
        strcmp(e->type->name, "nlattr") == 0)
        return attribute_payload(s, e, type->parts, at);
    if (type->parts && type->parts->size && nt_is_number(e->type)) {
        size = nt_const(s->u, &nt_type_int, at, type->parts->size);
        return bytes_at(s, e, size, type->parts, type->parts->size, at);
    }
    nt_hint(nt_error(s->u->cx, at, NT_TYPE, "%s can't be taken as %s", nt_type_said(s->u, e->type),
                     nt_type_said(s->u, type)),
            "say how many bytes there are: bytes(p, n, max) as %s", type->name);
    return nt_broken(s->u, at);
}

/* -- reading them ----------------------------------------------------------------------------- */

static struct nt_expr *from_bytes(struct nt_scope *s, enum nt_eop op, struct nt_expr *base,
                                  const struct nt_type *type, uint32_t offset, struct nt_span at)
{
    struct nt_expr *e = nt_expr_with(s->u, op, type, at, 1, base);

    e->offset = (int32_t)offset;
    e->maybe = true;
    e->user = base->user;
    e->cost = op == NT_E_ATTR ? 3 : base->cost > 2 ? base->cost : 2;
    return e;
}

static struct nt_expr *number_at(struct nt_scope *s, struct nt_expr *base,
                                 const struct nt_part *part, uint32_t offset, struct nt_span at)
{
    const struct nt_type *type = part->kind == NT_PART_IP4 ? &nt_type_int : part->type;
    struct nt_expr *e = from_bytes(s, NT_E_PART, base, type, offset, at);

    e->size = part->size;
    e->swapped = part->kind != NT_PART_HOST;
    if (part->kind == NT_PART_IP4)
        e = nt_expr_with(s->u, NT_E_IP4, &nt_type_ip, at, 1, e);
    return e;
}

static struct nt_expr *read_part(struct nt_scope *s, struct nt_expr *base,
                                 const struct nt_part *part, struct nt_span at)
{
    bool attributes = base->type->parts->attributes;
    uint32_t most = base->type->most, offset = attributes ? 0 : part->at;
    const struct nt_type *nested = nt_type_new_bytes(s->u->cx->arena, part->type->parts, most);
    struct nt_expr *e;

    if (attributes) {
        base = from_bytes(s, NT_E_ATTR, base, nested, 0, at);
        base->index = part->at;
    } else if (part->kind == NT_PART_TEXT || part->kind == NT_PART_BYTES) {
        base = from_bytes(s, NT_E_SLICE, base, nested, offset, at);
    }
    switch (part->kind) {
    case NT_PART_WIRE:
    case NT_PART_IP4:
        return number_at(s, base, part, offset, at);
    case NT_PART_HOST:
        if (part->size)
            return number_at(s, base, part, offset, at);
        return from_bytes(s, NT_E_HOST, base, part->type, 0, at);
    case NT_PART_TEXT:
        return from_bytes(s, NT_E_TEXT, base, &nt_type_string, 0, at);
    case NT_PART_NONE:
        e = nt_expr_with(s->u, NT_E_EXISTS, &nt_type_bool, at, 1, base);
        e->maybe = false;
        return e;
    default:
        return base;
    }
}

struct nt_expr *nt_bytes_field(struct nt_scope *s, struct nt_expr *base, const struct nt_node *node)
{
    const struct nt_parts *parts = base->type->parts;
    const struct nt_view *view = parts ? nt_names_find(&s->u->views, parts->name) : NULL;
    const struct nt_node *field = view ? nt_names_find(&view->fields, node->name) : NULL;

    if (base->user && parts && parts->attributes) {
        nt_error(s->u->cx, node->span, NT_TYPE,
                 "attributes are walked in the kernel's memory only");
        return nt_broken(s->u, node->span);
    }
    for (uint32_t i = 0; parts && i < parts->n; i++)
        if (strcmp(parts->part[i].name, node->name) == 0)
            return read_part(s, base, &parts->part[i], node->span);
    if (field && !is_part(field))
        return nt_expand_field(s, field, base, NULL, node->span);
    return field ? nt_broken(s->u, node->span) : NULL;
}

struct nt_expr *nt_bytes_read(struct nt_scope *s, struct nt_expr *base, const char *how,
                              uint64_t offset, struct nt_span at)
{
    struct nt_part part = {0};

    if (!wire_part(how, &part))
        return NULL;
    if (offset > MAX_BYTES) {
        nt_error(s->u->cx, at, NT_VALUE, "no offset is so large");
        return nt_broken(s->u, at);
    }
    return number_at(s, base, &part, (uint32_t)offset, at);
}
