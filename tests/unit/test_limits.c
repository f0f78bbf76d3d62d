/* Limits of bodies that run in ntrace. */
#include "runtime/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define S 1000000000ull

static const uint16_t words[] = {0, 2};
static const struct nt_program program = {.limit_words = words, .nlimits = 2};
static const struct nt_gate all = {.count = 3, .per = S, .limit = 0};
static const struct nt_gate by_key = {
    .count = 1, .per = S, .limit = 1, .key = {.ncolumns = 1, .words = 2}};

static int open_limits(void **state)
{
    return nt_limits_open(&program, (struct nt_limits **)state);
}

static int close_limits(void **state)
{
    nt_limits_close((struct nt_limits **)state);
    return 0;
}

static uint32_t passed(struct nt_limits *limits, uint32_t from, uint32_t to, uint64_t now)
{
    uint32_t n = 0;

    for (uint64_t i = from; i < to; i++)
        n += nt_limits_pass(limits, &by_key, (uint64_t[]){i, ~i}, now);
    return n;
}

static void test_each_window_begins_anew(void **state)
{
    uint32_t n = 0;

    for (int i = 0; i < 10; i++)
        n += nt_limits_pass(*state, &all, NULL, 5 * S + (uint64_t)i);
    assert_int_equal(n, 3);
    assert_true(nt_limits_pass(*state, &all, NULL, 6 * S));
}

static void test_each_key_has_its_own(void **state)
{
    assert_int_equal(passed(*state, 0, 1000, S), 1000);
    assert_int_equal(passed(*state, 0, 1001, S), 1);
    assert_int_equal(passed(*state, 0, 1000, 2 * S), 1000);
}

static void test_old_windows_give_way_first(void **state)
{
    assert_int_equal(passed(*state, 0, 10000, S), 10000);
    assert_int_equal(passed(*state, 10000, 26384, 2 * S), 16384);
    assert_int_equal(passed(*state, 10000, 26384, 2 * S), 0);
}

static void test_of_one_window_the_older_half_gives_way(void **state)
{
    assert_int_equal(passed(*state, 0, 16385, S), 16385);
    assert_int_equal(passed(*state, 8192, 16385, S), 0);
    assert_int_equal(passed(*state, 0, 10, S), 10);
}

static void test_a_sample_is_a_share(void **state)
{
    const struct nt_gate half = {.is_sample = true, .count = 1, .per = 2};
    uint32_t n = 0;

    for (int i = 0; i < 10000; i++)
        n += nt_limits_pass(*state, &half, NULL, 0);
    assert_in_range(n, 4600, 5400);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, open_limits, close_limits)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_window_begins_anew),    TEST(test_each_key_has_its_own),
        TEST(test_old_windows_give_way_first), TEST(test_of_one_window_the_older_half_gives_way),
        TEST(test_a_sample_is_a_share),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
