/* Places in scripts, what diagnostics look like, and "did you mean". */
#include "compiler/base/cx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
    return cx ? -1 : 0;
}

static uint16_t add(struct nt_cx *cx, const char *name, const char *text)
{
    return nt_source_add(cx, name, text, (uint32_t)strlen(text));
}

/* The first place of `what` in the source. */
static struct nt_span place(struct nt_cx *cx, uint16_t source, const char *what)
{
    const char *text = cx->sources.at[source].text, *at = strstr(text, what);

    assert_non_null(at);
    return (struct nt_span){(uint32_t)(at - text), (uint32_t)(at - text + (long)strlen(what)),
                            source};
}

static void assert_prints(struct nt_cx *cx, bool colour, const char *expected)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    nt_diags_print(cx, out, colour);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void assert_pos(struct nt_cx *cx, uint32_t at, uint32_t line, uint32_t col)
{
    struct nt_pos pos = nt_pos_of(cx, (struct nt_span){at, at, 0});

    assert_int_equal(pos.line, line);
    assert_int_equal(pos.col, col);
}

static void places_are_lines_and_columns(void **state)
{
    struct nt_cx *cx = *state;
    uint32_t len;

    add(cx, "a", "one\n\n\tthree\r\nlast");
    assert_pos(cx, 0, 1, 1);
    assert_pos(cx, 3, 1, 4); /* the newline belongs to its line */
    assert_pos(cx, 4, 2, 1);
    assert_pos(cx, 5, 3, 1);
    assert_pos(cx, 13, 4, 1);
    assert_pos(cx, 17, 4, 5); /* the end */
    assert_memory_equal(nt_line_text(cx, 0, 3, &len), "\tthree", 6);
    assert_int_equal(len, 6);
    nt_line_text(cx, 0, 2, &len);
    assert_int_equal(len, 0);
    assert_memory_equal(nt_line_text(cx, 0, 4, &len), "last", 4);
    assert_int_equal(len, 4);
}

static void empty_source_has_one_line(void **state)
{
    struct nt_cx *cx = *state;
    uint32_t len;

    add(cx, "a", "");
    assert_pos(cx, 0, 1, 1);
    nt_line_text(cx, 0, 1, &len);
    assert_int_equal(len, 0);
}

static void error_with_label_and_hint(void **state)
{
    struct nt_cx *cx = *state;
    uint16_t s = add(cx, "drops.nt", "on skb_drop {\n    drops = count() by sadr\n}\n");
    struct nt_diag *d = nt_error(cx, place(cx, s, "sadr"), NT_UNKNOWN_FIELD,
                                 "'%s' has no field '%s'", "skb_drop", "sadr");

    nt_label(d, place(cx, s, "sadr"), "no such field");
    nt_label(d, place(cx, s, "drops"), "of this table");
    nt_label(d, place(cx, s, "skb_drop"), "this event");
    nt_hint(d, "did you mean '%s'?", "saddr");
    assert_prints(cx, false,
                  "error[E203]: 'skb_drop' has no field 'sadr'\n"
                  "  --> drops.nt:2:24\n"
                  "   1 | on skb_drop {\n"
                  "     |    ~~~~~~~~ this event\n"
                  "   2 |     drops = count() by sadr\n"
                  "     |                        ^^^^ no such field\n"
                  "     |     ~~~~~ of this table\n"
                  "   = did you mean 'saddr'?\n");
}

static void labels_far_away_and_elsewhere(void **state)
{
    struct nt_cx *cx = *state;
    uint16_t lib = add(cx, "lib.nt", "event e {}\n");
    uint16_t s = add(cx, "a.nt", "{\n\n\n\n}\n");
    struct nt_diag *d = nt_error(cx, place(cx, s, "}"), NT_SYNTAX, "two\nlines");

    nt_label(d, place(cx, s, "{"), "opened");
    nt_label(d, place(cx, lib, "e {"), "declared");
    nt_hint(d, "a\nb");
    assert_prints(cx, false,
                  "error[E101]: two\n"
                  "  lines\n"
                  "  --> a.nt:5:1\n"
                  "   1 | {\n"
                  "     | ~ opened\n"
                  "  ...\n"
                  "   5 | }\n"
                  "     | ^\n"
                  "  --> lib.nt:1:7\n"
                  "   1 | event e {}\n"
                  "     |       ~~~ declared\n"
                  "   = a\n"
                  "     b\n");
}

static void odd_bytes_and_spans(void **state)
{
    struct nt_cx *cx = *state;
    uint16_t s = add(cx, "a.nt", "\t\xe4\xb8\xad\tx \x1b[31m y\nsecond\n");

    nt_warn(cx, place(cx, s, "x"), NT_SYNTAX, "one\x1b");
    nt_warn(cx, place(cx, s, "y\nsecond"), NT_SYNTAX, "to the end of its line");
    nt_warn(cx, (struct nt_span){23, 23, s}, NT_SYNTAX, "the end");
    nt_warn(cx, (struct nt_span){900, 1000, s}, NT_SYNTAX, "beyond the end");
    assert_prints(cx, false,
                  "warning[E101]: one\\x1b\n"
                  "  --> a.nt:1:6\n"
                  "   1 |     \xe4\xb8\xad  x \\x1b[31m y\n"
                  "     |         ^\n"
                  "warning[E101]: to the end of its line\n"
                  "  --> a.nt:1:14\n"
                  "   1 |     \xe4\xb8\xad  x \\x1b[31m y\n"
                  "     |                    ^\n"
                  "warning[E101]: the end\n"
                  "  --> a.nt:3:1\n"
                  "   3 | \n"
                  "     | ^\n"
                  "warning[E101]: beyond the end\n"
                  "  --> a.nt:3:1\n"
                  "   3 | \n"
                  "     | ^\n");
}

