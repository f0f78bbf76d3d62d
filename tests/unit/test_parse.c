/* Spans, literals, texts of nodes and statement ends; and scripts that are too much. */
#include "compiler/base/str.h"
#include "compiler/syntax/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int set_up(void **state)
{
    *state = nt_cx_new();
    return 0;
}

static int tear_down(void **state)
{
    struct nt_cx *cx = *state;

    nt_cx_free(&cx);
    return 0;
}

static struct nt_node *script_n(struct nt_cx *cx, const char *text, size_t len)
{
    return nt_parse_script(cx, nt_source_add(cx, "t.nt", text, (uint32_t)len));
}

static struct nt_node *script(struct nt_cx *cx, const char *text)
{
    return script_n(cx, text, strlen(text));
}

static struct nt_node *expr(struct nt_cx *cx, const char *text)
{
    return nt_parse_expr(cx, nt_source_add(cx, "--where", text, (uint32_t)strlen(text)));
}

/* The statements of `on e { TEXT }`. */
static const struct nt_node *statements(struct nt_cx *cx, const char *text)
{
    const struct nt_node *s = script(cx, nt_sprintf(cx->arena, "on e {%s}", text));

    assert_int_equal(cx->diags.nerrors, 0);
    assert_int_equal(s->nkids, 1);
    return s->kid[0]->kid[3];
}

static void literals(void **state)
{
    static const struct {
        const char *text;
        enum nt_node_kind kind;
        uint64_t num[3];
    } rows[] = {
        {"0", NT_NODE_NUMBER, {0}},
        {"18446744073709551615", NT_NODE_NUMBER, {UINT64_MAX}},
        {"0x86dd", NT_NODE_NUMBER, {0x86dd}},
        {"10_000", NT_NODE_NUMBER, {10000}},
        {"10us", NT_NODE_DURATION, {10000}},
        {"1.5ms", NT_NODE_DURATION, {1500000}},
        {"64KiB", NT_NODE_BYTES, {65536}},
        {"true", NT_NODE_BOOL, {1}},
        {"10.0.0.2", NT_NODE_IP, {0, 0xffff0a000002}},
        {"fe80::1", NT_NODE_IP, {0xfe80000000000000, 1}},
        {"::ffff:10.0.0.2", NT_NODE_IP, {0, 0xffff0a000002}},
        {"::", NT_NODE_IP, {0, 0}},
        {"10.0.0.0/8", NT_NODE_CIDR, {0, 0xffff0a000000, 104}},
        {"2001:db8::/32", NT_NODE_CIDR, {0x20010db800000000, 0, 32}},
        {"52:54:00:12:34:56", NT_NODE_MAC, {0x525400123456}},
    };
    struct nt_cx *cx = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nt_node *node = expr(cx, rows[i].text);

        assert_int_equal(cx->diags.nerrors, 0);
        assert_int_equal(node->kind, rows[i].kind);
        for (int k = 0; k < 3; k++)
            assert_true(node->num[k] == rows[i].num[k]);
    }
}

static void literals_refused(void **state)
{
    static const char *const texts[] = {
        "18446744073709551616",
        "0x",
        "5parsecs",
        "10.0.0.256",
        "10.0.0.0/33",
        "::/129",
        "1.2.3.4.5",
        "\"open",
        "\"\\q\"",
        "'single'",
        "\"ends in an escaped quote\\\"",
    };
    struct nt_cx *cx = *state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        expr(cx, texts[i]);
        assert_int_equal(cx->diags.nerrors, i + 1);
    }
}

static void strings_are_unescaped(void **state)
{
    struct nt_cx *cx = *state;
    const struct nt_node *s = expr(cx, "\"a\\n\\x00\\x7f\\\"\\\\\\e \xc3\xa9\"");

    assert_int_equal(s->kind, NT_NODE_STRING);
    assert_int_equal(s->len, 10);
    assert_memory_equal(s->text, "a\n\0\x7f\"\\\033 \xc3\xa9", 10);
}

