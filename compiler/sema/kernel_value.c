/* Values of kernel types: a probe's arguments, members of structs, elements of arrays. Offsets are
 * the running kernel's: a script is compiled on the machine it runs on.
 *
 * `direct` follows a pointer from a typed argument: as long as the verifier knows its type, plain
 * loads do; behind a cast, arithmetic or an ambiguous union it takes bpf_probe_read_kernel. */
#include "compiler/kernel/kernel.h"
#include "compiler/sema/scope.h"

#include <string.h>

enum { LARGEST_OFFSET = 1 << 28 }; /* that the verifier lets be added to a pointer */

const struct nt_type *nt_kernel_pointer(struct nt_unit *u, uint32_t struct_id)
{
    const char *name = nt_kernel_type_name(u->cx->kernel, struct_id);

    return nt_type_new_pointer(u->cx->arena, nt_strdup(u->cx->arena, *name ? name : "struct"),
                               struct_id);
}

struct kernel_enum {
    struct nt_unit *u;
    NT_VEC(struct nt_enumerator) names;
};

static void add_enumerator(const char *name, int64_t value, void *arg)
{
    struct kernel_enum *e = arg;

    *nt_vec_push(e->u->cx->arena, &e->names) =
        (struct nt_enumerator){nt_strdup(e->u->cx->arena, name), value, true};
}

static const struct nt_type *kernel_enum_type(struct nt_unit *u, uint32_t id)
{
    const char *name = nt_kernel_type_name(u->cx->kernel, id);
    char *key = nt_sprintf(u->cx->arena, "enum %s #%u", name, id);
    struct nt_type *t = nt_names_find(&u->enum_types, key);
    struct kernel_enum e = {.u = u};

    if (t)
        return t;
    nt_kernel_each_enumerator(u->cx->kernel, id, add_enumerator, &e);
    t = (struct nt_type *)nt_type_new_enum(
        u->cx->arena, nt_strdup(u->cx->arena, *name ? name : "enum"), false, e.names.at, e.names.n);
    nt_names_set(u->cx->arena, &u->enum_types, key, t);
    return t;
}

/* The language's type for a kernel value of one word. */
static const struct nt_type *value_type(struct nt_unit *u, const struct nt_ktype *t)
{
    switch (t->kind) {
    case NT_K_BOOL:
        return &nt_type_bool;
    case NT_K_ENUM:
        return kernel_enum_type(u, t->id);
    case NT_K_POINTER:
        if (t->target && nt_kernel_type(u->cx->kernel, t->target).kind == NT_K_STRUCT)
            return nt_kernel_pointer(u, nt_kernel_strip(u->cx->kernel, t->target));
        return &nt_type_uint;
    default:
        return t->size == 8 && !t->is_signed ? &nt_type_uint : &nt_type_int;
    }
}

static bool is_network_order(struct nt_unit *u, uint32_t id)
{
    return strncmp(nt_kernel_type_name(u->cx->kernel, id), "__be", 4) == 0;
}

/* A tracepoint's record: its fields lie in the context itself. What is no number is taken for text,
 * as far as a text goes. */
static struct nt_expr *record_arg(struct nt_unit *u, const struct nt_harg *arg, struct nt_span at)
{
    uint16_t size = arg->size < NT_MAX_WORDS * 8 ? arg->size : NT_MAX_WORDS * 8;
    bool is_number = size == 1 || size == 2 || size == 4 || size == 8;
    const struct nt_type *type = !is_number
                                     ? nt_type_new_string(u->cx->arena, (uint8_t)((size + 7) / 8))
                                 : arg->size == 8 && !arg->is_signed ? &nt_type_uint
                                                                     : &nt_type_int;
    struct nt_expr *e = nt_expr_new(u, NT_E_ARG, type, at);

    e->offset = arg->offset;
    e->size = (uint8_t)size;
    e->is_signed = arg->is_signed;
    return e;
}

/* An argument of a USDT probe. */
static struct nt_expr *placed_arg(struct nt_unit *u, const struct nt_harg *arg, struct nt_span at)
{
    const struct nt_type *type = arg->size == 8 && !arg->is_signed ? &nt_type_uint : &nt_type_int;
    struct nt_expr *e;

