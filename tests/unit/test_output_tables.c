/* Tables in the text format, to the letter. */
#include "tests/unit/output_fixture.h"

static void show(struct sink *s, const struct nt_rows *rows)
{
    assert_int_equal(nt_output_table(s->o, rows), 0);
}

static const struct nt_column by_columns[] = {
    {"dev", &nt_type_ifname, 0, -1},
    {"dport", &nt_type_port, 2, -1},
};

static void test_table(void **state)
{
    static const struct nt_agg_use aggs[] = {
        {.name = "count()"}, {.name = "avg(latency)"}, {.name = "avg(ok)"}, {.name = "max(dst)"}};
    static const struct nt_table t = {
        .name = "flows", .named = true, .key = {by_columns, 2, 3, -1}, .aggs = aggs, .naggs = 4};
    const struct nt_value ip = {
        .shape = NT_SHAPE_WORDS, .type = &nt_type_ip, .w = {0, 0xffff0a000002}};
    const struct nt_row rows[] = {
        {(struct nt_value[]){TEXT(&nt_type_ifname, "veth0"), WORD(&nt_type_port, 22)},
         (struct nt_value[]){COUNT(120), REAL(&nt_type_duration, 5213.7), SHARE(0.125), ip}},
        {(struct nt_value[]){TEXT(&nt_type_ifname, "lo"), ABSENT(&nt_type_port)},
         (struct nt_value[]){COUNT(3), ABSENT(&nt_type_duration), SHARE(1), ABSENT(&nt_type_ip)}},
    };
    const struct nt_row others = {
        NULL, (struct nt_value[]){COUNT(9), REAL(&nt_type_duration, 1.5), SHARE(0), ip}};
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    show(&s, &(struct nt_rows){&t, rows, 2, 2, NULL, TIME, true});
    show(&s, &(struct nt_rows){&t, rows, 1, 2, &others, TIME, false});
    show(&s, &(struct nt_rows){&t, rows, 1, 4001, NULL, TIME, false});
    show(&s, &(struct nt_rows){&t, NULL, 0, 0, NULL, TIME, true});
    assert_written(&s, "flows by dev, dport\n"
                       "dev    dport  count()  avg(latency)  avg(ok)  max(dst)\n"
                       "veth0     22      120        5.21us    12.5%  10.0.0.2\n"
                       "lo         -        3             -     100%  -\n"
                       "\n"
                       "14:27:01  flows by dev, dport\n"
                       "dev       dport  count()  avg(latency)  avg(ok)  max(dst)\n"
                       "veth0        22      120        5.21us    12.5%  10.0.0.2\n"
                       "... and 1 more row\n"
                       "(others)               9         1.5ns       0%  10.0.0.2\n"
                       "\n"
                       "14:27:01  flows by dev, dport\n"
                       "dev    dport  count()  avg(latency)  avg(ok)  max(dst)\n"
                       "veth0     22      120        5.21us    12.5%  10.0.0.2\n"
                       "... and 4000 more rows\n"
                       "\n"
                       "flows by dev, dport  (none)\n");
    sink_close(&s);
}

static void test_table_of_one(void **state)
{
    static const struct nt_agg_use count = {.name = "count()"};
    static const struct nt_agg_use two[] = {{.name = "count()"}, {.name = "sum(len)"}};
    static const struct nt_table single = {.name = "count()", .aggs = &count, .naggs = 1};
    static const struct nt_table pair = {.name = "sizes", .aggs = two, .naggs = 2};
    const struct nt_row one = {NULL, (struct nt_value[]){COUNT(UINT64_MAX)}};
    const struct nt_row both = {NULL, (struct nt_value[]){COUNT(2), WORD(&nt_type_bytes, 1572864)}};
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    show(&s, &(struct nt_rows){&single, &one, 1, 1, NULL, TIME, true});
    show(&s, &(struct nt_rows){&single, &one, 1, 1, NULL, TIME, false});
    show(&s, &(struct nt_rows){&pair, &both, 1, 1, NULL, TIME, true});
    assert_written(&s, "count()  18446744073709551615\n"
                       "14:27:01  count()  18446744073709551615\n"
                       "sizes\n"
                       "count()  sum(len)\n"
                       "      2    1.5MiB\n"
                       "\n");
    sink_close(&s);
}

