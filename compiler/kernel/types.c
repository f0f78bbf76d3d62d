/* Questions about types, answered from BTF. A user's BTF file may hold loops: what follows types is
 * bounded by MAX_DEPTH. */
#include "compiler/base/arena.h"
#include "compiler/kernel/private.h"

#include <errno.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

static const struct btf_type *type_of(const struct nt_kernel *k, uint32_t id)
{
    return nt_btf_type(k->btf, id);
}

uint32_t nt_kernel_find(const struct nt_kernel *k, const char *name, uint32_t kind)
{
    return nt_btf_find(k->btf, name, kind);
}

const char *nt_kernel_type_name(const struct nt_kernel *k, uint32_t id)
{
    return nt_btf_name(k->btf, type_of(k, id)->name_off);
}

void nt_kernel_each_named(const struct nt_kernel *k, uint32_t kind,
                          void (*each)(const char *name, void *arg), void *arg)
{
    for (uint32_t id = 1; id < nt_btf_count(k->btf); id++)
        if (nt_btf_kind(type_of(k, id)) == kind && *nt_kernel_type_name(k, id))
            each(nt_kernel_type_name(k, id), arg);
}

static bool is_wrapper(uint32_t kind)
{
    return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
           kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

uint32_t nt_kernel_strip(const struct nt_kernel *k, uint32_t id)
{
    for (int depth = 0; depth < MAX_DEPTH && is_wrapper(nt_btf_kind(type_of(k, id))); depth++)
        id = type_of(k, id)->type;
    return id;
}

static const void *rest_of(const struct btf_type *t)
{
    return t + 1;
}

static uint32_t int_data(const struct btf_type *t)
{
    return *(const uint32_t *)rest_of(t);
}

static struct nt_ktype describe(const struct nt_kernel *k, uint32_t id, int depth)
{
    struct nt_ktype d = {.id = nt_kernel_strip(k, id)};
    const struct btf_type *t = type_of(k, d.id);
    const struct btf_array *array;

    switch (nt_btf_kind(t)) {
    case BTF_KIND_INT:
        d.kind = BTF_INT_ENCODING(int_data(t)) & BTF_INT_BOOL ? NT_K_BOOL : NT_K_INT;
        d.size = t->size;
        d.is_signed = BTF_INT_ENCODING(int_data(t)) & BTF_INT_SIGNED;
        break;
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
        d.kind = NT_K_ENUM;
        d.size = t->size;
        d.is_signed = BTF_INFO_KFLAG(t->info);
        break;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
        d.kind = NT_K_STRUCT;
        d.size = t->size;
        break;
    case BTF_KIND_PTR:
        d.kind = NT_K_POINTER;
        d.size = sizeof(uint64_t);
        d.target = t->type;
        break;
    case BTF_KIND_ARRAY:
        array = rest_of(t);
        d.kind = NT_K_ARRAY;
        d.target = array->type;
        d.count = array->nelems;
        if (depth < MAX_DEPTH)
            d.size = describe(k, array->type, depth + 1).size * array->nelems;
        break;
    default:
        break;
    }
    return d;
}

struct nt_ktype nt_kernel_type(const struct nt_kernel *k, uint32_t id)
{
    return describe(k, id, 0);
}

void nt_kernel_each_enumerator(const struct nt_kernel *k, uint32_t enum_id,
                               void (*each)(const char *name, int64_t value, void *arg), void *arg)
{
    const struct btf_type *t = type_of(k, nt_kernel_strip(k, enum_id));
    const struct btf_enum *e = rest_of(t);
    const struct btf_enum64 *e64 = rest_of(t);

    for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++) {
        if (nt_btf_kind(t) == BTF_KIND_ENUM)
            each(nt_btf_name(k->btf, e[i].name_off),
                 BTF_INFO_KFLAG(t->info) ? e[i].val : (int64_t)(uint32_t)e[i].val, arg);
        else if (nt_btf_kind(t) == BTF_KIND_ENUM64)
            each(nt_btf_name(k->btf, e64[i].name_off),
                 (int64_t)((uint64_t)e64[i].val_hi32 << 32 | e64[i].val_lo32), arg);
    }
}

/* ---- members ---- */

static bool is_composite(const struct btf_type *t)
{
    return nt_btf_kind(t) == BTF_KIND_STRUCT || nt_btf_kind(t) == BTF_KIND_UNION;
}

/* Where member m of struct t is. Compilers before kind_flag put bit fields into the type. */
static struct nt_member place_of(const struct nt_kernel *k, const struct btf_type *t,
                                 const struct btf_member *m)
{
    struct nt_member r = {nt_btf_name(k->btf, m->name_off), m->type, m->offset, 0, false};
    const struct btf_type *inner = type_of(k, nt_kernel_strip(k, m->type));

    if (BTF_INFO_KFLAG(t->info)) {
        r.bit_offset = BTF_MEMBER_BIT_OFFSET(m->offset);
        r.bits = BTF_MEMBER_BITFIELD_SIZE(m->offset);
    } else if (nt_btf_kind(inner) == BTF_KIND_INT &&
               BTF_INT_BITS(int_data(inner)) != inner->size * 8) {
        r.bit_offset += BTF_INT_OFFSET(int_data(inner));
        r.bits = BTF_INT_BITS(int_data(inner));
    }
    return r;
}