    if (arg->operand->kind == NT_OPERAND_UNKNOWN)
        return nt_absent(u, type, at);
    e = nt_expr_new(u, NT_E_ARG, type, at);
    e->index = arg->index;
    e->size = (uint8_t)arg->size;
    e->is_signed = arg->is_signed;
    e->maybe = arg->operand->kind == NT_OPERAND_MEMORY;
    e->cost = e->maybe;
    return e;
}

struct nt_expr *nt_kernel_arg(struct nt_unit *u, const struct nt_bound *b,
                              const struct nt_harg *arg, struct nt_span at)
{
    struct nt_ktype t = nt_kernel_type(u->cx->kernel, arg->type);
    struct nt_expr *e;

    if (b->target.args == NT_ARGS_RECORD)
        return record_arg(u, arg, at);
    if (arg->operand)
        return placed_arg(u, arg, at);
    e = nt_expr_new(u, arg->returned ? NT_E_RETVAL : NT_E_ARG,
                    arg->type       ? value_type(u, &t)
                    : arg->returned ? &nt_type_int
                                    : &nt_type_uint,
                    at);
    e->index = arg->index;
    e->size = arg->type && t.kind != NT_K_POINTER ? (uint8_t)t.size : 8;
    e->is_signed = t.is_signed;
    e->direct = b->target.args == NT_ARGS_BTF && e->type->kind == NT_KIND_POINTER;
    e->btf_target = t.kind == NT_K_POINTER ? t.target : 0;
    e->copied = b->target.args == NT_ARGS_BTF && t.kind == NT_K_POINTER && t.target && !e->direct;
    e->nullable = arg->nullable;
    e->maybe =
        arg->nullable || (b->target.args == NT_ARGS_REGS && arg->index >= 6 && !arg->returned);
    e->swapped = is_network_order(u, arg->type);
    return e;
}

/* -- memory ----------------------------------------------------------------------------------- */

/* Places within places are one place; behind one that the verifier does not follow is no other. */
static struct nt_expr *address(struct nt_unit *u, struct nt_expr *base, const struct nt_type *type,
                               uint32_t offset, struct nt_span at)
{
    bool direct = base->direct;
    struct nt_expr *e;

    if (base->op == NT_E_ADDR) {
        offset += (uint32_t)base->offset;
        base = base->kid[0];
    }
    e = nt_expr_with(u, NT_E_ADDR, type, at, 1, base);
    e->offset = (int32_t)offset;
    e->direct = direct;
    e->followed = base->followed || (base->direct && !direct);
    e->user = base->user;
    return e;
}

static bool can_be_null(const struct nt_expr *base)
{
    return base->op != NT_E_ARG;
}

/* One word of memory behind base; base may be an ADDR. */
static struct nt_expr *load(struct nt_unit *u, struct nt_expr *base, uint32_t offset,
                            uint32_t type_id, struct nt_span at)
{
    struct nt_ktype t = nt_kernel_type(u->cx->kernel, type_id);
    bool direct = base->direct;
    struct nt_expr *e;

    if (base->op == NT_E_ADDR) {
        offset += (uint32_t)base->offset;
        base = base->kid[0];
    }
    e = nt_expr_with(u, NT_E_LOAD, value_type(u, &t), at, 1, base);
    e->offset = (int32_t)offset;
    e->size = t.kind == NT_K_POINTER ? 8 : (uint8_t)t.size;
    e->is_signed = t.is_signed;
    e->swapped = is_network_order(u, type_id);
    e->maybe = base->maybe || !direct || can_be_null(base);
    e->direct_base = direct;
    e->user = base->user;
    e->btf_target = t.target;
    e->direct = direct && t.kind == NT_K_POINTER; /* of bytes, too: see nt_number_of() */
    e->cost = base->cost > (direct ? 0 : 1) ? base->cost : !direct;
    return e;
}

/* What lies at base + offset: a value, or the address of a struct or array. */
static struct nt_expr *place(struct nt_unit *u, struct nt_expr *base, uint32_t offset,
                             uint32_t type_id, struct nt_span at)
{
    struct nt_ktype t = nt_kernel_type(u->cx->kernel, type_id);
    struct nt_expr *e;

    if (t.kind == NT_K_STRUCT)
        return address(u, base, nt_kernel_pointer(u, t.id), offset, at);
    if (t.kind == NT_K_ARRAY) {
        e = address(u, base, &nt_type_uint, offset, at);
        e->btf_array = t.id;
        return e;
    }
    return load(u, base, offset, type_id, at);
}