static void test_stats(void **state)
{
    static const struct nt_agg_use aggs[] = {{.name = "stats(latency)"}, {.name = "count()"}};
    static const struct nt_table alone = {
        .name = "stats(latency)", .key = {by_columns, 1, 2, -1}, .aggs = aggs, .naggs = 1};
    static const struct nt_table beside = {.name = "s", .aggs = aggs, .naggs = 2};
    const struct nt_value stats = {
        .shape = NT_SHAPE_STATS,
        .type = &nt_type_duration,
        .stats = {.count = 3, .sum = 6000, .min = -1000, .max = 4000, .avg = 2000},
    };
    const struct nt_row rows[] = {
        {(struct nt_value[]){TEXT(&nt_type_ifname, "eth0")}, &stats},
        {(struct nt_value[]){TEXT(&nt_type_ifname, "lo")},
         (struct nt_value[]){ABSENT(&nt_type_duration)}},
    };
    const struct nt_row one = {NULL, (struct nt_value[]){stats, COUNT(4)}};
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    show(&s, &(struct nt_rows){&alone, rows, 2, 2, NULL, TIME, true});
    show(&s, &(struct nt_rows){&beside, &one, 1, 1, NULL, TIME, true});
    assert_written(&s, "stats(latency) by dev\n"
                       "dev   count  avg   min  max  sum\n"
                       "eth0      3  2us  -1us  4us  6us\n"
                       "lo        -    -     -    -    -\n"
                       "\n"
                       "s\n"
                       "stats(latency).count  stats(latency).avg  stats(latency).min  "
                       "stats(latency).max  stats(latency).sum  count()\n"
                       "                   3                 2us                -1us  "
                       "               4us                 6us        4\n"
                       "\n");
    sink_close(&s);
}

static void test_quantiles_and_rates(void **state)
{
    static const struct nt_agg_use aggs[] = {{.name = "quantiles(latency)"}, {.name = "rate(len)"}};
    static const struct nt_table alone = {
        .name = "q", .key = {by_columns, 1, 2, -1}, .aggs = aggs, .naggs = 1};
    static const struct nt_table rate = {.name = "rate(len)", .aggs = aggs + 1, .naggs = 1};
    const struct nt_value quantiles = {
        .shape = NT_SHAPE_QUANTILES,
        .type = &nt_type_duration,
        .quantiles = {9, {0, 2000, 30000, 4000000}, {true, false, false, false}},
    };
    const struct nt_row rows[] = {
        {(struct nt_value[]){TEXT(&nt_type_ifname, "eth0")}, &quantiles},
        {(struct nt_value[]){TEXT(&nt_type_ifname, "lo")},
         (struct nt_value[]){ABSENT(&nt_type_duration)}},
    };
    const struct nt_row one = {
        NULL, (struct nt_value[]){{.shape = NT_SHAPE_RATE, .type = &nt_type_bytes, .real = 1536}}};
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    show(&s, &(struct nt_rows){&alone, rows, 2, 2, NULL, TIME, true});
    show(&s, &(struct nt_rows){&rate, &one, 1, 1, NULL, TIME, true});
    assert_written(&s, "q by dev\n"
                       "dev   p50  p90   p99  p99.9\n"
                       "eth0   <0  2us  30us    4ms\n"
                       "lo      -    -     -      -\n"
                       "\n"
                       "rate(len)  1536B/s\n");
    sink_close(&s);
}

#define MARKS "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@"

static const struct nt_bucket buckets[] = {
    {INT64_MIN, 0, true, false, 1},
    {0, 1, false, false, 0},
    {1, 2, false, false, 20},
    {1024, 2048, false, false, 40},
    {1ll << 62, INT64_MAX, false, true, 4000},
};

static void test_hist(void **state)
{
    static const struct nt_agg_use agg = {.name = "hist(latency)"};
    static const struct nt_table t = {.name = "hist(latency)", .aggs = &agg, .naggs = 1};
    const struct nt_row row = {NULL, (struct nt_value[]){HIST(&nt_type_duration, buckets)}};
    const struct nt_row empty = {
        NULL, (struct nt_value[]){{.shape = NT_SHAPE_HIST, .type = &nt_type_duration}}};
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    show(&s, &(struct nt_rows){&t, &row, 1, 1, NULL, TIME, true});
    show(&s, &(struct nt_rows){&t, &empty, 1, 1, NULL, TIME, true});
    assert_written(&s, "hist(latency)\n"
                       "    (..., 0ns)           1 |@                                       |\n"
                       "    [0ns]                0 |                                        |\n"
                       "    [1ns]               20 |@                                       |\n"
                       "    [1.02us, 2.05us)    40 |@                                       |\n"
                       "    [53376d, ...)     4000 |" MARKS "|\n"
                       "\n"
                       "hist(latency)\n"
                       "    (none)\n"
                       "\n");
    sink_close(&s);
}

