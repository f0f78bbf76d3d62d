#include "compiler/syntax/ast.h"

#include <stdarg.h>
#include <string.h>

const char *nt_node_kind_name(enum nt_node_kind kind)
{
    static const char *const names[] = {
#define NT_NODE(kind, name) [NT_NODE_##kind] = name,
#include "compiler/syntax/ast.def"
#undef NT_NODE
    };

    return names[kind];
}

const char *nt_op_text(enum nt_op op)
{
    static const char *const texts[] = {
        [NT_OP_NONE] = "=",  [NT_OP_ADD] = "+",   [NT_OP_SUB] = "-",  [NT_OP_MUL] = "*",
        [NT_OP_DIV] = "/",   [NT_OP_MOD] = "%",   [NT_OP_BAND] = "&", [NT_OP_BOR] = "|",
        [NT_OP_BXOR] = "^",  [NT_OP_SHL] = "<<",  [NT_OP_SHR] = ">>", [NT_OP_EQ] = "==",
        [NT_OP_NE] = "!=",   [NT_OP_LT] = "<",    [NT_OP_LE] = "<=",  [NT_OP_GT] = ">",
        [NT_OP_GE] = ">=",   [NT_OP_AND] = "and", [NT_OP_OR] = "or",  [NT_OP_ELSE] = "??",
        [NT_OP_NOT] = "not", [NT_OP_NEG] = "-",   [NT_OP_BNOT] = "~",
    };

    return texts[op];
}

struct nt_node *nt_node_new(struct nt_cx *cx, enum nt_node_kind kind, struct nt_span span)
{
    struct nt_node *node = NT_NEW(cx->arena, struct nt_node);

    node->kind = kind;
    node->span = span;
    return node;
}

/* A tree too deep becomes BAD and loses its kids. */
static void count_depth(struct nt_cx *cx, struct nt_node *node, const struct nt_node *kid)
{
    if (!kid || kid->depth < node->depth)
        return;
    node->depth = kid->depth + 1;
    if (node->depth <= NT_MAX_DEPTH)
        return;
    nt_error(cx, node->span, NT_TOO_DEEP, "this is nested too deeply: more than %d levels",
             NT_MAX_DEPTH);
    node->kind = NT_NODE_BAD;
    node->nkids = node->depth = 0;
}

static struct nt_node *with_kids(struct nt_cx *cx, struct nt_node *node, uint32_t nkids, va_list ap)
{
    if (!nkids)
        return node;
    node->kid = NT_NEW_N(cx->arena, struct nt_node *, nkids);
    node->nkids = node->kidcap = nkids;
    for (uint32_t i = 0; i < nkids; i++)
        node->kid[i] = va_arg(ap, struct nt_node *);
    for (uint32_t i = 0; i < node->nkids; i++)
        count_depth(cx, node, node->kid[i]);
    return node;
}

struct nt_node *nt_node_with(struct nt_cx *cx, enum nt_node_kind kind, struct nt_span span,
                             uint32_t nkids, ...)
{
    struct nt_node *node = nt_node_new(cx, kind, span);
    va_list ap;

    va_start(ap, nkids);
    with_kids(cx, node, nkids, ap);
    va_end(ap);
    return node;
}

struct nt_node *nt_node_named(struct nt_cx *cx, enum nt_node_kind kind, struct nt_word name,
                              uint32_t nkids, ...)
{
    struct nt_node *node = nt_node_new(cx, kind, name.at);
    va_list ap;

    node->name = name.text;
    node->name_at = name.at;
    va_start(ap, nkids);
    with_kids(cx, node, nkids, ap);
    va_end(ap);
    return node;
}

struct nt_node *nt_node_op(struct nt_cx *cx, enum nt_op op, struct nt_node *left,
                           struct nt_node *right)
{
    struct nt_node *node = right ? nt_node_with(cx, NT_NODE_BINARY, left->span, 2, left, right)
                                 : nt_node_with(cx, NT_NODE_UNARY, left->span, 1, left);

    node->op = op;
    return node;
}