static struct nt_expr *bit_field(struct nt_unit *u, struct nt_expr *base, const struct nt_member *m,
                                 struct nt_span at)
{
    /* The bytes that hold it: at most 8, read where they start. */
    uint32_t first = m->bit_offset / 8, end = (m->bit_offset + m->bits + 7) / 8, size = 1;
    struct nt_ktype t = nt_kernel_type(u->cx->kernel, m->type);
    struct nt_expr *e;

    while (first / size != (end - 1) / size && size < 8)
        size *= 2;
    first = first / size * size;
    e = load(u, base, first, m->type, at);
    e->type = t.kind == NT_K_BOOL ? &nt_type_bool : e->type;
    e->size = (uint8_t)size;
    e->bits = (uint8_t)m->bits;
    e->shift = (uint8_t)(m->bit_offset - first * 8);
    return e;
}

struct nt_expr *nt_kernel_field(struct nt_unit *u, struct nt_expr *base, const char *name,
                                struct nt_span at)
{
    struct nt_member m;
    struct nt_expr *e;

    if (base->type->kind != NT_KIND_POINTER ||
        !nt_kernel_member(u->cx->kernel, base->type->btf_id, name, &m))
        return NULL;
    e = m.bits ? bit_field(u, base, &m, at) : place(u, base, m.bit_offset / 8, m.type, at);
    if (m.shadowed) {
        e->followed |= e->direct;
        e->direct = false;
    }
    if (m.shadowed && e->op == NT_E_LOAD) {
        e->direct_base = e->followed = false; /* a number may be taken for a pointer */
        e->maybe = true;
    }
    return e;
}

struct nt_expr *nt_kernel_index(struct nt_scope *s, struct nt_expr *base, struct nt_expr *index,
                                struct nt_span at)
{
    struct nt_unit *u = s->u;
    struct nt_ktype array = nt_kernel_type(u->cx->kernel, base->btf_array);
    uint32_t elem = base->btf_array      ? array.target
                    : base->type->btf_id ? base->type->btf_id
                                         : base->btf_target;
    struct nt_ktype t = nt_kernel_type(u->cx->kernel, elem);
    struct nt_expr *e;

    if (!t.size) {
        nt_error(u->cx, at, NT_TYPE, "the size of what this points to is not known");
        return nt_broken(u, at);
    }
    if (nt_is_const(index) && base->btf_array && array.count && index->w[0] >= array.count)
        return nt_absent(u, value_type(u, &t), at);
    if (nt_is_const(index) && index->w[0] <= LARGEST_OFFSET / t.size) {
        /* Nothing bounds a pointer's elements, nor those of an array without a length; and behind a
         * pointer to no struct the verifier before Linux 6.17 knows of nothing. */
        if (!array.count && (base->btf_array || index->w[0] || t.kind != NT_K_STRUCT))
            base = nt_number_of(u, base);
        return place(u, base, (uint32_t)(index->w[0] * t.size), elem, at);
    }
    e = nt_expr_with(u, NT_E_ELEM, &nt_type_uint, at, 2, nt_number_of(u, base), index);
    e->user = base->user;
    e->index = t.size;
    e->w[0] = base->btf_array ? array.count : 0;
    e->maybe = base->maybe || index->maybe || e->w[0];
    return place(u, e, 0, elem, at);
}

struct nt_expr *nt_decay(struct nt_unit *u, struct nt_expr *e)
{
    struct nt_ktype array, elem;
    struct nt_expr *s;

    if (e->op != NT_E_ADDR)
        return e;
    if (!e->btf_array) /* an argument may be null, too, and the verifier know it */
        return nt_number_of(u, e);
    array = nt_kernel_type(u->cx->kernel, e->btf_array);
    elem = nt_kernel_type(u->cx->kernel, array.target);
    if (elem.size != 1 || !array.count)
        return e;
    uint32_t words = (array.count + 7) / 8;

    if (words > NT_MAX_WORDS)
        words = NT_MAX_WORDS;
    s = nt_expr_with(u, NT_E_STRING, nt_type_new_string(u->cx->arena, (uint8_t)words), e->at, 1,
                     e->kid[0]);
    s->offset = e->offset;
    s->size = (uint8_t)(array.count < words * 8 ? array.count : words * 8);
    s->direct = s->direct_base = e->direct;
    s->user = e->user;
    s->maybe = e->kid[0]->maybe || !e->direct || can_be_null(e->kid[0]);
    return s;
}
