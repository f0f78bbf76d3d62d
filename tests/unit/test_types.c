/* Types: text -> words -> text, and what is no text of a type. */
#include "compiler/base/str.h"
#include "compiler/catalog/types.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define UNTOUCHED 0x5555555555555555ull

static void assert_format(const struct nt_type *t, const uint64_t *words, const char *expected)
{
    NT_STR_AUTO out = {0};

    nt_str_puts(&out, "");
    t->format(t, words, &out);
    assert_string_equal(out.at, expected);
}

static void assert_format1(const struct nt_type *t, uint64_t word, const char *expected)
{
    assert_format(t, &word, expected);
}

static void assert_parse1(const struct nt_type *t, const char *text, uint64_t expected)
{
    uint64_t words[NT_MAX_WORDS] = {0};

    assert_int_equal(t->parse(t, text, strlen(text), words), 0);
    assert_true(words[0] == expected);
}

static void assert_refused_n(const struct nt_type *t, const char *text, size_t len)
{
    uint64_t words[NT_MAX_WORDS] = {UNTOUCHED, UNTOUCHED, UNTOUCHED};

    if (t->parse(t, text, len, words) != -EINVAL)
        fail_msg("%s took '%s'", t->name, text);
    for (int i = 0; i < 3; i++)
        assert_true(words[i] == UNTOUCHED);
}

static void assert_refused(const struct nt_type *t, const char *text)
{
    assert_refused_n(t, text, strlen(text));
}

static void assert_round(const struct nt_type *t, const char *text, const char *expected)
{
    uint64_t words[NT_MAX_WORDS] = {0};

    if (t->parse(t, text, strlen(text), words))
        fail_msg("%s refused '%s'", t->name, text);
    assert_format(t, words, expected);
}

static void test_int(void **state)
{
    const struct nt_type *t = &nt_type_int;

    (void)state;
    assert_parse1(t, "0", 0);
    assert_parse1(t, "010", 10);
    assert_parse1(t, "0x1F", 31);
    assert_parse1(t, "0b101", 5);
    assert_parse1(t, "-0x10", (uint64_t)-16);
    assert_round(t, "-9223372036854775808", "-9223372036854775808");
    assert_round(t, "9223372036854775807", "9223372036854775807");
    assert_refused(t, "9223372036854775808");
    assert_refused(t, "-9223372036854775809");
    assert_refused(t, "18446744073709551616");
    assert_refused(t, "0x10000000000000000");
    assert_refused(t, "");
    assert_refused(t, "-");
    assert_refused(t, "--1");
    assert_refused(t, "+1");
    assert_refused(t, " 1");
    assert_refused(t, "1 ");
    assert_refused(t, "12x");
    assert_refused(t, "0x");
    assert_refused(t, "0b2");
    assert_refused(t, "1k");
    assert_refused_n(t, "1\0", 2);
}

static void test_uint(void **state)
{
    const struct nt_type *t = &nt_type_uint;

    (void)state;
    assert_round(t, "18446744073709551615", "18446744073709551615");
    assert_parse1(t, "0xffffffffffffffff", UINT64_MAX);
    assert_format1(t, 1ull << 63, "9223372036854775808");
    assert_refused(t, "18446744073709551616");
    assert_refused(t, "-1");
}

static void test_bool_port_mac(void **state)
{
    (void)state;
    assert_round(&nt_type_bool, "true", "true");
    assert_round(&nt_type_bool, "0", "false");
    assert_refused(&nt_type_bool, "yes");
    assert_refused(&nt_type_bool, "tru");
    assert_refused(&nt_type_bool, "");

    assert_round(&nt_type_port, "0", "0");
    assert_round(&nt_type_port, "65535", "65535");
    assert_refused(&nt_type_port, "65536");
    assert_refused(&nt_type_port, "-1");
    assert_refused(&nt_type_port, "http");

    assert_parse1(&nt_type_mac, "52:54:00:12:34:56", 0x525400123456);
    assert_round(&nt_type_mac, "FF:ff:ff:FF:ff:00", "ff:ff:ff:ff:ff:00");
    assert_refused(&nt_type_mac, "52:54:00:12:34:5");
    assert_refused(&nt_type_mac, "52:54:00:12:34:5g");
    assert_refused(&nt_type_mac, "52-54-00-12-34-56");
    assert_refused(&nt_type_mac, "52:54:00:12:34:56:78");
}

