/* The metrics format, to the letter. */
#include "tests/unit/output_fixture.h"

static const struct nt_column key[] = {{"reason", &nt_type_string, 0, -1},
                                       {"2 dev", &nt_type_ifname, 8, -1}};

static void print(struct sink *s, const struct nt_table *table, const struct nt_row *row,
                  const struct nt_row *others)
{
    const struct nt_rows rows = {
        .table = table, .row = row, .n = 1, .total = 1, .others = others, .time = TIME};

    assert_int_equal(nt_output_table(s->o, &rows), 0);
}

static void test_keys_are_labels(void **state)
{
    const struct nt_agg_use aggs[] = {
        {.agg = nt_agg_find("count"), .name = "count()"},
        {.agg = nt_agg_find("avg"), .name = "avg(latency)", .type = &nt_type_duration}};
    const struct nt_table table = {.name = "drops",
                                   .named = true,
                                   .key = {.columns = key, .ncolumns = 2, .words = 10},
                                   .aggs = aggs,
                                   .naggs = 2};
    const struct nt_value names[] = {TEXT(&nt_type_string, "a\"b\\c"),
                                     TEXT(&nt_type_ifname, "eth0")};
    const struct nt_row row = {names,
                               (struct nt_value[]){COUNT(7), REAL(&nt_type_duration, 2.5e6)}};
    const struct nt_row others = {NULL, (struct nt_value[]){COUNT(3), ABSENT(&nt_type_duration)}};
    struct sink s;

    (void)state;
    sink_open(&s, "metrics");
    print(&s, &table, &row, &others);
    assert_written(&s, "ntrace_drops_count{reason=\"a\\\"b\\\\c\",_2_dev=\"eth0\"} 7\n"
                       "ntrace_drops_count{reason=\"(others)\",_2_dev=\"\"} 3\n"
                       "ntrace_drops_avg_latency_seconds{reason=\"a\\\"b\\\\c\",_2_dev=\"eth0\"} "
                       "0.0025\n");
    sink_close(&s);
}

static void assert_lines(const char *agg, struct nt_value value, const char *expected)
{
    const struct nt_agg_use use = {.agg = nt_agg_find(agg), .name = agg, .type = value.type};
    const struct nt_table table = {.name = agg, .aggs = &use, .naggs = 1};
    const struct nt_row row = {NULL, &value};
    struct sink s;

    sink_open(&s, "metrics");
    print(&s, &table, &row, NULL);
    assert_written(&s, expected);
    sink_close(&s);
}

static void test_values_of_several_numbers(void **state)
{
    static const struct nt_bucket buckets[] = {
        {.lo = 64, .hi = 128, .count = 5},
        {.lo = 128, .hi = 256, .count = 0},
        {.lo = 256, .hi = INT64_MAX, .open_hi = true, .count = 2},
    };
    const struct nt_value quantiles = {
        .shape = NT_SHAPE_QUANTILES,
        .type = &nt_type_int,
        .quantiles = {100, {0, 10, 20, 30}, {true, false, false, false}},
    };
    const struct nt_value stats = {
        .shape = NT_SHAPE_STATS, .type = &nt_type_int, .stats = {4, -8, -5, 1, -2}};
    const struct nt_value rate = {.shape = NT_SHAPE_RATE, .type = &nt_type_bytes, .real = 1e6};

    (void)state;
    assert_lines("hist", HIST(&nt_type_bytes, buckets),
                 "ntrace_hist_bucket{le=\"127\"} 5\nntrace_hist_bucket{le=\"255\"} 5\n"
                 "ntrace_hist_bucket{le=\"+Inf\"} 7\nntrace_hist_count 7\n");
    assert_lines("quantiles", quantiles,
                 "ntrace_quantiles{quantile=\"0.9\"} 10\nntrace_quantiles{quantile=\"0.99\"} 20\n"
                 "ntrace_quantiles{quantile=\"0.999\"} 30\nntrace_quantiles_count 100\n");
    assert_lines("stats", stats,
                 "ntrace_stats_count 4\nntrace_stats_sum -8\nntrace_stats_min -5\n"
                 "ntrace_stats_max 1\n");
    assert_lines("rate", rate, "ntrace_rate 1000000\n");
    assert_lines("avg", SHARE(0.125), "ntrace_avg 0.125\n");
}

/* A file holds the newest report, also where the one before was longer. */
static void test_a_report_takes_the_place_of_the_last(void **state)
{
    const struct nt_agg_use use = {.agg = nt_agg_find("count"), .name = "count()"};
    const struct nt_table table = {.name = "count()", .aggs = &use, .naggs = 1};
    const struct nt_row many = {NULL, (struct nt_value[]){COUNT(123456)}};
    const struct nt_row few = {NULL, (struct nt_value[]){COUNT(1)}};
    struct sink s;

    (void)state;
    sink_open(&s, "metrics");
    print(&s, &table, &many, NULL);
    print(&s, &table, &many, NULL);
    assert_int_equal(nt_output_flush(s.o), 0);
    assert_int_equal(nt_output_flush(s.o), 0); /* nothing new: it stays */
    print(&s, &table, &few, NULL);
    assert_written(&s, "ntrace_count 1\n");
    sink_close(&s);
}

static void test_counters(void **state)
{
    const struct nt_probe probe = {.event = "rx", .hook = "raw_tracepoint:x", .why = "body"};
    const uint64_t n[NT_CNT_MAX] = {[NT_CNT_OTHERS] = 5};
    const struct nt_probe_counts counts = {&probe, n, false};
    const struct nt_notice notice = {
        .kind = NT_NOTICE_COUNTERS, .time = TIME, .counts = &counts, .ncounts = 1};
    char *line;
    struct sink s;

    (void)state;
    sink_open(&s, "metrics");
    assert_int_equal(nt_output_notice(s.o, &notice), 0);
    line = strstr(s.o->text.at, "ntrace_others_total");
    assert_non_null(line);
    line[strcspn(line, "\n")] = '\0';
    assert_string_equal(line, "ntrace_others_total{probe=\"0\",event=\"rx\","
                              "hook=\"raw_tracepoint:x\",why=\"body\"} 5");
    sink_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_are_labels),
        cmocka_unit_test(test_values_of_several_numbers),
        cmocka_unit_test(test_a_report_takes_the_place_of_the_last),
        cmocka_unit_test(test_counters),
    };

    return cmocka_run_group_tests_name("output_metrics", tests, NULL, NULL);
}
