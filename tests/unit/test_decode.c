#include "runtime/decode.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const struct nt_column columns[] = {
    {"src", &nt_type_ip, 0, 0},
    {"len", &nt_type_bytes, 2, 1},
    {"cpu", &nt_type_int, 3, -1},
};
static const struct nt_record records[] = {
    {.event = "other", .body = {.absent_word = -1}},
    {.event = "rx", .body = {.columns = columns, .ncolumns = 3, .words = 5, .absent_word = 4}},
};
static const struct nt_program program = {.records = records, .nrecords = 2};

static void test_a_record(void **state)
{
    const uint64_t words[] = {1 | 3ull << 32, 123456, 10, 20, 1500, (uint64_t)-1, 0};
    struct nt_value values[3];
    struct nt_ring_row row;

    (void)state;
    assert_int_equal(nt_decode_record(&program, words, sizeof(words), &row, values), 0);
    assert_int_equal(row.id, 1);
    assert_int_equal(row.cpu, 3);
    assert_int_equal(row.time, 123456);
    assert_string_equal(row.record->event, "rx");
    assert_int_equal(row.nvalues, 3);
    assert_int_equal(values[0].shape, NT_SHAPE_WORDS);
    assert_int_equal(values[0].w[0], 10);
    assert_int_equal(values[0].w[1], 20);
    assert_int_equal(values[1].w[0], 1500);
    assert_ptr_equal(values[1].type, &nt_type_bytes);
    assert_int_equal((int64_t)values[2].w[0], -1);
}

static void test_absent_columns(void **state)
{
    const uint64_t words[] = {1, 0, 10, 20, 1500, 7, 1 << 1};
    struct nt_value values[3];
    struct nt_ring_row row;

    (void)state;
    assert_int_equal(nt_decode_record(&program, words, sizeof(words), &row, values), 0);
    assert_int_equal(values[0].shape, NT_SHAPE_WORDS);
    assert_int_equal(values[1].shape, NT_SHAPE_ABSENT);
    assert_ptr_equal(values[1].type, &nt_type_bytes);
    assert_int_equal(values[2].w[0], 7);
}

/* Rings round sizes up to 8 bytes; what is behind the record does not matter. */
static void test_longer_is_right_and_shorter_wrong(void **state)
{
    const uint64_t words[8] = {1};
    struct nt_value values[3];
    struct nt_ring_row row;

    (void)state;
    assert_int_equal(nt_decode_record(&program, words, 8 * 8, &row, values), 0);
    assert_int_equal(nt_decode_record(&program, words, 6 * 8, &row, values), -EBADMSG);
    assert_int_equal(nt_decode_record(&program, words, 8, &row, values), -EBADMSG);
    assert_int_equal(nt_decode_record(&program, words, 0, &row, values), -EBADMSG);
}

static void test_an_unknown_record_is_refused(void **state)
{
    const uint64_t words[8] = {2};
    struct nt_value values[3];
    struct nt_ring_row row;

    (void)state;
    assert_int_equal(nt_decode_record(&program, words, sizeof(words), &row, values), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_record),
        cmocka_unit_test(test_absent_columns),
        cmocka_unit_test(test_longer_is_right_and_shorter_wrong),
        cmocka_unit_test(test_an_unknown_record_is_refused),
    };

    return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
