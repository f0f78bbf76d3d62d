#include "runtime/options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Arguments up to the NULL, as main() would get them. */
static int parse(struct nt_cx *cx, struct nt_cli *ret_cli, char *const *args)
{
    char *argv[16] = {"ntrace"};
    int argc = 1;

    for (; *args; args++)
        argv[argc++] = *args;
    return nt_cli_parse(cx, argc, argv, ret_cli);
}

#define PARSE(cx, cli, ...) parse(cx, cli, (char *const[]){__VA_ARGS__, NULL})

static int setup(void **state)
{
    *state = nt_cx_new();
    return 0;
}

static int teardown(void **state)
{
    nt_cx_free((struct nt_cx **)state);
    return 0;
}

static const char *message(const struct nt_cx *cx)
{
    assert_int_equal(cx->diags.list.n, 1);
    assert_int_equal(cx->diags.list.at[0]->code, NT_USAGE);
    return cx->diags.list.at[0]->message;
}

static const char *hint(const struct nt_cx *cx)
{
    assert_non_null(cx->diags.list.at[0]->hint);
    return cx->diags.list.at[0]->hint;
}

static void test_script_and_its_options_in_order(void **state)
{
    struct nt_cli cli;

    assert_int_equal(PARSE(*state, &cli, "drops", "--dst", "10.0.0.0/8", "--dev=eth0", "tail"), 0);
    assert_int_equal(cli.verb, NT_VERB_RUN);
    assert_string_equal(cli.script, "drops");
    assert_int_equal(cli.script_argc, 4);
    assert_string_equal(cli.script_argv[0], "--dst");
    assert_string_equal(cli.script_argv[1], "10.0.0.0/8");
    assert_string_equal(cli.script_argv[2], "--dev=eth0");
    assert_string_equal(cli.script_argv[3], "tail");
}

static void test_own_options_stand_anywhere(void **state)
{
    struct nt_cli cli;

    assert_int_equal(PARSE(*state, &cli, "-v", "drops", "--dst", "1.2.3.4", "--format=json", "-o",
                           "out", "--duration", "1500ms", "--strict", "--max-events", "7"),
                     0);
    assert_string_equal(cli.script, "drops");
    assert_true(cli.verbose);
    assert_true(cli.strict);
    assert_false(cli.quiet);
    assert_string_equal(cli.format, "json");
    assert_string_equal(cli.output, "out");
    assert_int_equal(cli.duration, 1500000000);
    assert_int_equal(cli.max_events, 7);
    assert_int_equal(cli.script_argc, 2);
}

static void test_letters_together(void **state)
{
    struct nt_cli cli;

    assert_int_equal(PARSE(*state, &cli, "-qvfjson", "drops"), 0);
    assert_true(cli.quiet && cli.verbose);
    assert_string_equal(cli.format, "json");
}

static void test_text_needs_no_script(void **state)
{
    struct nt_cli cli;

    assert_int_equal(PARSE(*state, &cli, "--dst", "10.0.0.1", "-e", "on skb_drop { }"), 0);
    assert_null(cli.script);
    assert_string_equal(cli.text, "on skb_drop { }");
    assert_int_equal(cli.script_argc, 2);
    assert_string_equal(cli.script_argv[1], "10.0.0.1");
}

static void test_script_option_with_equals_may_come_first(void **state)
{
    struct nt_cli cli;

    assert_int_equal(PARSE(*state, &cli, "--dst=10.0.0.1", "drops", "--top", "3"), 0);
    assert_string_equal(cli.script, "drops");
    assert_int_equal(cli.script_argc, 3);
    assert_string_equal(cli.script_argv[0], "--dst=10.0.0.1");
}

static void test_script_option_before_the_script_is_refused(void **state)
{
    struct nt_cli cli;

    assert_int_equal(PARSE(*state, &cli, "--dst", "10.0.0.1", "drops"), -EINVAL);
    assert_non_null(strstr(message(*state), "'--dst' stands before the script's name"));
    assert_non_null(strstr(hint(*state), "ntrace SCRIPT --dst"));
}

static void test_two_dashes_end_own_options(void **state)
{
    struct nt_cli cli;

    assert_int_equal(PARSE(*state, &cli, "drops", "--", "--comm", "-v"), 0);
    assert_false(cli.verbose);
    assert_int_equal(cli.script_argc, 2);
    assert_string_equal(cli.script_argv[1], "-v");
}

static void test_negative_numbers_are_values(void **state)
{
    struct nt_cli cli;

    assert_int_equal(PARSE(*state, &cli, "drops", "--low", "-5"), 0);
    assert_string_equal(cli.script_argv[1], "-5");
}