struct nt_node *nt_node_number(struct nt_cx *cx, enum nt_node_kind kind, struct nt_span span,
                               uint64_t number)
{
    struct nt_node *node = nt_node_new(cx, kind, span);

    node->num[0] = number;
    return node;
}

static void reach_over(struct nt_node *parent, const struct nt_node *kid)
{
    if (kid->span.end > parent->span.end)
        parent->span.end = kid->span.end;
}

struct nt_node *nt_node_add(struct nt_cx *cx, struct nt_node *parent, struct nt_node *kid)
{
    parent->kid = nt_vec_grow(cx->arena, parent->kid, &parent->kidcap, parent->nkids + 1,
                              sizeof(*parent->kid));
    parent->kid[parent->nkids++] = kid;
    if (!kid)
        return parent;
    if (parent->nkids == 1 && parent->kind == NT_NODE_LIST)
        parent->span = kid->span;
    reach_over(parent, kid);
    count_depth(cx, parent, kid);
    return parent;
}

struct nt_node *nt_node_set(struct nt_cx *cx, struct nt_node *parent, uint32_t place,
                            struct nt_node *kid)
{
    if (parent->kind == NT_NODE_BAD)
        return parent;
    if (parent->kid[place]) {
        struct nt_diag *d = nt_error(cx, kid->span, NT_SYNTAX, "this is said twice");

        nt_label(d, parent->kid[place]->span, "first here");
        return parent;
    }
    parent->kid[place] = kid;
    reach_over(parent, kid);
    count_depth(cx, parent, kid);
    return parent;
}

struct nt_node *nt_node_text_set(struct nt_node *node, struct nt_word text)
{
    node->text = text.text;
    node->len = text.text ? (uint32_t)strlen(text.text) : 0;
    return node;
}

struct nt_node *nt_node_name(struct nt_node *node, struct nt_word name)
{
    node->name = name.text;
    node->name_at = name.at;
    return node;
}

struct nt_node *nt_node_flag(struct nt_node *node, bool flag)
{
    node->flag = flag;
    return node;
}

struct nt_node *nt_node_at(struct nt_node *node, struct nt_span span)
{
    node->span = span;
    return node;
}

struct nt_node *nt_node_of_list(struct nt_node *list, enum nt_node_kind kind, struct nt_span span)
{
    if (list->kind != NT_NODE_BAD)
        list->kind = kind;
    list->span = span;
    return list;
}

struct nt_word nt_node_string(const struct nt_node *node)
{
    return (struct nt_word){node->text, node->span};
}

struct nt_word nt_node_word(const struct nt_node *node)
{
    return (struct nt_word){node->name, node->name_at};
}

struct nt_word nt_word_dotted(struct nt_cx *cx, struct nt_word left, struct nt_word right)
{
    return (struct nt_word){nt_sprintf(cx->arena, "%s.%s", left.text, right.text),
                            nt_span_join(left.at, right.at)};
}

/* Of a string at text its length; of a comment too; 1 for anything else. */
static size_t piece_len(const char *text, const char *end)
{
    const char *at = text + 1;

    if (*text == '"') {
        while (at < end && *at != '"')
            at += *at == '\\' && at + 1 < end ? 2 : 1;
        return (size_t)(at < end ? at + 1 - text : end - text);
    }
    if (*text == '#')
        while (at < end && *at != '\n')
            at++;
    return (size_t)(at - text);
}

const char *nt_node_text(struct nt_cx *cx, const struct nt_node *node)
{
    const char *text = cx->sources.at[node->span.source].text;
    const char *from = text + node->span.begin, *end = text + node->span.end;
    char *squeezed = nt_alloc(cx->arena, (size_t)(end - from) + 1);
    size_t n = 0;

    for (size_t len; from < end; from += len) {
        len = piece_len(from, end);
        if (strchr(" \t\r\n#", *from)) {
            if (n && squeezed[n - 1] != ' ')
                squeezed[n++] = ' ';
        } else {
            memcpy(squeezed + n, from, len);
            n += len;
        }
    }
    if (n && squeezed[n - 1] == ' ')
        n--;
    squeezed[n] = '\0';
    return squeezed;
}
