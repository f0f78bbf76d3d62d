/* Any bytes -> tree and diagnostics: no crash, no leak, no undefined behaviour. See tests/fuzz/run.
 */
#include "compiler/syntax/parse.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* What a walk over the tree may rely on. */
static void check(struct nt_cx *cx, const struct nt_node *node, uint32_t depth)
{
    if (depth > NT_MAX_DEPTH || node->span.begin > node->span.end ||
        node->span.end > cx->sources.at[node->span.source].len)
        abort();
    nt_kid_each (kid, node)
        if (*kid)
            check(cx, *kid, depth + 1);
    if (node->span.end - node->span.begin < 200)
        nt_node_text(cx, node);
}

static void parse(const char *text, size_t len, bool as_expr)
{
    struct nt_cx *cx = nt_cx_new();
    uint16_t source = nt_source_add(cx, "fuzz.nt", text, (uint32_t)len);
    struct nt_node *root = as_expr ? nt_parse_expr(cx, source) : nt_parse_script(cx, source);
    FILE *out = fopen("/dev/null", "w");

    if (!as_expr && (root->kind == NT_NODE_BAD) > cx->diags.nerrors)
        abort();
    check(cx, root, 0);
    if (out) {
        nt_ast_dump(root, out);
        nt_diags_print(cx, out, true);
        fclose(out);
    }
    nt_cx_free(&cx);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *text = calloc(len + 1, 1);

    if (!text)
        return 0;
    memcpy(text, bytes, len);
    parse(text, len, false);
    parse(text, len, true);
    free(text);
    return 0;
}