/* Holds no pointer, whatever the verifier takes for it. */
static bool is_plain(const struct nt_kernel *k, uint32_t id)
{
    int kind = nt_btf_kind(type_of(k, nt_kernel_strip(k, id)));

    return kind == BTF_KIND_INT || kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

static bool find_member(const struct nt_kernel *k, uint32_t id, const char *name, int depth,
                        struct nt_member *ret)
{
    const struct btf_type *t = type_of(k, nt_kernel_strip(k, id));
    const struct btf_member *m = rest_of(t);
    bool shadowed = false;

    if (!is_composite(t) || depth > MAX_DEPTH)
        return false;
    for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++, m++) {
        struct nt_member here = place_of(k, t, m), inner;
        if (strcmp(here.name, name) == 0) {
            *ret = here;
            ret->shadowed = shadowed;
            return true;
        }
        if (*here.name == '\0' && find_member(k, m->type, name, depth + 1, &inner)) {
            *ret = inner;
            ret->bit_offset += here.bit_offset;
            ret->shadowed |= shadowed;
            return true;
        }
        shadowed |= nt_btf_kind(t) == BTF_KIND_UNION && !is_plain(k, m->type);
    }
    return false;
}

bool nt_kernel_member(const struct nt_kernel *k, uint32_t struct_id, const char *name,
                      struct nt_member *ret_member)
{
    return *name && find_member(k, struct_id, name, 0, ret_member);
}

static void each_member(const struct nt_kernel *k, uint32_t id, int depth,
                        void (*each)(const char *name, void *arg), void *arg)
{
    const struct btf_type *t = type_of(k, nt_kernel_strip(k, id));
    const struct btf_member *m = rest_of(t);

    if (!is_composite(t) || depth > MAX_DEPTH)
        return;
    for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++, m++) {
        const char *name = nt_btf_name(k->btf, m->name_off);
        if (*name)
            each(name, arg);
        else
            each_member(k, m->type, depth + 1, each, arg);
    }
}

void nt_kernel_each_member(const struct nt_kernel *k, uint32_t struct_id,
                           void (*each)(const char *name, void *arg), void *arg)
{
    each_member(k, struct_id, 0, each, arg);
}

/* ---- functions ---- */

static struct nt_kparam param_of(const struct nt_kernel *k, struct nt_arena *a,
                                 const struct btf_param *p)
{
    static const char suffix[] = "__nullable";
    const char *name = nt_btf_name(k->btf, p->name_off);
    size_t len = strlen(name), end = strlen(suffix);
    bool nullable = len > end && strcmp(name + len - end, suffix) == 0;

    return (struct nt_kparam){nt_strndup(a, name, nullable ? len - end : len), p->type, nullable};
}

int nt_kernel_func(const struct nt_kernel *k, struct nt_arena *a, const char *name,
                   const struct nt_kparam **ret_params, uint32_t *ret_n, uint32_t *ret_rettype)
{
    uint32_t id = nt_kernel_find(k, name, BTF_KIND_FUNC);
    size_t len = 0;
    const char *module = id ? NULL : nt_functions_module(k, name, &len);

    if (module) {
        nt_kernel_add_module(k, module, len);
        id = nt_kernel_find(k, name, BTF_KIND_FUNC);
    }
    return nt_kernel_func_at(k, a, id, ret_params, ret_n, ret_rettype);
}

int nt_kernel_func_at(const struct nt_kernel *k, struct nt_arena *a, uint32_t id,
                      const struct nt_kparam **ret_params, uint32_t *ret_n, uint32_t *ret_rettype)
{
    const struct btf_type *proto = type_of(k, type_of(k, id)->type);
    const struct btf_param *p = rest_of(proto);
    uint32_t n = BTF_INFO_VLEN(proto->info);

    if (nt_btf_kind(proto) != BTF_KIND_FUNC_PROTO)
        return -ENOENT;
    if (n > 0 && p[n - 1].type == 0) /* the dots of f(int, ...) */
        n--;
    struct nt_kparam *params = NT_NEW_N(a, struct nt_kparam, n);
    for (uint32_t i = 0; i < n; i++)
        params[i] = param_of(k, a, &p[i]);
    *ret_params = params;
    *ret_n = n;
    *ret_rettype = proto->type;
    return 0;
}

/* With --btf the types are not those that the kernel counts by. */
uint32_t nt_kernel_attach_id(const struct nt_kernel *k, const char *tracepoint)
{
    char name[128];
    uint32_t id;

    snprintf(name, sizeof(name), "btf_trace_%s", tracepoint);
    id = k->foreign ? 0 : nt_kernel_find(k, name, BTF_KIND_TYPEDEF);
    return id < k->own_types ? id : 0;
}

int nt_kernel_raw_tracepoint(const struct nt_kernel *k, struct nt_arena *a, const char *name,
                             const struct nt_kparam **ret_params, uint32_t *ret_n)
{
    const struct nt_kparam *params;
    uint32_t n, ret;
    int err = nt_kernel_func(k, a, nt_sprintf(a, "__traceiter_%s", name), &params, &n, &ret);

    if (err < 0 || n == 0)
        return -ENOENT;
    *ret_params = params + 1;
    *ret_n = n - 1;
    return 0;
}
