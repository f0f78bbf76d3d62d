/* Types as C writes them, for messages. */
#include "compiler/base/arena.h"
#include "compiler/kernel/private.h"

#include <string.h>

enum { MAX_DEPTH = 32 };

static const char *text_of(const struct nt_kernel *k, struct nt_arena *a, uint32_t id, int depth);

static const char *tagged(struct nt_arena *a, const char *tag, const char *name)
{
    return nt_sprintf(a, "%s %s", tag, *name ? name : "{...}");
}

static const char *pointer_text(struct nt_arena *a, const char *to)
{
    return nt_sprintf(a, "%s%s*", to, to[strlen(to) - 1] == '*' ? "" : " ");
}

/* "const char", but "char *const". */
static const char *qualified(struct nt_arena *a, const char *word, const char *inner)
{
    bool pointer = inner[strlen(inner) - 1] == '*';

    return pointer ? nt_sprintf(a, "%s%s", inner, word) : nt_sprintf(a, "%s %s", word, inner);
}

static const char *text_of(const struct nt_kernel *k, struct nt_arena *a, uint32_t id, int depth)
{
    const struct btf_type *t = nt_btf_type(k->btf, id);
    const struct btf_array *array = (const void *)(t + 1);
    const char *name = nt_btf_name(k->btf, t->name_off);

    if (depth > MAX_DEPTH)
        return "...";
    switch (nt_btf_kind(t)) {
    case BTF_KIND_PTR:
        return pointer_text(a, text_of(k, a, t->type, depth + 1));
    case BTF_KIND_CONST:
        return qualified(a, "const", text_of(k, a, t->type, depth + 1));
    case BTF_KIND_VOLATILE:
        return qualified(a, "volatile", text_of(k, a, t->type, depth + 1));
    case BTF_KIND_RESTRICT:
    case BTF_KIND_TYPE_TAG:
        return text_of(k, a, t->type, depth + 1);
    case BTF_KIND_ARRAY:
        return nt_sprintf(a, "%s[%u]", text_of(k, a, array->type, depth + 1), array->nelems);
    case BTF_KIND_STRUCT:
        return tagged(a, "struct", name);
    case BTF_KIND_UNION:
        return tagged(a, "union", name);
    case BTF_KIND_FWD:
        return tagged(a, BTF_INFO_KFLAG(t->info) ? "union" : "struct", name);
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
        return tagged(a, "enum", name);
    case BTF_KIND_FUNC_PROTO:
        return "function";
    default:
        return *name ? name : "void";
    }
}

const char *nt_kernel_type_text(const struct nt_kernel *k, struct nt_arena *a, uint32_t id)
{
    return text_of(k, a, id, 0);
}