static void test_lhist_bounds(void **state)
{
    static const struct nt_bucket narrow[] = {
        {100000000, 100100000, false, false, 1},
        {100100000, 101000000, false, false, 2},
        {101000000, INT64_MAX, false, true, 0},
    };
    static const struct nt_agg_use agg = {.name = "lhist(latency, 100ms, 101ms, 100us)"};
    static const struct nt_table t = {.name = "lh", .aggs = &agg, .naggs = 1};
    struct nt_value v = HIST(&nt_type_duration, narrow);
    const struct nt_row row = {NULL, &v};
    struct sink s;

    (void)state;
    v.hist.exact = true;
    sink_open(&s, "text");
    show(&s, &(struct nt_rows){&t, &row, 1, 1, NULL, TIME, true});
    assert_written(&s, "lh\n"
                       "    [100ms, 100100us)  1 |@@@@@@@@@@@@@@@@@@@@                    |\n"
                       "    [100100us, 101ms)  2 |" MARKS "|\n"
                       "    [101ms, ...)       0 |                                        |\n"
                       "\n");
    sink_close(&s);
}

static void test_mixed(void **state)
{
    static const struct nt_bucket few[] = {{4096, 8192, false, false, 8}};
    static const struct nt_agg_use aggs[] = {
        {.name = "count()"}, {.name = "hist(len)"}, {.name = "avg(len)"}, {.name = "hist(gso)"}};
    static const struct nt_column key[] = {{"dev", &nt_type_ifname, 0, -1},
                                           {"kstack", &nt_type_stack, 2, -1}};
    static const struct nt_table t = {
        .name = "mix", .key = {key, 2, 3, -1}, .aggs = aggs, .naggs = 4};
    const struct nt_value values[] = {COUNT(8), HIST(&nt_type_bytes, few),
                                      REAL(&nt_type_bytes, 84.25), HIST(&nt_type_int, few)};
    const struct nt_row row = {
        (struct nt_value[]){TEXT(&nt_type_ifname, "eth0"), WORD(&nt_type_stack, 7)}, values};
    const struct nt_row others = {NULL, values};
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    show(&s, &(struct nt_rows){&t, &row, 1, 1, &others, TIME, true});
    assert_written(&s, "mix by dev, kstack\n"
                       "dev       count()  avg(len)\n"
                       "eth0            8     84.2B\n"
                       "    kfree_skb+0x1\n"
                       "    ip_rcv+0x22\n"
                       "    hist(len)\n"
                       "        [4KiB, 8KiB)  8 |" MARKS "|\n"
                       "    hist(gso)\n"
                       "        [4096, 8192)  8 |" MARKS "|\n"
                       "(others)        8     84.2B\n"
                       "    hist(len)\n"
                       "        [4KiB, 8KiB)  8 |" MARKS "|\n"
                       "    hist(gso)\n"
                       "        [4096, 8192)  8 |" MARKS "|\n"
                       "\n");
    sink_close(&s);
}

static void test_stack_key(void **state)
{
    static const struct nt_bucket few[] = {{4, 8, false, false, 8}};
    static const struct nt_agg_use agg = {.name = "hist(len)"};
    static const struct nt_column key[] = {{"kstack", &nt_type_stack, 0, -1}};
    static const struct nt_table t = {
        .name = "hist(len)", .key = {key, 1, 1, -1}, .aggs = &agg, .naggs = 1};
    const struct nt_row row = {(struct nt_value[]){WORD(&nt_type_stack, 7)},
                               (struct nt_value[]){HIST(&nt_type_int, few)}};
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    show(&s, &(struct nt_rows){&t, &row, 1, 1, &(struct nt_row){NULL, row.values}, TIME, true});
    assert_written(&s, "hist(len) by kstack\n"
                       "    kfree_skb+0x1\n"
                       "    ip_rcv+0x22\n"
                       "    [4, 8)  8 |" MARKS "|\n"
                       "    (others)\n"
                       "    [4, 8)  8 |" MARKS "|\n"
                       "\n");
    sink_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table), cmocka_unit_test(test_table_of_one),
        cmocka_unit_test(test_stats), cmocka_unit_test(test_quantiles_and_rates),
        cmocka_unit_test(test_hist),  cmocka_unit_test(test_lhist_bounds),
        cmocka_unit_test(test_mixed), cmocka_unit_test(test_stack_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