static void long_lines_are_cut_around_the_span(void **state)
{
    struct nt_cx *cx = *state;
    char *text = nt_alloc(cx->arena, 100001), *printed = NULL;
    size_t len;
    FILE *out;

    memset(text, 'x', 100000);
    memcpy(text + 50000, "here", 4);
    add(cx, "long.nt", text);
    nt_label(nt_error(cx, (struct nt_span){50000, 50004, 0}, NT_SYNTAX, "m"),
             (struct nt_span){10, 12, 0}, "far");
    out = open_memstream(&printed, &len);
    nt_diags_print(cx, out, false);
    fclose(out);
    assert_non_null(strstr(printed, "--> long.nt:1:50001\n"));
    assert_non_null(strstr(printed, " | ...xxx"));
    assert_non_null(strstr(printed, "xhere"));
    assert_non_null(strstr(printed, "  ^^^^\n"));
    assert_non_null(strstr(printed, "  ~~ far\n"));
    assert_true(len < 600);
    free(printed);
}

static void errors_are_in_the_order_of_their_places(void **state)
{
    struct nt_cx *cx = *state;
    uint16_t a = add(cx, "a", "1 2\n"), b = add(cx, "b", "3\n");

    nt_error(cx, place(cx, b, "3"), NT_SYNTAX, "3");
    nt_error(cx, place(cx, a, "2"), NT_SYNTAX, "2, first");
    nt_error(cx, place(cx, a, "2"), NT_TYPE, "2, second");
    nt_error(cx, place(cx, a, "1"), NT_SYNTAX, "1");
    nt_error_at_none(cx, NT_OPTION, "nowhere");
    assert_prints(cx, false,
                  "error[E602]: nowhere\n"
                  "error[E101]: 1\n  --> a:1:1\n   1 | 1 2\n     | ^\n"
                  "error[E101]: 2, first\n  --> a:1:3\n   1 | 1 2\n     |   ^\n"
                  "error[E302]: 2, second\n  --> a:1:3\n   1 | 1 2\n     |   ^\n"
                  "error[E101]: 3\n  --> b:1:1\n   1 | 3\n     | ^\n");
}

static void colour_only_when_asked(void **state)
{
    struct nt_cx *cx = *state;
    uint16_t s = add(cx, "a", "x");

    nt_error(cx, place(cx, s, "x"), NT_SYNTAX, "m");
    assert_prints(cx, true,
                  "\033[1;31merror[E101]\033[0m: m\n"
                  "  \033[34m-->\033[0m a:1:1\n"
                  "\033[34m   1 |\033[0m x\n"
                  "\033[34m     |\033[0m \033[1;31m^\033[0m\n");
}

static void too_many_errors_are_counted(void **state)
{
    struct nt_cx *cx = *state;

    for (int i = 0; i < NT_MAX_ERRORS + 7; i++)
        nt_hint(nt_error_at_none(cx, NT_OPTION, "%d", i), "h");
    nt_warn(cx, (struct nt_span){0}, NT_OPTION, "kept");
    assert_int_equal(cx->diags.nerrors, NT_MAX_ERRORS + 7);
    assert_int_equal(cx->diags.list.n, NT_MAX_ERRORS + 1);
}

static void explains_codes(void **state)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    assert_true(nt_explain("E101", out));
    assert_true(nt_explain("101", out));
    assert_true(nt_explain("e101", out));
    assert_false(nt_explain("E999", out));
    assert_false(nt_explain("101x", out));
    assert_false(nt_explain("E", out));
    assert_false(nt_explain("", out));
    assert_false(nt_explain("-101", out));
    fclose(out);
    assert_memory_equal(text, "E101: ", 6);
    free(text);
}

static void assert_guess(const char *name, const char *expected)
{
    static const char *const candidates[] = {"src",     "dst",     "sport",    "dport",
                                             "latency", "reason",  "flow",     "dev",
                                             "where",   "vlan_id", "quantiles"};
    struct nt_guess g = nt_guess(name);

    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
        nt_guess_try(&g, candidates[i]);
    if (expected)
        assert_string_equal(g.best, expected);
    else
        assert_null(g.best);
}

static void guesses_what_is_near(void **state)
{
    (void)state;
    assert_guess("srx", "src");
    assert_guess("dts", "dst"); /* two letters swapped */
    assert_guess("latancy", "latency");
    assert_guess("latecny", "latency");
    assert_guess("LATENCY", "latency");
    assert_guess("wher", "where");
    assert_guess("quant", "quantiles"); /* the beginning of it */
    assert_guess("quantils", "quantiles");
    assert_guess("rport", "sport"); /* the first of the nearest */
    assert_guess("xyz", NULL);
    assert_guess("x", NULL);
    assert_guess("", NULL);
    assert_guess("flow", NULL); /* itself is no guess */
    assert_guess("a_very_long_name_that_is_longer_than_sixty_four_letters_and_so_is_left_alone",
                 NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(places_are_lines_and_columns),
        TEST(empty_source_has_one_line),
        TEST(error_with_label_and_hint),
        TEST(labels_far_away_and_elsewhere),
        TEST(odd_bytes_and_spans),
        TEST(long_lines_are_cut_around_the_span),
        TEST(errors_are_in_the_order_of_their_places),
        TEST(colour_only_when_asked),
        TEST(too_many_errors_are_counted),
        TEST(explains_codes),
        TEST(guesses_what_is_near),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
