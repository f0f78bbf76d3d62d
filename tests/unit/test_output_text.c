/* The text format, to the letter. */
#include "tests/unit/output_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

static const struct nt_column drop_columns[] = {
    {"dev", &nt_type_ifname, 0, -1},
    {"len", &nt_type_int, 2, -1},
    {"latency", &nt_type_duration, 3, 0},
    {"kstack", &nt_type_stack, 4, -1},
};
static const struct nt_record drop_record = {
    .kind = NT_RECORD_EMIT,
    .event = "skb_drop",
    .body = {drop_columns, 4, 6, 5},
};

static void emit(struct sink *s, const struct nt_record *r, const struct nt_value *values)
{
    const struct nt_event_row row = {.record = r, .time = TIME, .values = values};

    assert_int_equal(nt_output_event(s->o, &row), 0);
}

static void test_events(void **state)
{
    static const struct nt_column symbol[] = {{"location", &nt_type_ksym, 0, -1}};
    static const struct nt_record other = {NT_RECORD_EMIT, "rx", {symbol, 1, 1, -1}, NULL, 0};
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    emit(&s, &drop_record,
         (struct nt_value[]){TEXT(&nt_type_ifname, "eth0"), WORD(&nt_type_int, 98),
                             WORD(&nt_type_duration, 5214), WORD(&nt_type_stack, 7)});
    emit(&s, &drop_record,
         (struct nt_value[]){TEXT(&nt_type_ifname, "veth-long"), WORD(&nt_type_int, 1500),
                             ABSENT(&nt_type_duration), WORD(&nt_type_stack, 8)});
    emit(&s, &drop_record,
         (struct nt_value[]){TEXT(&nt_type_ifname, "lo"), WORD(&nt_type_int, (uint64_t)-1),
                             WORD(&nt_type_duration, 1), ABSENT(&nt_type_stack)});
    emit(&s, &other, (struct nt_value[]){WORD(&nt_type_ksym, 0xffffffff8100001a)});
    emit(&s, &drop_record,
         (struct nt_value[]){TEXT(&nt_type_ifname, ""), WORD(&nt_type_int, 2),
                             WORD(&nt_type_duration, 1), ABSENT(&nt_type_stack)});
    assert_written(&s, "time             dev   len  latency\n"
                       "14:27:01.123456  eth0   98   5.21us\n"
                       "        kfree_skb+0x1\n"
                       "        ip_rcv+0x22\n"
                       "14:27:01.123456  veth-long  1500        -\n"
                       "        -\n"
                       "14:27:01.123456  lo           -1      1ns\n"
                       "        -\n"
                       "time             location\n"
                       "14:27:01.123456  tcp_v4_rcv+0x1a\n"
                       "time             dev         len  latency\n"
                       "14:27:01.123456                2      1ns\n"
                       "        -\n");
    sink_close(&s);
}

static void test_hostile_text(void **state)
{
    static const struct nt_column columns[] = {
        {"comm", &nt_type_string, 0, -1},
        {"n", &nt_type_int, 8, -1},
    };
    static const struct nt_record r = {NT_RECORD_EMIT, "rx", {columns, 2, 9, -1}, NULL, 0};
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    emit(&s, &r,
         (struct nt_value[]){TEXT(&nt_type_string, "\x1b[2J\n\xff"), WORD(&nt_type_int, 1)});
    emit(&s, &r,
         (struct nt_value[]){TEXT(&nt_type_string, "gr\xc3\xbc\xc3\x9f"), WORD(&nt_type_int, 2)});
    assert_written(&s, "time             comm             n\n"
                       "14:27:01.123456  \\x1b[2J\\x0a\\xff  1\n"
                       "14:27:01.123456  gr\xc3\xbc\xc3\x9f             2\n");
    sink_close(&s);
}

static void test_printf(void **state)
{
    static const struct nt_piece pieces[] = {
        {"len=", 0, 0, NULL}, {NULL, 0, 'd', "5"},  {"|", 0, 0, NULL},       {NULL, 0, 'x', "#08"},
        {"|", 0, 0, NULL},    {NULL, 1, 's', "-8"}, {"|\n", 0, 0, NULL},     {NULL, 2, 's', ""},
        {"|", 0, 0, NULL},    {NULL, 3, 'd', "06"}, {"|", 0, 0, NULL},       {NULL, 0, 'c', NULL},
        {"|", 0, 0, NULL},    {NULL, 4, 's', ".2"}, {"\x1b[0m", 0, 0, NULL}, {NULL, 5, 's', ""},
    };
    static const struct nt_record r = {
        .kind = NT_RECORD_PRINTF, .event = "", .pieces = pieces, .npieces = 16};
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    emit(&s, &r,
         (struct nt_value[]){WORD(&nt_type_int, 65), WORD(&nt_type_duration, 5000),
                             WORD(&nt_type_bool, 1), ABSENT(&nt_type_int),
                             TEXT(&nt_type_string, "abc"), WORD(&nt_type_stack, 7)});
    assert_written(&s, "len=   65|0x000041|5us     |\n"
                       "true|     -|A|ab\x1b[0m\n"
                       "    kfree_skb+0x1\n"
                       "    ip_rcv+0x22");
    sink_close(&s);
}