static void test_duration(void **state)
{
    const struct nt_type *t = &nt_type_duration;

    (void)state;
    assert_parse1(t, "250ns", 250);
    assert_parse1(t, "10us", 10000);
    assert_parse1(t, "5ms", 5000000);
    assert_parse1(t, "1.5s", 1500000000);
    assert_parse1(t, "2m", 120000000000);
    assert_parse1(t, "1h", 3600000000000);
    assert_parse1(t, "1d", 86400000000000);
    assert_parse1(t, "1.9ns", 1);
    assert_parse1(t, "9223372036854775807ns", INT64_MAX);
    assert_refused(t, "9223372036854775808ns");
    assert_refused(t, "106752d");
    assert_refused(t, "5");
    assert_refused(t, "5 ms");
    assert_refused(t, "5MS");
    assert_refused(t, ".5s");
    assert_refused(t, "5.s");
    assert_refused(t, "-5s");
    assert_refused(t, "1.0000000000000000000s");
    assert_refused(t, "s");

    assert_format1(t, 0, "0ns");
    assert_format1(t, 812, "812ns");
    assert_format1(t, 5214, "5.21us");
    assert_format1(t, 1300000, "1.3ms");
    assert_format1(t, 2050000000, "2.05s");
    assert_format1(t, 12340, "12.3us");
    assert_format1(t, 123456, "123us");
    assert_format1(t, 999, "999ns");
    assert_format1(t, 999499, "999us");
    assert_format1(t, 999700, "1ms");
    assert_format1(t, 9996, "10us");
    assert_format1(t, 90000000000, "1.5m");
    assert_format1(t, 7200000000000, "2h");
    assert_format1(t, INT64_MAX, "106752d");
    assert_format1(t, (uint64_t)-5214, "-5.21us");
    assert_format1(t, (uint64_t)INT64_MIN, "-106752d");
}

static void test_bytes(void **state)
{
    const struct nt_type *t = &nt_type_bytes;

    (void)state;
    assert_parse1(t, "1500", 1500);
    assert_parse1(t, "1500B", 1500);
    assert_parse1(t, "64KiB", 65536);
    assert_parse1(t, "1kB", 1000);
    assert_parse1(t, "1.5MiB", 1572864);
    assert_parse1(t, "1TiB", 1ull << 40);
    assert_refused(t, "8388608TiB");
    assert_refused(t, "64Ki");
    assert_refused(t, "64 KiB");

    assert_format1(t, 0, "0B");
    assert_format1(t, 1500, "1500B");
    assert_format1(t, 10239, "10239B");
    assert_format1(t, 10241, "10KiB");
    assert_format1(t, 1024, "1KiB");
    assert_format1(t, 65536, "64KiB");
    assert_format1(t, 1572864, "1.5MiB");
    assert_format1(t, (1 << 20) - 1, "1MiB");
    assert_format1(t, 1000 * 1024, "1000KiB");
    assert_format1(t, INT64_MAX, "8EiB");
    assert_format1(t, (uint64_t)-14, "-14B");
}

static void test_ip(void **state)
{
    const struct nt_type *t = &nt_type_ip;
    uint64_t words[2];

    (void)state;
    assert_int_equal(t->parse(t, "10.0.0.2", 8, words), 0);
    assert_true(words[0] == 0 && words[1] == 0xffff0a000002);
    assert_int_equal(t->parse(t, "fe80::1", 7, words), 0);
    assert_true(words[0] == 0xfe80000000000000 && words[1] == 1);
    assert_round(t, "10.0.0.2", "10.0.0.2");
    assert_round(t, "255.255.255.255", "255.255.255.255");
    assert_round(t, "::ffff:10.0.0.1", "10.0.0.1");
    assert_round(t, "2001:DB8:0:0:0:0:0:1", "2001:db8::1");
    assert_round(t, "::", "::");
    assert_refused(t, "10.0.0");
    assert_refused(t, "10.0.0.256");
    assert_refused(t, "fe80::1%eth0");
    assert_refused(t, "");
    assert_refused(t, "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa");
    assert_refused_n(t, "10.0.0.1\0x", 10);
}

static void test_cidr(void **state)
{
    const struct nt_type *t = &nt_type_cidr;
    uint64_t words[3];

    (void)state;
    assert_int_equal(t->parse(t, "10.0.0.5/8", 10, words), 0);
    assert_true(words[0] == 0 && words[1] == 0xffff0a000000 && words[2] == 104);
    assert_round(t, "10.0.0.5/8", "10.0.0.0/8");
    assert_round(t, "10.0.0.5", "10.0.0.5/32");
    assert_round(t, "0.0.0.0/0", "0.0.0.0/0");
    assert_round(t, "2001:db8::1", "2001:db8::1/128");
    assert_round(t, "2001:db8:1:2:3::/64", "2001:db8:1:2::/64");
    assert_round(t, "2001:db8::/32", "2001:db8::/32");
    assert_round(t, "::ffff:10.0.0.0/104", "10.0.0.0/8");
    assert_round(t, "ffff::/1", "8000::/1");
    assert_round(t, "::1/0", "::/0");
    assert_refused(t, "10.0.0.0/33");
    assert_refused(t, "::/129");
    assert_refused(t, "10.0.0.0/");
    assert_refused(t, "10.0.0.0/-1");
    assert_refused(t, "10.0.0.0/255.0.0.0");
    assert_refused(t, "/8");
}

