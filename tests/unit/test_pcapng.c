/* Packets in a pcapng file, byte by byte. */
#include "runtime/pcapng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TIME 0x0123456789abcdefull

static const struct nt_record record = {.kind = NT_RECORD_CAPTURE, .event = "rx"};

struct written {
    uint32_t word[128];
    size_t n;
};

/* What a file holds after one packet of these values. */
static struct written write_one(const struct nt_value *values)
{
    const struct nt_ring_row row = {.record = &record, .values = values};
    struct written w = {0};
    char path[] = "/tmp/pcapng.XXXXXX";
    int fd = mkstemp(path);
    struct nt_pcapng *file;
    ssize_t n;

    assert_true(fd >= 0);
    assert_int_equal(nt_pcapng_open(path, &file), 0);
    assert_int_equal(nt_pcapng_packet(file, &row, TIME), 0);
    assert_int_equal(nt_pcapng_flush(file), 0);
    nt_pcapng_close(&file);
    assert_null(file);
    n = read(fd, w.word, sizeof(w.word));
    assert_true(n > 0 && n % 4 == 0);
    w.n = (size_t)n / 4;
    close(fd);
    unlink(path);
    return w;
}

static void assert_words(const struct written *w, size_t at, const uint32_t *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(w->word[at + i], expected[i]);
}

static struct nt_value number(uint64_t value)
{
    return (struct nt_value){.shape = NT_SHAPE_WORDS, .type = &nt_type_int, .w = {value}};
}

static void make(struct nt_value *v, const uint64_t *kept)
{
    v[NT_CAPTURE_DEV] = (struct nt_value){.shape = NT_SHAPE_WORDS, .type = &nt_type_ifname};
    memcpy(v[NT_CAPTURE_DEV].w, "eth0", 4);
    v[NT_CAPTURE_DST] = number(0x010203040506);
    v[NT_CAPTURE_SRC] = number(0x0a0b0c0d0e0f);
    v[NT_CAPTURE_TYPE] = number(0x0800);
    v[NT_CAPTURE_TAG] = number(UINT64_MAX);
    v[NT_CAPTURE_LEN] = number(1514);
    v[NT_CAPTURE_BYTES] = (struct nt_value){.shape = NT_SHAPE_BYTES, .kept = kept};
}

static void test_a_packet(void **state)
{
    static const uint32_t section[] = {0x0a0d0d0a, 28, 0x1a2b3c4d, 1, ~0u, ~0u, 28};
    static const uint32_t interface[] = {1,          40,          1, 0, 2 | 4 << 16,
                                         0x30687465, 9 | 1 << 16, 9, 0, 40};
    static const uint32_t packet[] = {
        6,          64,         0,    TIME >> 32,  (uint32_t)TIME, 17, 1514, 0x04030201, 0x0b0a0605,
        0x0f0e0d0c, 0xbbaa0008, 0xcc, 1 | 2 << 16, 'r' | 'x' << 8, 0,  64};
    static const uint64_t kept[] = {3, 0xccbbaa};
    struct nt_value values[NT_CAPTURE_COLUMNS];
    struct written w;

    (void)state;
    make(values, kept);
    w = write_one(values);
    assert_int_equal(w.n, 7 + 10 + 16);
    assert_words(&w, 0, section, 7);
    assert_words(&w, 7, interface, 10);
    assert_words(&w, 17, packet, 16);
}

/* The tag goes between addresses and type, without the bit that is the kernel's own. */
static void test_a_tag_that_the_kernel_keeps_apart(void **state)
{
    static const uint64_t kept[] = {0, 0};
    struct nt_value values[NT_CAPTURE_COLUMNS];
    struct written w;

    (void)state;
    make(values, kept);
    values[NT_CAPTURE_TAG] = number(0xb005);
    w = write_one(values);
    assert_int_equal(w.word[17 + 5], 18);
    assert_int_equal(w.word[17 + 6], 1518);
    assert_int_equal(w.word[17 + 10], 0x05a00081);
    assert_int_equal(w.word[17 + 11], 0x0008);
}

static void test_what_is_absent_is_zeros(void **state)
{
    struct nt_value values[NT_CAPTURE_COLUMNS];
    struct written w;

    (void)state;
    for (int i = 0; i < NT_CAPTURE_COLUMNS; i++)
        values[i] = (struct nt_value){.shape = NT_SHAPE_ABSENT};
    w = write_one(values);
    assert_int_equal(w.word[7 + 5], '-');
    assert_int_equal(w.word[17 + 5], 14);
    assert_int_equal(w.word[17 + 6], 14);
    assert_int_equal(w.word[17 + 7], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_packet),
        cmocka_unit_test(test_a_tag_that_the_kernel_keeps_apart),
        cmocka_unit_test(test_what_is_absent_is_zeros),
    };

    return cmocka_run_group_tests_name("pcapng", tests, NULL, NULL);
}