static void spans_cover_their_text(void **state)
{
    struct nt_cx *cx = *state;
    const struct nt_node *e = expr(cx, "  (a + b) * f( x,\n\t y[2].z ) # c");

    assert_int_equal(e->span.begin, 2);
    assert_string_equal(nt_node_text(cx, e), "(a + b) * f( x, y[2].z )");
    assert_string_equal(nt_node_text(cx, e->kid[0]), "a + b");
    assert_string_equal(nt_node_text(cx, e->kid[1]), "f( x, y[2].z )");
    assert_string_equal(nt_node_text(cx, e->kid[1]->kid[1]), "y[2].z");
    assert_int_equal(e->kid[1]->kid[1]->name_at.begin, 25);
    assert_string_equal(nt_node_text(cx, expr(cx, "f(\"a  b # c\",  # why\n  1)")),
                        "f(\"a  b # c\", 1)");
}

/* How many statements a text is. */
static void assert_statements(struct nt_cx *cx, const char *text, uint32_t n)
{
    assert_int_equal(statements(cx, text)->nkids, n);
}

static void newlines_end_statements(void **state)
{
    struct nt_cx *cx = *state;

    assert_statements(cx, "", 0);
    assert_statements(cx, "\n\n;;\n", 0);
    assert_statements(cx, "a", 1);
    assert_statements(cx, "a\nb", 2);
    assert_statements(cx, "a; b;\n;c", 3);
    assert_statements(cx, "a\r\nb # c\n\n# d\nc", 3);
    assert_statements(cx, "a\n(b)", 2);
    assert_statements(cx, "return\nprint\nclear\nx", 4);
    assert_statements(cx, "if a { b } c", 2);
    assert_statements(cx, "if a { b }\nelse { c }\nd", 2);
    assert_statements(cx, "@a\n@b = 1", 2);
    assert_statements(cx, "a\nnot b", 2);
}

static void newlines_that_do_not(void **state)
{
    static const char *const texts[] = {
        "a\n+ b",
        "a +\n b",
        "a\nand b",
        "a\n or\n b",
        "a\n as t",
        "a\n in {1}",
        "a\nnot in {1,\n 2\n}",
        "a\nby b",
        "f(a\n,\nb\n)",
        "x\n? y\n: z",
        "a\n?? b",
        "x[\n1\n]",
        "x = {\n1\n,2}",
        "a\n|| b",
        "(a\n)",
        "let x =\n\n 5",
        "emit a\n, b",
        "if a\n{ b }",
        "if a { b }\n# c\nelse\n{ c }",
        "a\n== b",
        "-\na",
        "a.\nb",
    };
    struct nt_cx *cx = *state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_statements(cx, texts[i], 1);
}

static void where_takes_one_expression(void **state)
{
    struct nt_cx *cx = *state;

    assert_int_equal(expr(cx, "dst == 10.0.0.2\n and len > 5\n")->kind, NT_NODE_BINARY);
    assert_int_equal(cx->diags.nerrors, 0);
    assert_int_equal(expr(cx, "")->kind, NT_NODE_BAD);
    assert_int_equal(expr(cx, "a b")->kind, NT_NODE_BAD);
    expr(cx, "a) or (b");
    assert_int_equal(expr(cx, "a { count() }")->kind, NT_NODE_BAD);
    assert_int_equal(cx->diags.nerrors, 5);
}

static void an_empty_script_is_a_script(void **state)
{
    struct nt_cx *cx = *state;

    assert_int_equal(script(cx, "")->nkids, 0);
    assert_int_equal(script(cx, "\xef\xbb\xbf# with a byte order mark\n")->nkids, 0);
    assert_int_equal(cx->diags.nerrors, 0);
}

static void errors_do_not_hide_what_follows(void **state)
{
    struct nt_cx *cx = *state;
    const struct nt_node *s =
        script(cx, "on a { x x\n good = count() }\nfoo\non b { } param p: int");

    assert_int_equal(cx->diags.nerrors, 2);
    assert_int_equal(s->nkids, 4);
    assert_int_equal(s->kid[0]->kid[3]->nkids, 2);
    assert_string_equal(s->kid[0]->kid[3]->kid[1]->name, "good");
    assert_int_equal(s->kid[1]->kind, NT_NODE_BAD);
    assert_int_equal(s->kid[2]->kind, NT_NODE_ON);
    assert_int_equal(s->kid[3]->kind, NT_NODE_PARAM);
}

static void skipping_comes_to_an_end(void **state)
{
    static const char *const texts[] = {
        "event e {\non", "on",
        "on on on",      "event e { on",
        "path p key on", "on a {\non a {\non a {",
        "param on\non",  "enum e {\non on",
        "on a <\non",    "on a { if x\non",
        "}}}on{{{",      "on {on}",
    };
    struct nt_cx *cx = *state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        uint32_t before = cx->diags.nerrors;

        script(cx, texts[i]);
        assert_true(cx->diags.nerrors > before);
    }
}