static void test_text(void **state)
{
    const struct nt_type *t = &nt_type_ifname;
    struct nt_arena *arena = nt_arena_new();
    const struct nt_type *comm = nt_type_new_string(arena, 2);
    uint64_t words[NT_MAX_WORDS];

    (void)state;
    assert_round(t, "eth0", "eth0");
    assert_round(t, "123456789012345", "123456789012345");
    assert_refused(t, "1234567890123456");
    assert_refused(t, "");
    assert_refused(t, "a/b");
    assert_refused(t, "a b");
    assert_refused_n(t, "a\0b", 3);

    assert_int_equal(comm->words, 2);
    assert_round(comm, "", "");
    assert_round(comm, "1234567890123456", "1234567890123456"); /* no NUL left */
    assert_refused(comm, "12345678901234567");
    memset(words, 'x', sizeof(words));
    assert_int_equal(comm->parse(comm, "ab", 2, words), 0);
    assert_memory_equal(words, "ab\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    assert_memory_equal(words + 2, "xxxxxxxx", 8);
    nt_arena_free(&arena);
}

static const struct nt_enumerator protos[] = {
    {"tcp", 6, true},
    {"udp", 17, true},
    {"Odd", -3, true},
    {"gone", 99, false},
};

static void test_enum(void **state)
{
    struct nt_arena *arena = nt_arena_new();
    const struct nt_type *t = nt_type_new_enum(arena, "proto", false, protos, 4);
    struct nt_type hex = *t;

    (void)state;
    hex.hex = true;
    assert_parse1(t, "tcp", 6);
    assert_parse1(t, "UDP", 17);
    assert_parse1(t, "odd", (uint64_t)-3);
    assert_parse1(t, "47", 47);
    assert_refused(t, "tc");
    assert_refused(t, "tcpx");
    assert_refused(t, "gone");
    assert_format1(t, 6, "tcp");
    assert_format1(t, (uint64_t)-3, "Odd");
    assert_format1(t, 99, "99"); /* the running kernel has no such name */
    assert_format1(t, (uint64_t)-7, "-7");
    assert_format1(&hex, 0x88cc, "0x88cc");
    assert_ptr_equal(nt_enum_find(t, "udp and more", 3), &protos[1]);
    assert_null(nt_enum_find(t, "sctp", 4));
    nt_arena_free(&arena);
}

static void test_flags(void **state)
{
    static const struct nt_enumerator status[] = {
        {"expected", 1, true},
        {"seen_reply", 2, true},
        {"assured", 4, true},
        {"gone", 8, false},
    };
    struct nt_arena *arena = nt_arena_new();
    const struct nt_type *t = nt_type_new_enum(arena, "ct_status", true, status, 4);

    (void)state;
    assert_parse1(t, "seen_reply|assured", 6);
    assert_parse1(t, "assured|0x40", 0x44);
    assert_parse1(t, "0", 0);
    assert_refused(t, "assured|");
    assert_refused(t, "|assured");
    assert_refused(t, "gone");
    assert_refused(t, "");
    assert_format1(t, 6, "seen_reply|assured");
    assert_format1(t, 0, "0");
    assert_format1(t, 0x41, "expected|0x40");
    assert_format1(t, 8, "0x8");
    assert_format1(t, 1ull << 63, "0x8000000000000000");
    nt_arena_free(&arena);
}

static void test_identities(void **state)
{
    (void)state;
    assert_format1(&nt_type_packet, 0x1f, "000000000000001f");
    assert_format1(&nt_type_exchange, UINT64_MAX, "ffffffffffffffff");
    assert_format1(&nt_type_buffer, 0xffff888100cda6c0, "0xffff888100cda6c0");
    assert_null(nt_type_packet.parse);
}

static uint64_t flow_word(uint64_t sport, uint64_t dport, uint64_t proto, uint64_t tag)
{
    return sport << 48 | dport << 32 | proto << 16 | tag;
}

static void test_flow(void **state)
{
    const uint64_t a = 0xffff0a000001, b = 0xffff0a000002, db8 = 0x20010db800000000;
    const struct nt_type *t = &nt_type_flow;

    (void)state;
    assert_null(t->parse);
    assert_format(t, (uint64_t[]){0, a, 0, b, flow_word(80, 4242, 6, NT_FLOW_IP)},
                  "10.0.0.1:80 > 10.0.0.2:4242 tcp");
    assert_format(t, (uint64_t[]){0, a, 0, b, flow_word(65535, 0, 132, NT_FLOW_IP)},
                  "10.0.0.1:65535 > 10.0.0.2:0 sctp");
    assert_format(t, (uint64_t[]){0, a, 0, b, flow_word(0, 0, 1, NT_FLOW_IP)},
                  "10.0.0.1 > 10.0.0.2 icmp");
    assert_format(t, (uint64_t[]){0, a, 0, b, flow_word(0, 0, 253, NT_FLOW_IP)},
                  "10.0.0.1 > 10.0.0.2 253");
    assert_format(t, (uint64_t[]){0, a, 0, b, flow_word(0, 0, 17, NT_FLOW_IP)},
                  "10.0.0.1 > 10.0.0.2 udp");
    assert_format(t, (uint64_t[]){db8, 1, db8, 2, flow_word(53, 5353, 17, NT_FLOW_IP)},
                  "[2001:db8::1]:53 > [2001:db8::2]:5353 udp");
    assert_format(t, (uint64_t[]){db8, 1, db8, 2, flow_word(0, 0, 58, NT_FLOW_IP)},
                  "2001:db8::1 > 2001:db8::2 icmp6");
    assert_format(t, (uint64_t[]){0x525400123456, 0, 0xffffffffffff, 0, 0x806 << 16 | NT_FLOW_ETH},
                  "52:54:00:12:34:56 > ff:ff:ff:ff:ff:ff arp");
    assert_format(t, (uint64_t[]){1, 0, 2, 0, 0x88b5ull << 16 | NT_FLOW_ETH},
                  "00:00:00:00:00:01 > 00:00:00:00:00:02 0x88b5");
    assert_format(t, (uint64_t[]){0, 0, 0, 0, 0}, "-");
}

static void test_rows(void **state)
{
    struct nt_arena *arena = nt_arena_new();
    const struct nt_type *pointer = nt_type_new_pointer(arena, "sk_buff", 42);

    (void)state;
    for (const struct nt_type *const *t = nt_types; *t; t++) {
        assert_ptr_equal(nt_type_find((*t)->name), *t);
        assert_non_null((*t)->doc);
        assert_non_null((*t)->format);
        assert_in_range((*t)->words, 1, NT_MAX_WORDS);
    }
    assert_null(nt_type_find("scope"));
    assert_null(nt_type_find(""));
    assert_int_equal(pointer->btf_id, 42);
    assert_format1(pointer, 0xffff888000001000, "0xffff888000001000");
    nt_arena_free(&arena);
}

/* What stages take fits half a word: exact up to two seconds, then to a microsecond. */
static void test_hops(void **state)
{
    static const struct nt_enumerator names[] = {
        {"tap", 0, true}, {"ovs", 1, true}, {"nic", 2, true}};
    static const uint64_t times[] = {0,          1,          1000,           0x7ffffffe,
                                     0x7fffffff, 3000000000, 60000000000000, UINT64_MAX};
    struct nt_arena *a = nt_arena_new();
    const struct nt_type *t = nt_type_new_hops(a, names, 3);
    uint64_t words[2] = {nt_hop_pack(0), nt_hop_pack(20000000)};
    NT_STR_AUTO text = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        uint64_t half = nt_hop_pack(times[i]), back = nt_hop_unpack(half);

        assert_true(half != 0 && half <= UINT32_MAX);
        if (times[i] < NT_HOP_MAX)
            assert_int_equal(back, times[i]);
        else if (times[i] < NT_HOP_MAX << 10)
            assert_true(back <= times[i] && times[i] - back < 1024);
        else
            assert_int_equal(back, NT_HOP_MAX << 10);
    }
    assert_int_equal(t->words, 2);
    t->format(t, words, &text);
    assert_string_equal(text.at, "tap > nic 20ms");
    nt_str_clear(&text);
    words[0] |= nt_hop_pack(1500) << 32;
    words[1] = 0;
    t->format(t, words, &text);
    assert_string_equal(text.at, "tap > ovs 1.5us");
    nt_arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hops),
        cmocka_unit_test(test_int),
        cmocka_unit_test(test_uint),
        cmocka_unit_test(test_duration),
        cmocka_unit_test(test_bool_port_mac),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_ip),
        cmocka_unit_test(test_cidr),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_enum),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_flow),
        cmocka_unit_test(test_identities),
        cmocka_unit_test(test_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