static void test_verbs(void **state)
{
    static const struct {
        char *args[5];
        enum nt_verb verb;
    } rows[] = {
        {{"--help"}, NT_VERB_HELP},
        {{"-h"}, NT_VERB_HELP},
        {{"--version"}, NT_VERB_VERSION},
        {{"drops", "-V"}, NT_VERB_VERSION},
        {{"drops", "--help"}, NT_VERB_SCRIPT_HELP},
        {{"-e", "on x { }", "-h"}, NT_VERB_SCRIPT_HELP},
        {{"--explain", "E203"}, NT_VERB_EXPLAIN},
        {{"list", "events"}, NT_VERB_LIST},
        {{"check", "drops"}, NT_VERB_CHECK},
        {{"check", "-e", "on x { }"}, NT_VERB_CHECK},
        {{"-d", "parse", "drops"}, NT_VERB_DUMP},
        {{"./check"}, NT_VERB_RUN},
        {{"-"}, NT_VERB_RUN},
    };
    struct nt_cli cli;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(parse(*state, &cli, rows[i].args), 0);
        assert_int_equal(cli.verb, rows[i].verb);
    }
}

static void test_list_names_what(void **state)
{
    struct nt_cli cli;

    assert_int_equal(PARSE(*state, &cli, "list", "fields", "skb_drop"), 0);
    assert_string_equal(cli.what, "fields");
    assert_string_equal(cli.name, "skb_drop");
    assert_int_equal(PARSE(*state, &cli, "list", "events", "--stdlib", "dir"), 0);
    assert_null(cli.name);
    assert_string_equal(cli.stdlib, "dir");
}

static void test_usage_errors_say_what_to_do(void **state)
{
    static const struct {
        char *args[5];
        const char *message;
    } rows[] = {
        {{"-x", "drops"}, "unknown option '-x'"},
        {{"drops", "--output"}, "--output needs a value: --output FILE"},
        {{"drops", "-o"}, "--output needs a value"},
        {{"drops", "--strict=yes"}, "--strict takes no value"},
        {{"drops", "--duration", "soon"}, "'soon' is no duration"},
        {{"drops", "--duration=0s"}, "'0s' is no duration"},
        {{"drops", "--max-events", "0"}, "'0' is no number for --max-events"},
        {{"drops", "--max-events=-1"}, "'-1' is no number"},
        {{"drops", "--max-events", "7x"}, "'7x' is no number"},
        {{"drops", "--max-events=99999999999999999999"}, "is no number"},
        {{"drops", "--budget", "2"}, "'2' is no share for --budget"},
        {{"drops", "--budget=0%"}, "'0%' is no share"},
        {{"drops", "--budget=101%"}, "'101%' is no share"},
        {{"drops", "--budget=-1%"}, "'-1%' is no share"},
        {{"drops", "-f", "jsn"}, "there is no output format 'jsn'"},
        {{"list"}, "list what?"},
        {{"list", "a", "b", "c"}, "list what?"},
        {{"check"}, "there is no script to work on"},
        {{"-v"}, "there is no script to work on"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nt_cx *cx = nt_cx_new();
        struct nt_cli cli;

        assert_int_equal(parse(cx, &cli, rows[i].args), -EINVAL);
        assert_non_null(strstr(message(cx), rows[i].message));
        nt_cx_free(&cx);
    }
}

static void test_a_format_nearly_right_is_guessed(void **state)
{
    struct nt_cli cli;

    assert_int_equal(PARSE(*state, &cli, "drops", "-f", "jsn"), -EINVAL);
    assert_non_null(strstr(hint(*state), "did you mean 'json'?"));
}

static void test_help_shows_every_option_but_the_hidden(void **state)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    nt_cli_help(out);
    fclose(out);
    assert_non_null(strstr(text, "-e, --expression TEXT"));
    assert_non_null(strstr(text, "    --duration TIME"));
    assert_non_null(strstr(text, "-V, --version"));
    assert_null(strstr(text, "fixture"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_script_and_its_options_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_options_stand_anywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_letters_together, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text_needs_no_script, setup, teardown),
        cmocka_unit_test_setup_teardown(test_script_option_with_equals_may_come_first, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_script_option_before_the_script_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_two_dashes_end_own_options, setup, teardown),
        cmocka_unit_test_setup_teardown(test_negative_numbers_are_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_verbs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_list_names_what, setup, teardown),
        cmocka_unit_test(test_usage_errors_say_what_to_do),
        cmocka_unit_test_setup_teardown(test_a_format_nearly_right_is_guessed, setup, teardown),
        cmocka_unit_test(test_help_shows_every_option_but_the_hidden),
    };

    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