static void test_printf_width(void **state)
{
    static const struct nt_piece pieces[] = {{NULL, 0, 'd', "99999999999999999999"},
                                             {NULL, 0, 'd', "%n"}};
    static const struct nt_record r = {
        .kind = NT_RECORD_PRINTF, .event = "", .pieces = pieces, .npieces = 2};
    struct sink s;
    char expected[1024];

    (void)state;
    sink_open(&s, "text");
    emit(&s, &r, (struct nt_value[]){WORD(&nt_type_int, 1)});
    snprintf(expected, sizeof(expected), "%1000d1", 1);
    assert_written(&s, expected);
    sink_close(&s);
}

/* Text of a notice on the second stream; the results stay clean. */
static void test_notices(void **state)
{
    static const struct nt_probe probe = {.event = "skb_drop", .hook = "h", .why = "body"};
    static const uint64_t n[NT_CNT_MAX] = {[NT_CNT_RING_FULL] = 12, [NT_CNT_HELD] = 1};
    const struct nt_probe_counts counts = {&probe, n, false};
    char *said = NULL;
    size_t size = 0;
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    s.o->options.err = open_memstream(&said, &size);
    assert_int_equal(
        nt_output_notice(s.o, &(struct nt_notice){NT_NOTICE_READY, TIME, "1 probe attached", &probe,
                                                  1, NULL, 0}),
        0);
    assert_int_equal(nt_output_notice(s.o, &(struct nt_notice){NT_NOTICE_COUNTERS, TIME, NULL, NULL,
                                                               0, &counts, 1}),
                     0);
    fclose(s.o->options.err);
    assert_string_equal(said, "ntrace: 1 probe attached\n"
                              "ntrace: skb_drop: rows lost, the ring was full: 12\n"
                              "ntrace: skb_drop: held back by limit or sample: 1\n");
    free(said);
    assert_written(&s, "");
    sink_close(&s);
}

static const struct nt_piece hello_piece = {"hello\n", 0, 0, NULL};
static const struct nt_record hello = {
    .kind = NT_RECORD_PRINTF, .event = "", .pieces = &hello_piece, .npieces = 1};
static const struct nt_event_row hello_row = {.record = &hello};

static struct nt_output *open_on(int fd)
{
    struct nt_output *o = NULL;

    assert_int_equal(
        nt_output_open(&o, nt_format_find("text"), &(struct nt_output_options){.fd = fd}), 0);
    return o;
}

static void test_full_disk(void **state)
{
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct nt_output *o = open_on(fd);
    int err = 0;

    (void)state;
    assert_int_not_equal(fd, -1);
    assert_int_equal(nt_output_event(o, &hello_row), 0); /* waits in the buffer */
    assert_int_equal(nt_output_flush(o), -ENOSPC);
    assert_int_equal(nt_output_event(o, &hello_row), -ENOSPC); /* and stays said */
    nt_output_close(&o);

    o = open_on(fd); /* without a flush it is noticed as well */
    for (int i = 0; i < 100000 && !err; i++)
        err = nt_output_event(o, &hello_row);
    assert_int_equal(err, -ENOSPC);
    nt_output_close(&o);
    nt_output_close(&o);
    close(fd);
}

static void test_closed_pipe(void **state)
{
    int fd[2];
    struct nt_output *o;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
    close(fd[0]);
    o = open_on(fd[1]);
    nt_output_event(o, &hello_row);
    assert_int_equal(nt_output_flush(o), -EPIPE);
    nt_output_close(&o);
    close(fd[1]);
}

static void test_path(void **state)
{
    static const struct nt_path way = {.name = "way"};
    struct nt_path_counts counts = {.path = &way, .started = 3, .done = 1, .open = 2};
    struct sink s;

    (void)state;
    sink_open(&s, "text");
    assert_int_equal(nt_output_path(s.o, &counts), 0);
    counts.late = 1;
    assert_int_equal(nt_output_path(s.o, &counts), 0);
    assert_written(&s, "path way: 3 started = 1 done + 0 lost + 0 again + 0 joined + 2 open + "
                       "0 evicted\n"
                       "path way: 3 started = 1 done + 0 lost + 0 again + 0 joined + 2 open + "
                       "0 evicted (1 late)\n");
    sink_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),      cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_printf),      cmocka_unit_test(test_printf_width),
        cmocka_unit_test(test_notices),     cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_closed_pipe), cmocka_unit_test(test_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
