/* Fields of header scopes: bytes of a packet's header, as stdlib/views/headers.nt declares them. */
#include "compiler/bpf/packet.h"
#include "compiler/sema/scope.h"

#include <string.h>

static const struct nt_wire wires[] = {
    {"u8", 1, &nt_type_int},    {"be16", 2, &nt_type_int},  {"be32", 4, &nt_type_int},
    {"be64", 8, &nt_type_uint}, {"port", 2, &nt_type_port}, {"mac", 6, &nt_type_mac},
    {"ip4", 4, &nt_type_ip},    {"ip6", 16, &nt_type_ip},
};

const struct nt_wire *nt_wire_find(const char *name)
{
    for (size_t i = 0; i < sizeof(wires) / sizeof(*wires); i++)
        if (strcmp(wires[i].name, name) == 0)
            return &wires[i];
    return NULL;
}

/* Before the IP header is made, only what the socket has of it is known. */
static bool is_made(const struct nt_scope *s, const struct nt_header *h, uint64_t offset)
{
    bool v4 = h->have == NT_HAVE_IP;

    if (s->inner || !nt_is_at_transport(s))
        return true;
    if (h->layer != NT_LAYER_L3)
        return h->layer != NT_LAYER_L2;
    return v4 ? offset == 9 || offset >= 12 : h->have == NT_HAVE_IP6 && offset >= 6 && offset != 7;
}

static struct nt_expr *header_bytes(struct nt_scope *s, const struct nt_header *h, uint32_t size,
                                    uint64_t offset, struct nt_span at)
{
    const struct nt_type *type = size == 16  ? &nt_type_ip
                                 : size == 8 ? &nt_type_uint
                                             : &nt_type_int;
    struct nt_expr *e = nt_expr_new(s->u, NT_E_HEADER, type, at);

    if (!is_made(s, h, offset))
        return nt_absent(s->u, type, at);
    if (offset + size > h->size) {
        nt_error(s->u->cx, at, NT_VALUE, "only the first %u bytes of the %s header are read",
                 h->size, h->name);
        return nt_broken(s->u, at);
    }
    e->header = h;
    e->offset = (int32_t)offset;
    e->size = (uint8_t)size;
    e->swapped = true;
    e->is_signed = false;
    e->maybe = true;
    e->inner = s->inner;
    e->layers = nt_header_layers(h, s->inner);
    e->cost = nt_header_cost(h, s->inner);
    return e;
}

struct nt_expr *nt_header_read(struct nt_scope *s, const struct nt_header *h, const char *how,
                               uint64_t offset, struct nt_span at)
{
    const struct nt_wire *wire = nt_wire_find(how);
    struct nt_expr *e;

    if (!wire)
        return NULL;
    e = header_bytes(s, h, wire->size, offset, at);
    if (e->type->kind == NT_KIND_ERROR)
        return e;
    if (strcmp(how, "ip4") == 0)
        return nt_expr_with(s->u, NT_E_IP4, &nt_type_ip, at, 1, e);
    e->type = wire->type;
    return e;
}

/* `ttl: u8 = 8` is a type and an offset; anything else is an expression over the header's bytes. */
static struct nt_expr *offset_field(struct nt_scope *s, const struct nt_header *h,
                                    const struct nt_node *field, struct nt_span at)
{
    const struct nt_node *type = field->kid[0], *value = field->kid[1];
    const struct nt_type *t;
    struct nt_expr *e;

    if (nt_wire_find(type->name))
        return nt_header_read(s, h, type->name, value->num[0], at);
    t = nt_type_of_name(s->u, type->name, type->span);
    if (!t)
        return nt_broken(s->u, at);
    e = header_bytes(s, h, t->hex ? 2 : 1, value->num[0],
                     at); /* an enum of one byte; ethertype: two */
    if (e->type->kind != NT_KIND_ERROR)
        e->type = t;
    return e;
}

struct nt_expr *nt_header_field(struct nt_scope *s, const struct nt_header *h, const char *name,
                                struct nt_span at)
{
    const struct nt_view *view = nt_names_find(&s->u->views, h->name);
    const struct nt_node *field = view ? nt_names_find(&view->fields, name) : NULL;

    if (!field)
        return NULL;
    if (field->kid[0] && field->kid[1]->kind == NT_NODE_NUMBER)
        return offset_field(s, h, field, at);
    return nt_expand_field(s, field, NULL, h, at);
}
