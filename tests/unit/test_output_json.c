/* The JSON format, to the letter: docs/json.md is its contract. */
#include "tests/unit/output_fixture.h"

#define STAMP "\"time\":\"2025-11-25T14:27:01.123456789Z\""

static void emit(struct sink *s, const struct nt_record *r, const struct nt_value *values)
{
    const struct nt_event_row row = {
        .record = r, .id = 3, .cpu = 1, .time = TIME, .values = values};

    assert_int_equal(nt_output_event(s->o, &row), 0);
}

/* One row of one column; what its value becomes. */
static void assert_value(struct nt_value v, const char *expected)
{
    const struct nt_column column = {"x", v.type ? v.type : &nt_type_uint, 0, -1};
    const struct nt_record r = {NT_RECORD_EMIT, "rx", {&column, 1, 1, -1}, NULL, 0};
    NT_STR_AUTO line = {0};
    struct sink s;

    sink_open(&s, "json");
    emit(&s, &r, &v);
    nt_str_printf(&line,
                  "{\"type\":\"event\"," STAMP ",\"event\":\"rx\",\"record\":3,\"cpu\":1,"
                  "\"data\":{\"x\":%s}}\n",
                  expected);
    assert_written(&s, line.at);
    sink_close(&s);
}

static void test_values(void **state)
{
    static const struct nt_enumerator names[] = {{"tcp", 6, true}};
    struct nt_arena *arena = nt_arena_new();
    const struct nt_type *proto = nt_type_new_enum(arena, "proto", false, names, 1);

    (void)state;
    assert_value(ABSENT(&nt_type_int), "null");
    assert_value(WORD(&nt_type_int, (uint64_t)INT64_MIN), "-9223372036854775808");
    assert_value(WORD(&nt_type_uint, UINT64_MAX), "18446744073709551615");
    assert_value(WORD(&nt_type_uint, 1ull << 63), "9223372036854775808");
    assert_value(COUNT(UINT64_MAX), "18446744073709551615");
    assert_value(WORD(&nt_type_duration, 5214), "5214");
    assert_value(WORD(&nt_type_bytes, 1572864), "1572864");
    assert_value(WORD(&nt_type_port, 443), "443");
    assert_value(WORD(&nt_type_bool, 1), "true");
    assert_value(WORD(&nt_type_bool, 0), "false");
    assert_value(WORD(proto, 6), "\"tcp\"");
    assert_value(WORD(proto, 7), "\"7\"");
    assert_value(WORD(&nt_type_mac, 0x525400123456), "\"52:54:00:12:34:56\"");
    assert_value(WORD(&nt_type_ksym, 0xffffffff8100001a), "\"tcp_v4_rcv+0x1a\"");
    assert_value(WORD(&nt_type_stack, 7), "[\"kfree_skb+0x1\",\"ip_rcv+0x22\"]");
    assert_value(WORD(&nt_type_stack, 8), "null");
    assert_value(REAL(&nt_type_duration, 5213.25), "5213.25");
    assert_value(REAL(&nt_type_int, 1.0 / 3), "0.333333333333333");
    assert_value(SHARE(0.125), "0.125");
    nt_arena_free(&arena);
}

