#include "compiler/syntax/parse.h"
#include "compiler/syntax/lexer.h"
#include "grammar/ntrace.tab.h"

static struct nt_node *parse(struct nt_cx *cx, uint16_t source, int start)
{
    struct nt_parser *p = NT_NEW(cx->arena, struct nt_parser);
    struct nt_span whole = {0, cx->sources.at[source].len, source};

    p->cx = cx;
    p->source = source;
    p->start = start;
    nt_lexer_open(p);
    nt_yyparse(p);
    nt_lexer_close(p);
    if (!p->root)
        p->root = nt_node_new(cx, start == START_EXPR ? NT_NODE_BAD : NT_NODE_SCRIPT, whole);
    if (start == START_SCRIPT)
        nt_docs_attach(p, nt_node_at(p->root, whole));
    return p->root;
}

struct nt_node *nt_parse_script(struct nt_cx *cx, uint16_t source)
{
    return parse(cx, source, START_SCRIPT);
}

struct nt_node *nt_parse_expr(struct nt_cx *cx, uint16_t source)
{
    return parse(cx, source, START_EXPR);
}