/* A script of `before`, n times `again`, and `after`. */
static char *repeat(const char *before, const char *again, size_t n, const char *after,
                    size_t *ret_len)
{
    size_t step = strlen(again), len = strlen(before) + n * step + strlen(after);
    char *text = malloc(len + 1), *to = stpcpy(text, before);

    for (size_t i = 0; i < n; i++)
        to = mempcpy(to, again, step);
    strcpy(to, after);
    *ret_len = len;
    return text;
}

static void assert_refused_once(const char *before, const char *again, size_t n, const char *after,
                                enum nt_code code)
{
    struct nt_cx *cx = nt_cx_new();
    size_t len;
    char *text = repeat(before, again, n, after, &len);

    script_n(cx, text, len);
    assert_true(cx->diags.nerrors >= 1);
    assert_int_equal(cx->diags.list.at[0]->code, code);
    nt_cx_free(&cx);
    free(text);
}

static void too_deep_is_an_error(void **state)
{
    static const char *const nests[] = {"(", "{", "f(", "a[", "if x {", "{1, "};
    static const char *const chains[] = {"not ", "- ", "a ? ", "a ? b : ", "a + ", "a.", "a ?? "};

    (void)state;
    for (size_t i = 0; i < sizeof(nests) / sizeof(nests[0]); i++)
        assert_refused_once("on a { ", nests[i], 100000, "", NT_TOO_DEEP);
    for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
        assert_refused_once("on a { x = ", chains[i], 100000, "1 }", NT_TOO_DEEP);
    assert_refused_once("on a { ", "if x { } else ", 100000, "{} }", NT_TOO_DEEP);
}

static void too_long_is_an_error(void **state)
{
    (void)state;
    assert_refused_once("on a { ", "x = count()\n", 200000, "}", NT_TOO_MUCH);
}

static double seconds_for(const char *again, size_t n)
{
    struct nt_cx *cx = nt_cx_new();
    size_t len;
    char *text = repeat("", again, n, "", &len);
    struct timespec from, to;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    script_n(cx, text, len);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    nt_cx_free(&cx);
    free(text);
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Four times the text must not take sixteen times as long; 10 ms are allowed for noise. A busy
 * machine can make one run long, but not five. */
static bool is_linear(const char *text, size_t n)
{
    for (int i = 0; i < 5; i++)
        if (seconds_for(text, 4 * n) < 8 * seconds_for(text, n) + 0.01)
            return true;
    return false;
}

static void time_is_linear(void **state)
{
    static const char *const texts[] = {
        "## doc\n", "# c\n",
        " ",        "\n",
        "x",        "a:",
        "1:",       "::",
        "not   ",   "\"\\q",
        "\"\n",     "/*",
        "a.b.c\n",  "on\n",
        "}",        "<",
        "'",        "\xc3\xa9",
        "\\",       "fn:a",
        "1.",       "on a { b } ## c\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_true(is_linear(texts[i], 200000 / strlen(texts[i])));
}

static void any_bytes_are_survived(void **state)
{
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < 200; round++) {
        static const char some[] = "on a{}()[]<>.,:;=\"\\'#\n $@?&|!0x1f:/-%e";
        struct nt_cx *cx = nt_cx_new();
        char text[500];

        for (size_t i = 0; i < sizeof(text); i++)
            text[i] =
                round % 2 ? (char)rand_r(&seed) : some[(size_t)rand_r(&seed) % (sizeof(some) - 1)];
        text[sizeof(text) - 1] = '\0';
        script_n(cx, text, sizeof(text) - 1);
        assert_true(cx->diags.nerrors > 0);
        nt_cx_free(&cx);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(literals),
        TEST(literals_refused),
        TEST(strings_are_unescaped),
        TEST(spans_cover_their_text),
        TEST(newlines_end_statements),
        TEST(newlines_that_do_not),
        TEST(where_takes_one_expression),
        TEST(an_empty_script_is_a_script),
        TEST(errors_do_not_hide_what_follows),
        TEST(skipping_comes_to_an_end),
        TEST(too_deep_is_an_error),
        TEST(too_long_is_an_error),
        TEST(time_is_linear),
        TEST(any_bytes_are_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
