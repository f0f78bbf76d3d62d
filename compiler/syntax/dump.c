/* nt_ast_dump(): a line for each node, its kids below it; "-" stands for a kid that is not there.
 */
#include "compiler/base/str.h"
#include "compiler/base/utf8.h"
#include "compiler/syntax/ast.h"

static void add_quoted(struct nt_str *s, const char *text, uint32_t len)
{
    nt_str_puts(s, " \"");
    for (size_t left = len, n; left; text += n, left -= n) {
        unsigned width;

        if (*text == '"' || *text == '\\')
            nt_str_puts(s, "\\");
        n = nt_utf8_show(text, left, s, &width);
    }
    nt_str_puts(s, "\"");
}

static void add_formatted(struct nt_str *s, const struct nt_type *t, const struct nt_node *node)
{
    nt_str_puts(s, " ");
    t->format(t, node->num, s);
}

/* What sits in the node itself. */
static void add_value(struct nt_str *s, const struct nt_node *node)
{
    if (node->kind == NT_NODE_NUMBER)
        nt_str_printf(s, " %llu", (unsigned long long)node->num[0]);
    else if (node->kind == NT_NODE_BOOL)
        nt_str_puts(s, node->num[0] ? " true" : " false");
    else if (node->kind == NT_NODE_DURATION)
        add_formatted(s, &nt_type_duration, node);
    else if (node->kind == NT_NODE_BYTES)
        add_formatted(s, &nt_type_bytes, node);
    else if (node->kind == NT_NODE_IP)
        add_formatted(s, &nt_type_ip, node);
    else if (node->kind == NT_NODE_CIDR)
        add_formatted(s, &nt_type_cidr, node);
    else if (node->kind == NT_NODE_MAC)
        add_formatted(s, &nt_type_mac, node);
    if (node->text)
        add_quoted(s, node->text, node->len);
}

/* What the flag means for this kind. */
static const char *flag_text(const struct nt_node *node)
{
    if (node->kind == NT_NODE_PROBE)
        return " optional";
    if (node->kind == NT_NODE_PATH)
        return " once";
    if (node->kind == NT_NODE_IN)
        return " not";
    return " set";
}

static void add_doc(struct nt_str *s, const char *doc)
{
    nt_str_puts(s, "  ## ");
    for (; *doc; doc++)
        nt_str_printf(s, "%s%c", *doc == '\n' ? "\\" : "", *doc == '\n' ? 'n' : *doc);
}

static void dump(const struct nt_node *node, int indent, FILE *out)
{
    NT_STR_AUTO s = {0};

    nt_str_printf(&s, "%*s%s", indent, "", node ? nt_node_kind_name(node->kind) : "-");
    if (node) {
        if (node->name)
            nt_str_printf(&s, " %s", node->name);
        if (node->op || node->kind == NT_NODE_ASSIGN)
            nt_str_printf(&s, " %s%s", nt_op_text(node->op),
                          node->op && node->kind == NT_NODE_ASSIGN ? "=" : "");
        add_value(&s, node);
        nt_str_puts(&s, node->flag ? flag_text(node) : "");
        if (node->type)
            nt_str_printf(&s, " : %s", node->type->name);
        if (node->doc)
            add_doc(&s, node->doc);
    }
    fprintf(out, "%s\n", s.at);
    if (node)
        nt_kid_each (kid, node)
            dump(*kid, indent + 2, out);
}

void nt_ast_dump(const struct nt_node *root, FILE *out)
{
    dump(root, 0, out);
}