static void test_escapes(void **state)
{
    (void)state;
    assert_value(TEXT(&nt_type_string, ""), "\"\"");
    assert_value(TEXT(&nt_type_string, "a\"b\\c/"), "\"a\\\"b\\\\c/\"");
    assert_value(TEXT(&nt_type_string, "\b\f\n\r\t\x01\x1f\x7f"),
                 "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\"");
    assert_value(TEXT(&nt_type_string, "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa7"),
                 "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa7\"");
    /* A bad byte, a sequence cut short, an overlong one, a surrogate. */
    assert_value(TEXT(&nt_type_string, "a\xff z"), "\"a\\ufffd z\"");
    assert_value(TEXT(&nt_type_string, "\xe2\x82"), "\"\\ufffd\\ufffd\"");
    assert_value(TEXT(&nt_type_string, "\xc0\xaf"), "\"\\ufffd\\ufffd\"");
    assert_value(TEXT(&nt_type_string, "\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
}

static void test_hist(void **state)
{
    static const struct nt_bucket buckets[] = {
        {INT64_MIN, 0, true, false, 1},
        {1024, 2048, false, false, UINT64_MAX},
        {1ll << 62, INT64_MAX, false, true, 0},
    };
    static const struct nt_bucket top[] = {{INT64_MIN, -1, false, true, 2}};

    (void)state;
    assert_value(HIST(&nt_type_duration, buckets),
                 "[{\"lo\":null,\"hi\":0,\"count\":1},"
                 "{\"lo\":1024,\"hi\":2048,\"count\":18446744073709551615},"
                 "{\"lo\":4611686018427387904,\"hi\":null,\"count\":0}]");
    assert_value(HIST(&nt_type_uint, top),
                 "[{\"lo\":9223372036854775808,\"hi\":null,\"count\":2}]");
    assert_value((struct nt_value){.shape = NT_SHAPE_HIST, .type = &nt_type_int}, "[]");
}

static void test_stats(void **state)
{
    const struct nt_value v = {
        .shape = NT_SHAPE_STATS,
        .type = &nt_type_int,
        .stats = {.count = 4, .sum = -10, .min = -20, .max = 25, .avg = -2.5},
    };

    (void)state;
    assert_value(v, "{\"count\":4,\"sum\":-10,\"avg\":-2.5,\"min\":-20,\"max\":25}");
}

static void test_quantiles_and_rates(void **state)
{
    const struct nt_value v = {
        .shape = NT_SHAPE_QUANTILES,
        .type = &nt_type_duration,
        .quantiles = {1000, {0, 20, 30, 40}, {true, false, false, false}},
    };

    (void)state;
    assert_value(v, "{\"count\":1000,\"p50\":null,\"p90\":20,\"p99\":30,\"p99.9\":40}");
    assert_value((struct nt_value){.shape = NT_SHAPE_RATE, .type = &nt_type_bytes, .real = 2.5},
                 "2.5");
}

static void test_printf(void **state)
{
    static const struct nt_piece pieces[] = {
        {"len \"", 0, 0, NULL}, {NULL, 0, 'd', ""}, {"\"\n", 0, 0, NULL}};
    static const struct nt_record r = {
        .kind = NT_RECORD_PRINTF, .event = "", .pieces = pieces, .npieces = 3};
    static const struct nt_record nothing = {.kind = NT_RECORD_PRINTF, .event = ""};
    struct sink s;

    (void)state;
    sink_open(&s, "json");
    emit(&s, &r, (struct nt_value[]){WORD(&nt_type_int, 98)});
    emit(&s, &nothing, NULL);
    assert_written(&s, "{\"type\":\"printf\"," STAMP ",\"event\":\"\",\"record\":3,\"cpu\":1,"
                       "\"text\":\"len \\\"98\\\"\\n\"}\n"
                       "{\"type\":\"printf\"," STAMP ",\"event\":\"\",\"record\":3,\"cpu\":1,"
                       "\"text\":\"\"}\n");
    sink_close(&s);
}

static void test_table(void **state)
{
    static const struct nt_column key[] = {{"dev", &nt_type_ifname, 0, -1},
                                           {"dport", &nt_type_port, 2, -1}};
    static const struct nt_agg_use aggs[] = {{.name = "count()"}, {.name = "avg(\"x\")"}};
    static const struct nt_table t = {
        .name = "flows", .key = {key, 2, 3, -1}, .aggs = aggs, .naggs = 2};
    const struct nt_row rows[] = {
        {(struct nt_value[]){TEXT(&nt_type_ifname, "eth0"), WORD(&nt_type_port, 22)},
         (struct nt_value[]){COUNT(120), REAL(&nt_type_int, 1.5)}},
        {(struct nt_value[]){TEXT(&nt_type_ifname, "lo"), ABSENT(&nt_type_port)},
         (struct nt_value[]){COUNT(3), ABSENT(&nt_type_int)}},
    };
    const struct nt_row others = {NULL, (struct nt_value[]){COUNT(9), ABSENT(&nt_type_int)}};
    struct sink s;

    (void)state;
    sink_open(&s, "json");
    assert_int_equal(nt_output_table(s.o, &(struct nt_rows){&t, rows, 2, 7, &others, TIME, false}),
                     0);
    assert_written(&s, "{\"type\":\"table\"," STAMP ",\"name\":\"flows\",\"rows\":["
                       "{\"key\":{\"dev\":\"eth0\",\"dport\":22},"
                       "\"values\":{\"count()\":120,\"avg(\\\"x\\\")\":1.5}},"
                       "{\"key\":{\"dev\":\"lo\",\"dport\":null},"
                       "\"values\":{\"count()\":3,\"avg(\\\"x\\\")\":null}}],\"more\":5,"
                       "\"others\":{\"count()\":9,\"avg(\\\"x\\\")\":null},\"final\":false}\n");
    sink_close(&s);
}

static void test_table_without_key(void **state)
{
    static const struct nt_agg_use count = {.name = "count()"};
    static const struct nt_table t = {.name = "count()", .aggs = &count, .naggs = 1};
    const struct nt_row row = {NULL, (struct nt_value[]){COUNT(0)}};
    struct sink s;

    (void)state;
    sink_open(&s, "json");
    assert_int_equal(nt_output_table(s.o, &(struct nt_rows){&t, &row, 1, 1, NULL, TIME, true}), 0);
    assert_int_equal(nt_output_table(s.o, &(struct nt_rows){&t, NULL, 0, 0, NULL, TIME, true}), 0);
    assert_written(&s, "{\"type\":\"table\"," STAMP ",\"name\":\"count()\",\"rows\":["
                       "{\"key\":{},\"values\":{\"count()\":0}}],\"more\":0,\"others\":null,"
                       "\"final\":true}\n"
                       "{\"type\":\"table\"," STAMP ",\"name\":\"count()\",\"rows\":[],"
                       "\"more\":0,\"others\":null,\"final\":true}\n");
    sink_close(&s);
}

static void test_path(void **state)
{
    static const struct nt_path way = {.name = "way"};
    struct sink s;

    (void)state;
    sink_open(&s, "json");
    assert_int_equal(nt_output_path(s.o,
                                    &(struct nt_path_counts){
                                        .path = &way,
                                        .started = 12,
                                        .done = 5,
                                        .lost = 1,
                                        .again = 2,
                                        .joined = 1,
                                        .open = 2,
                                        .evicted = 1,
                                        .late = 3,
                                        .time = TIME,
                                        .final = true,
                                    }),
                     0);
    assert_written(&s, "{\"type\":\"path\"," STAMP ",\"name\":\"way\",\"started\":12,\"done\":5,"
                       "\"lost\":1,\"again\":2,\"joined\":1,\"open\":2,\"evicted\":1,\"late\":3,"
                       "\"final\":true}\n");
    sink_close(&s);
}

static void test_notices(void **state)
{
    static const struct nt_probe probe = {
        .event = "skb_drop", .hook = "raw_tracepoint:kfree_skb", .why = "body"};
    static const uint64_t n[NT_CNT_MAX] = {[NT_CNT_RING_FULL] = 12, [NT_CNT_MISSED] = UINT64_MAX};
    const struct nt_probe_counts counts[] = {{&probe, n, false}, {&probe, n, true}};
    const struct nt_notice ready = {NT_NOTICE_READY, TIME, "1 probe attached", &probe, 1, NULL, 0};
    const struct nt_notice lost = {NT_NOTICE_COUNTERS, TIME, NULL, NULL, 0, counts, 2};
    const struct nt_notice warning = {NT_NOTICE_WARNING, TIME, "no \"x\" here", NULL, 0, NULL, 0};
    struct sink s;

    (void)state;
    sink_open(&s, "json");
    assert_int_equal(nt_output_notice(s.o, &ready), 0);
    assert_int_equal(nt_output_notice(s.o, &warning), 0);
    assert_int_equal(nt_output_notice(s.o, &lost), 0);
#define PROBE "{\"event\":\"skb_drop\",\"hook\":\"raw_tracepoint:kfree_skb\",\"why\":\"body\""
#define COUNTS                                                                                     \
    ",\"ring_full\":12,\"others\":0,\"unparsed\":0,\"no_packet\":0,\"no_start\":0,\"no_return\":"  \
    "0,"                                                                                           \
    "\"held\":0,\"start_full\":0,\"stack\":0,\"state_full\":0,\"missed\":"
    assert_written(&s, "{\"type\":\"ready\"," STAMP
                       ",\"text\":\"1 probe attached\",\"probes\":[" PROBE "}]}\n"
                       "{\"type\":\"warning\"," STAMP ",\"text\":\"no \\\"x\\\" here\"}\n"
                       "{\"type\":\"counters\"," STAMP ",\"probes\":[" PROBE COUNTS
                       "18446744073709551615}," PROBE COUNTS "null}]}\n");
    sink_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_hist),
        cmocka_unit_test(test_stats),
        cmocka_unit_test(test_quantiles_and_rates),
        cmocka_unit_test(test_printf),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_table_without_key),
        cmocka_unit_test(test_path),
        cmocka_unit_test(test_notices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
