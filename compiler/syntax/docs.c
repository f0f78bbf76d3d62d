/* Which declaration a `##` comment belongs to: the one that begins below it, or, when it stands
 * behind something, the one that ends (or else begins) on its line.
 *
 * The first comment of a script, above everything, is the script's own; a declaration right below
 * it has it too, so that a library file may begin with its first event. */
#include "compiler/base/str.h"
#include "compiler/syntax/lexer.h"

#include <string.h>

struct docs {
    struct nt_parser *p;
    const char *text;
    /* What can bear a doc, in the order of beginnings and in the order of ends. */
    NT_VEC(struct nt_node *) begins, ends;
    uint32_t nbegun, nended; /* how many begin or end before the doc in hand */
};

static bool bears_doc(enum nt_node_kind kind)
{
    switch (kind) {
    case NT_NODE_PARAM:
    case NT_NODE_CONST:
    case NT_NODE_FN:
    case NT_NODE_MAP:
    case NT_NODE_ENUM:
    case NT_NODE_FLAGS:
    case NT_NODE_ENUMERATOR:
    case NT_NODE_EVENT:
    case NT_NODE_FIELD:
    case NT_NODE_VIEW:
    case NT_NODE_PATH:
    case NT_NODE_STAGE:
    case NT_NODE_ON:
    case NT_NODE_RESULT:
        return true;
    default:
        return false;
    }
}

/* A declaration for others to use, as library files are made of. */
static bool is_library_item(enum nt_node_kind kind)
{
    return kind == NT_NODE_EVENT || kind == NT_NODE_VIEW || kind == NT_NODE_ENUM ||
           kind == NT_NODE_FLAGS || kind == NT_NODE_FN || kind == NT_NODE_CONST;
}

static void collect(struct docs *docs, struct nt_node *node)
{
    struct nt_arena *arena = docs->p->cx->arena;

    if (bears_doc(node->kind))
        *nt_vec_push(arena, &docs->begins) = node;
    nt_kid_each (kid, node)
        if (*kid)
            collect(docs, *kid);
    if (bears_doc(node->kind))
        *nt_vec_push(arena, &docs->ends) = node;
}

static bool has_newline(const struct docs *docs, uint32_t begin, uint32_t end)
{
    return begin < end && memchr(docs->text + begin, '\n', end - begin);
}

static bool has_blank_line(const struct docs *docs, uint32_t begin, uint32_t end)
{
    bool fresh = false;

    for (uint32_t i = begin; i < end; i++) {
        if (docs->text[i] == '\n') {
            if (fresh)
                return true;
            fresh = true;
        } else if (docs->text[i] != ' ' && docs->text[i] != '\t' && docs->text[i] != '\r') {
            fresh = false;
        }
    }
    return false;
}

static void advance(struct docs *docs, uint32_t at)
{
    while (docs->nbegun < docs->begins.n && docs->begins.at[docs->nbegun]->span.begin < at)
        docs->nbegun++;
    while (docs->nended < docs->ends.n && docs->ends.at[docs->nended]->span.end <= at)
        docs->nended++;
}

static void give(struct docs *docs, struct nt_node *node, const char *text)
{
    node->doc = node->doc ? nt_sprintf(docs->p->cx->arena, "%s\n%s", node->doc, text) : text;
}

static void attach_trailing(struct docs *docs, const struct nt_doc *d)
{
    struct nt_node *node;

    if (docs->nended) {
        node = docs->ends.at[docs->nended - 1];
        if (!has_newline(docs, node->span.end, d->at.begin)) {
            give(docs, node, d->text);
            return;
        }
    }
    if (docs->nbegun) {
        node = docs->begins.at[docs->nbegun - 1];
        if (!has_newline(docs, node->span.begin, d->at.begin))
            give(docs, node, d->text);
    }
}

/* Docs on lines of their own, one below the other: first to end, not including. */
static const struct nt_doc *block_end(const struct docs *docs, const struct nt_doc *first)
{
    const struct nt_doc *all_end = docs->p->docs.at + docs->p->docs.n, *end = first + 1;

    while (end < all_end && end->own_line &&
           strspn(docs->text + end[-1].at.end, "\r\n\t ") == end->at.begin - end[-1].at.end &&
           !has_blank_line(docs, end[-1].at.end, end->at.begin))
        end++;
    return end;
}

static void attach_block(struct docs *docs, struct nt_node *script, const struct nt_doc *first,
                         const struct nt_doc *end)
{
    bool is_scripts = !docs->nbegun && first == docs->p->docs.at;
    NT_STR_AUTO text = {0};
    struct nt_node *next;

    for (const struct nt_doc *d = first; d < end; d++)
        nt_str_printf(&text, "%s%s", d > first ? "\n" : "", d->text);
    if (is_scripts)
        script->doc = nt_strdup(docs->p->cx->arena, text.at);
    if (docs->nbegun == docs->begins.n)
        return;
    next = docs->begins.at[docs->nbegun];
    if ((!is_scripts || is_library_item(next->kind)) &&
        !has_blank_line(docs, end[-1].at.end, next->span.begin))
        give(docs, next, nt_strdup(docs->p->cx->arena, text.at));
}

void nt_docs_attach(struct nt_parser *p, struct nt_node *script)
{
    struct docs docs = {.p = p, .text = p->cx->sources.at[p->source].text};
    const struct nt_doc *d = p->docs.at, *all_end = d + p->docs.n;

    collect(&docs, script);
    while (d < all_end) {
        advance(&docs, d->at.begin);
        if (d->own_line) {
            const struct nt_doc *end = block_end(&docs, d);

            attach_block(&docs, script, d, end);
            d = end;
        } else {
            attach_trailing(&docs, d++);
        }
    }
}
