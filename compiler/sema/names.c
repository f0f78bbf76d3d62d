/* Types and enums by name. */
#include "compiler/kernel/kernel.h"
#include "compiler/sema/scope.h"

#include <linux/btf.h>
#include <string.h>

enum { FEW_NAMES = 16 };

struct enum_builder {
    struct nt_unit *u;
    NT_VEC(struct nt_enumerator) names;
    NT_VEC(struct nt_enumerator) kernel; /* as the kernel spells them */
};

static bool has_name(const struct enum_builder *b, const char *name)
{
    nt_vec_each (e, &b->names)
        if (strcmp(e->name, name) == 0)
            return true;
    return false;
}

/* SKB_DROP_REASON_NO_SOCKET is NO_SOCKET: what stands before a listed name is the enum's prefix. */
static const char *prefix_of(struct nt_unit *u, const char *full, const char *name)
{
    size_t flen = strlen(full), nlen = strlen(name);

    if (flen > nlen && full[flen - nlen - 1] == '_' && strcmp(full + flen - nlen, name) == 0)
        return nt_strndup(u->cx->arena, full, flen - nlen);
    return NULL;
}

/* One of the kernel's enums: the listed names by their listed name, the others without the prefix.
 */
static void add_kernel_names(struct enum_builder *b, const struct nt_node *list)
{
    const char *prefix = NULL;

    nt_vec_each (k, &b->kernel)
        nt_kid_each (e, list)
            if (!prefix)
                prefix = prefix_of(b->u, k->name, (*e)->name);
    nt_vec_each (k, &b->kernel) {
        size_t len = prefix ? strlen(prefix) : 0;
        bool has = len && strncmp(k->name, prefix, len) == 0;

        *nt_vec_push(b->u->cx->arena, &b->names) =
            (struct nt_enumerator){has ? k->name + len : k->name, k->value, true};
    }
}

static void add_lacking_names(struct enum_builder *b, const struct nt_node *list)
{
    nt_kid_each (e, list)
        if (!has_name(b, (*e)->name))
            *nt_vec_push(b->u->cx->arena, &b->names) =
                (struct nt_enumerator){(*e)->name, -1, false};
}

static void add_kernel_enumerator(const char *name, int64_t value, void *arg)
{
    struct enum_builder *b = arg;

    *nt_vec_push(b->u->cx->arena, &b->kernel) =
        (struct nt_enumerator){nt_strdup(b->u->cx->arena, name), value, true};
}

static void add_kernel_enum(struct enum_builder *b, const char *name, const struct nt_node *list)
{
    uint32_t id = nt_kernel_find(b->u->cx->kernel, name, BTF_KIND_ENUM);

    b->kernel.n = 0;
    if (!id)
        id = nt_kernel_find(b->u->cx->kernel, name, BTF_KIND_ENUM64);
    if (id)
        nt_kernel_each_enumerator(b->u->cx->kernel, id, add_kernel_enumerator, b);
    add_kernel_names(b, list);
}

/* Names with their values; without one a name has the value before it plus 1. */
static void add_listed_names(struct enum_builder *b, const struct nt_node *decl)
{
    struct nt_scope s = {.u = b->u};
    uint64_t next = 0;

    nt_kid_each (e, decl->kid[1]) {
        if ((*e)->kid[0] && !nt_constant(&s, (*e)->kid[0], &next))
            continue;
        if (has_name(b, (*e)->name))
            nt_error(b->u->cx, (*e)->span, NT_DUPLICATE, "the enum has '%s' twice", (*e)->name);
        *nt_vec_push(b->u->cx->arena, &b->names) =
            (struct nt_enumerator){(*e)->name, (int64_t)next, true};
        next++;
    }
}

const struct nt_type *nt_enum_type(struct nt_unit *u, const struct nt_node *decl)
{
    struct nt_type *t = nt_names_find(&u->enum_types, decl->name);
    struct enum_builder b = {.u = u};

    if (t)
        return t;
    if (decl->kid[0]) {
        nt_kid_each (of, decl->kid[0])
            add_kernel_enum(&b, (*of)->name, decl->kid[1]);
        add_lacking_names(&b, decl->kid[1]);
    } else {
        add_listed_names(&b, decl);
    }
    t = (struct nt_type *)nt_type_new_enum(u->cx->arena, decl->name, decl->kind == NT_NODE_FLAGS,
                                           b.names.at, b.names.n);
    t->hex = strcmp(decl->name, "ethertype") == 0;
    nt_names_set(u->cx->arena, &u->enum_types, decl->name, t);
    return t;
}

static void try_struct(const char *name, void *arg)
{
    nt_guess_try(arg, name);
}

void nt_guess_structs(struct nt_unit *u, struct nt_guess *g)
{
    nt_kernel_each_named(u->cx->kernel, BTF_KIND_STRUCT, try_struct, g);
    nt_kernel_each_named(u->cx->kernel, BTF_KIND_UNION, try_struct, g);
}

const struct nt_type *nt_type_of_name(struct nt_unit *u, const char *name, struct nt_span at)
{
    const struct nt_type *t = nt_type_find(strcmp(name, "u64") == 0   ? "uint"
                                           : strcmp(name, "i64") == 0 ? "int"
                                                                      : name);
    const struct nt_node *decl = nt_names_find(&u->enums, name);
    struct nt_guess g;

    if (decl)
        return nt_enum_type(u, decl);
    if (t || (t = nt_bytes_type(u, name)))
        return t;
    uint32_t id = nt_kernel_find(u->cx->kernel, name, BTF_KIND_STRUCT);

    if (!id)
        id = nt_kernel_find(u->cx->kernel, name, BTF_KIND_UNION);
    if (!id)
        id = nt_kernel_find_anywhere(u->cx->kernel, name, BTF_KIND_STRUCT);
    if (id)
        return nt_kernel_pointer(u, id);
    g = nt_guess(name);
    for (const struct nt_type *const *it = nt_types; *it; it++)
        nt_guess_try(&g, (*it)->name);
    nt_names_each(e, &u->enums) nt_guess_try(&g, e->name);
    nt_names_each(v, &u->views) nt_guess_try(&g, v->name);
    nt_guess_structs(u, &g);
    nt_hint_guess(nt_error(u->cx, at, NT_UNKNOWN_TYPE, "there is no type '%s'", name), &g);
    return NULL;
}

const char *nt_type_said(struct nt_unit *u, const struct nt_type *t)
{
    const char *article = strchr("aeio", t->name[0]) ? "an" : "a";

    if (t->kind == NT_KIND_POINTER)
        return nt_sprintf(u->cx->arena, "a pointer to struct %s", t->name);
    if (t->kind == NT_KIND_BYTES)
        return "a size in bytes";
    return nt_sprintf(u->cx->arena, "%s %s", article, t->name);
}

void nt_hint_enumerator(struct nt_unit *u, struct nt_diag *d, const struct nt_type *t,
                        const char *name)
{
    struct nt_guess g = nt_guess(name);
    const char *all = "";

    for (uint32_t i = 0; i < t->nnames; i++)
        nt_guess_try(&g, t->names[i].name);
    nt_hint_guess(d, &g);
    if (d->hint || t->nnames > FEW_NAMES)
        return;
    for (uint32_t i = 0; i < t->nnames; i++)
        all = nt_sprintf(u->cx->arena, "%s%s%s", all, i ? ", " : "", t->names[i].name);
    nt_hint(d, "it has %s", all);
}
