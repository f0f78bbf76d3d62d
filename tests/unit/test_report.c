/* How a table is sorted and cut. */
#include "runtime/output.h"
#include "runtime/report.h"
#include "runtime/symbols.h"
#include "runtime/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* count() and max(x) by a signed number that may be absent, and an interface. */
static const struct nt_column columns[] = {
    {"n", &nt_type_int, 0, 0},
    {"dev", &nt_type_ifname, 1, -1},
};
static struct nt_agg_use uses[2];
static struct nt_table table;

/* A format that only notes the rows: "-5/eth0 absent/lo +3 others=7". */
static void note_table(struct nt_output *o, const struct nt_rows *rows)
{
    for (uint32_t i = 0; i < rows->n; i++) {
        const struct nt_value *key = rows->row[i].key;

        if (key[0].shape == NT_SHAPE_ABSENT)
            nt_str_puts(&o->text, "absent");
        else
            nt_str_printf(&o->text, "%ld", (long)key[0].w[0]);
        nt_str_printf(&o->text, "/%s ", (const char *)key[1].w);
    }
    nt_str_printf(&o->text, "+%lu", (unsigned long)(rows->total - rows->n));
    if (rows->others)
        nt_str_printf(&o->text, " others=%lu", (unsigned long)rows->others->values[0].w[0]);
}

static const struct nt_format format = {.name = "note", .table = note_table};

static int setup(void **state)
{
    uses[0] = (struct nt_agg_use){.agg = nt_agg_find("count"), .name = "count()", .words = 1};
    uses[1] = (struct nt_agg_use){
        .agg = nt_agg_find("max"), .name = "max(x)", .type = &nt_type_int, .word = 1, .words = 2};
    table = (struct nt_table){
        .name = "t",
        .key = {.columns = columns, .ncolumns = 2, .words = 4, .absent_word = 3},
        .aggs = uses,
        .naggs = 2,
        .slot_words = 3,
        .max = 4,
    };
    *state = nt_tally_new(&table);
    return 0;
}

static int teardown(void **state)
{
    nt_tally_free((struct nt_tally **)state);
    return 0;
}

static void add(struct nt_tally *t, int64_t n, const char *dev, uint64_t count, int64_t max)
{
    uint64_t key[4] = {(uint64_t)n};

    strcpy((char *)&key[1], dev);
    nt_tally_add(t, key, (uint64_t[]){count, (uint64_t)max, 1});
}

static void add_absent(struct nt_tally *t, const char *dev, uint64_t count)
{
    uint64_t key[4] = {0, 0, 0, 1};

    strcpy((char *)&key[1], dev);
    nt_tally_add(t, key, (uint64_t[]){count, 0, 1});
}

static void assert_printed(const struct nt_tally *t, uint32_t top, int by, const char *expected)
{
    const struct nt_output_options options = {.fd = STDERR_FILENO};
    const struct nt_report report = {.table = &table, .tally = t, .top = top, .by = by};
    struct nt_symbols *symbols = nt_symbols_new(-1, "/nowhere");
    struct nt_output *out;

    assert_int_equal(nt_output_open(&out, &format, &options), 0);
    assert_int_equal(nt_report_print(&report, symbols, out), 0);
    assert_string_equal(out->text.at, expected);
    nt_str_clear(&out->text);
    nt_output_close(&out);
    nt_symbols_free(&symbols);
}

static void test_largest_first_by_the_first_aggregation(void **state)
{
    add(*state, 1, "a", 5, 100);
    add(*state, 2, "a", 9, 50);
    add(*state, 3, "a", 7, -200);
    assert_printed(*state, 0, -1, "2/a 3/a 1/a +0");
}

static void test_by_another_aggregation(void **state)
{
    add(*state, 1, "a", 5, 100);
    add(*state, 2, "a", 9, -50);
    add(*state, 3, "a", 7, -200);
    assert_printed(*state, 0, 1, "1/a 2/a 3/a +0");
}

/* Ties stand in the order of their keys: numbers with their sign, texts as texts, absent last. */
static void test_ties_by_key(void **state)
{
    add_absent(*state, "lo", 1);
    add(*state, 3, "eth1", 1, 0);
    add(*state, 3, "eth0", 1, 0);
    add(*state, -5, "eth9", 1, 0);
    assert_printed(*state, 0, -1, "-5/eth9 3/eth0 3/eth1 absent/lo +0");
}

/* By a key: the smallest first, whatever the aggregations. */
static void test_by_a_key(void **state)
{
    add(*state, 1, "b", 5, 100);
    add(*state, -2, "c", 9, -50);
    add(*state, 3, "a", 7, -200);
    add_absent(*state, "d", 1);
    assert_printed(*state, 0, 2, "-2/c 1/b 3/a absent/d +0");
    assert_printed(*state, 3, 3, "3/a 1/b -2/c +1");
}

static void test_top_and_the_rest(void **state)
{
    add(*state, 1, "a", 1, 0);
    add(*state, 2, "a", 2, 0);
    add(*state, 3, "a", 3, 0);
    assert_printed(*state, 2, -1, "3/a 2/a +1");
}

static void test_others(void **state)
{
    for (int64_t n = 0; n < 6; n++)
        add(*state, n, "a", 10 - (uint64_t)n, 0);
    assert_printed(*state, 1, -1, "0/a +3 others=11");
}

static void test_nothing(void **state)
{
    assert_printed(*state, 0, -1, "+0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_largest_first_by_the_first_aggregation, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_by_another_aggregation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ties_by_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_by_a_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_top_and_the_rest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_others, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
    };

    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
