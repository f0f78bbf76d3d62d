/* Values of bytes, printed: plain, by offsets, by attributes; cut short, malformed, nested. */
#include "compiler/base/str.h"
#include "compiler/catalog/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct nt_type inner_type = {.kind = NT_KIND_HEX}, plain = {.kind = NT_KIND_HEX};
static const struct nt_part inner_parts[] = {
    {"src", 0, NT_PART_IP4, 4, &nt_type_ip},
    {"port", 4, NT_PART_WIRE, 2, &nt_type_port},
    {"who", 6, NT_PART_WIRE, 6, &nt_type_mac},
};
static struct nt_type own_type = {.kind = NT_KIND_HEX};
static const struct nt_part own_parts[] = {
    {"half", 0, NT_PART_HOST, 2, &nt_type_int},
    {"word", 2, NT_PART_HOST, 4, &nt_type_int},
};
static const struct nt_parts own = {"own", false, own_parts, 2, 6};
static const struct nt_parts inner = {"inner", false, inner_parts, 3, 12};
static struct nt_type outer_type = {.kind = NT_KIND_HEX};
static const struct nt_part outer_parts[] = {
    {"mtu", 4, NT_PART_HOST, 0, &nt_type_int},   {"name", 3, NT_PART_TEXT, 0, &nt_type_string},
    {"flag", 5, NT_PART_NONE, 0, &nt_type_bool}, {"inner", 6, NT_PART_BYTES, 0, &inner_type},
    {"again", 7, NT_PART_BYTES, 0, &outer_type}, {"hex", 8, NT_PART_BYTES, 0, &plain},
};
static const struct nt_parts outer = {"outer", true, outer_parts, 6, 0};

static int set_up(void **state)
{
    (void)state;
    inner_type = nt_type_hex;
    inner_type.parts = &inner;
    outer_type = nt_type_hex;
    outer_type.parts = &outer;
    own_type = nt_type_hex;
    own_type.parts = &own;
    plain = nt_type_hex;
    return 0;
}

/* len bytes are kept of all. */
static void assert_prints(const struct nt_type *t, const void *bytes, uint32_t len, uint32_t all,
                          const char *expected)
{
    uint64_t kept[64] = {len | (uint64_t)all << 32};
    NT_STR_AUTO out = {0};

    memcpy(kept + 1, bytes, len);
    t->format(t, kept, &out);
    assert_string_equal(out.at, expected);
}

static void test_plain(void **state)
{
    (void)state;
    assert_prints(&plain, "\x00\x0a\xff", 3, 3, "000aff");
    assert_prints(&plain, "\x00\x0a\xff", 3, 10, "000aff...+7");
    assert_prints(&plain, "", 0, 0, "empty");
}

static void test_offsets(void **state)
{
    static const char bytes[] = "\x0a\x00\x00\x02\x01\xbb\x02\x00\x00\x00\x00\x07";

    (void)state;
    assert_prints(&inner_type, bytes, 12, 12, "src=10.0.0.2,port=443,who=02:00:00:00:00:07");
    assert_prints(&inner_type, bytes, 11, 11, "src=10.0.0.2,port=443,who=-");
    assert_prints(&inner_type, bytes, 3, 3, "src=-,port=-,who=-");
    assert_prints(&own_type, "\x01\x02\x01\x00\x00\x00\x09", 6, 6, "half=513,word=1");
    assert_prints(&own_type, "\x01\x02\x01\x00\x00\x00", 5, 5, "half=513,word=-");
}

static void test_attributes(void **state)
{
    static const char bytes[] = "\x08\x00\x04\x00\x78\x05\x00\x00" /* mtu 1400 */
                                "\x06\x00\x04\x00\x01\x00\x00\x00" /* mtu, two bytes */
                                "\x04\x00\x05\x00"                 /* flag */
                                "\x07\x00\x03\x00\x61\x1b\x62\x00" /* name, with an escape */
                                "\x06\x00\x28\x00\x0a\x0b\x00\x00" /* 40 */
                                "\x0a\x00\x06\x80\x0a\x00\x00\x02\x01\xbb\x00\x00" /* nested */
                                "\x10\x00\x07\x00\x08\x00\x04\x00\x05\x00\x00\x00\x01\x02\x03\x04"
                                "\x07\x00\x08\x00\x01\x02\x03"; /* not filled up */

    (void)state;
    assert_prints(&outer_type, bytes, sizeof(bytes) - 1, sizeof(bytes) - 1,
                  "mtu(1400),mtu(1),flag,name(a\\x1bb),#40(0a0b),"
                  "inner(src=10.0.0.2,port=443,who=-),again(mtu(5),rest(01020304)),hex(010203)");
}

static void test_malformed(void **state)
{
    (void)state;
    assert_prints(&outer_type, "\x03\x00\x04\x00\x01", 5, 5, "rest(0300040001)");
    assert_prints(&outer_type, "\x40\x00\x04\x00\x01", 5, 5, "rest(4000040001)");
    assert_prints(&outer_type, "\x04\x00\x04\x00\x01", 5, 5, "mtu(-),rest(01)");
    assert_prints(&outer_type, "\x01", 1, 1, "rest(01)");
}

/* Each level is the next one's payload: more of them than anyone nests. */
static void test_deep(void **state)
{
    uint8_t bytes[200];
    uint64_t kept[64] = {sizeof(bytes) | sizeof(bytes) << 32};
    NT_STR_AUTO out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i += 4) {
        bytes[i] = (uint8_t)(sizeof(bytes) - i);
        bytes[i + 1] = bytes[i + 3] = 0;
        bytes[i + 2] = 7;
    }
    memcpy(kept + 1, bytes, sizeof(bytes));
    outer_type.format(&outer_type, kept, &out);
    assert_non_null(strstr(out.at, "again(again("));
    assert_non_null(strstr(out.at, "000700")); /* deeper down, plain bytes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),      cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_attributes), cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_deep),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
