#include "runtime/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX = 100 };

/* count() and max(x) by one column, at most 100 keys. */
static struct nt_agg_use uses[2];
static struct nt_table table;
static const struct nt_column column = {"key", &nt_type_uint, 0, -1};

static int setup(void **state)
{
    uses[0] = (struct nt_agg_use){.agg = nt_agg_find("count"), .words = 1};
    uses[1] =
        (struct nt_agg_use){.agg = nt_agg_find("max"), .type = &nt_type_int, .word = 1, .words = 2};
    table = (struct nt_table){
        .key = {.columns = &column, .ncolumns = 1, .words = 1, .absent_word = -1},
        .aggs = uses,
        .naggs = 2,
        .slot_words = 3,
        .max = MAX,
    };
    *state = nt_tally_new(&table);
    return 0;
}

static int teardown(void **state)
{
    nt_tally_free((struct nt_tally **)state);
    return 0;
}

static void add(struct nt_tally *t, uint64_t key, uint64_t count, uint64_t max)
{
    nt_tally_add(t, &key, (uint64_t[]){count, max, 1});
}

/* All counts, (others) too. */
static uint64_t count_all(const struct nt_tally *t)
{
    uint64_t n = nt_tally_others(t) ? nt_tally_others(t)[0] : 0;

    for (uint32_t i = 0; i < nt_tally_count(t); i++)
        n += nt_tally_slot(t, i)[0];
    return n;
}

static void test_slots_of_a_key_merge(void **state)
{
    struct nt_tally *t = *state;

    add(t, 7, 1, 30);
    add(t, 8, 1, 5);
    add(t, 7, 2, 40);
    assert_int_equal(nt_tally_count(t), 2);
    assert_int_equal(nt_tally_key(t, 0)[0], 7);
    assert_int_equal(nt_tally_slot(t, 0)[0], 3);
    assert_int_equal(nt_tally_slot(t, 0)[1], 40);
    assert_int_equal(nt_tally_slot(t, 1)[0], 1);
    assert_null(nt_tally_others(t));
}

static void test_keys_beyond_the_bound_go_to_others(void **state)
{
    struct nt_tally *t = *state;

    for (uint64_t key = 0; key < 1000; key++)
        add(t, key * 7919, 1, key);
    assert_int_equal(nt_tally_count(t), MAX);
    assert_int_equal(nt_tally_others(t)[0], 900);
    assert_int_equal(nt_tally_others(t)[1], 999);
    add(t, 0, 1, 1); /* known keys stay known */
    assert_int_equal(nt_tally_slot(t, 0)[0], 2);
    assert_int_equal(count_all(t), 1001);
}

static void test_zero_others_are_none(void **state)
{
    struct nt_tally *t = *state;

    nt_tally_add_others(t, (uint64_t[]){0, 0, 0});
    assert_null(nt_tally_others(t));
    nt_tally_add_others(t, (uint64_t[]){1, 2, 1});
    assert_int_equal(nt_tally_others(t)[0], 1);
}

/* Cleared intervals in turn, with more keys than fit: their sum is the whole. */
static void test_moving_keeps_the_sum(void **state)
{
    struct nt_tally *whole = *state, *recent = nt_tally_new(&table);
    uint64_t sum = 0;

    for (uint64_t interval = 0; interval < 20; interval++) {
        for (uint64_t i = 0; i < 150; i++)
            add(recent, interval * 10 + i, 1, i);
        sum += count_all(recent);
        nt_tally_move(whole, recent);
        assert_int_equal(nt_tally_count(recent), 0);
        assert_null(nt_tally_others(recent));
    }
    assert_int_equal(sum, 20 * 150);
    assert_int_equal(count_all(whole), sum);
    assert_int_equal(nt_tally_count(whole), MAX);
    nt_tally_free(&recent);
}

static void test_cleared_is_empty_and_usable(void **state)
{
    struct nt_tally *t = *state;

    add(t, 1, 5, 5);
    nt_tally_clear(t);
    assert_int_equal(nt_tally_count(t), 0);
    add(t, 1, 2, 2);
    assert_int_equal(nt_tally_slot(t, 0)[0], 2);
}

static void test_a_table_without_columns_has_one_key_word(void **state)
{
    const struct nt_table plain = {.key = {.absent_word = -1}};

    (void)state;
    assert_int_equal(nt_table_key_words(&plain), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_slots_of_a_key_merge, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keys_beyond_the_bound_go_to_others, setup, teardown),
        cmocka_unit_test_setup_teardown(test_zero_others_are_none, setup, teardown),
        cmocka_unit_test_setup_teardown(test_moving_keeps_the_sum, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cleared_is_empty_and_usable, setup, teardown),
        cmocka_unit_test(test_a_table_without_columns_has_one_key_word),
    };

    return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
