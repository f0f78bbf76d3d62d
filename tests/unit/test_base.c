/* The arena, growing texts, and what makes foreign bytes safe for a terminal. */
#include "compiler/base/arena.h"
#include "compiler/base/str.h"
#include "compiler/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void arena_gives_zeroed_aligned_memory(void **state)
{
    struct nt_arena *a = nt_arena_new();

    (void)state;
    for (size_t size = 0; size < 300000; size = size * 3 + 1) {
        unsigned char *p = nt_alloc(a, size), *q = nt_alloc(a, size);

        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i] | q[i], 0);
        memset(p, 0xff, size);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(q[i], 0);
    }
    nt_arena_free(&a);
    assert_null(a);
    nt_arena_free(&a);
}

static void numbers_are_as_printf_writes_them(void **state)
{
    static const uint64_t numbers[] = {0, 1, 9, 10, 999, 1000, UINT32_MAX, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        for (int least = 1; least < 23; least += 7) {
            NT_STR_AUTO ours = {0};
            NT_STR_AUTO libc = {0};

            nt_str_number(&ours, numbers[i], least);
            nt_str_printf(&libc, "%0*llu", least, (unsigned long long)numbers[i]);
            assert_string_equal(ours.at, libc.at);
            assert_int_equal(ours.len, libc.len);
        }
}

static void printf_makes_the_room_it_needs(void **state)
{
    (void)state;
    for (int width = 1; width < 300; width++) {
        NT_STR_AUTO s = {0};

        nt_str_puts(&s, "x");
        nt_str_printf(&s, "%*d", width, 7);
        assert_int_equal(s.len, width + 1);
        assert_int_equal(strlen(s.at), s.len);
        assert_int_equal(s.at[s.len - 1], '7');
    }
}

static void vec_keeps_what_was_pushed(void **state)
{
    struct nt_arena *a = nt_arena_new();
    NT_VEC(int) v = {0};
    int n = 0;

    (void)state;
    for (int i = 0; i < 10000; i++)
        *nt_vec_push(a, &v) = i;
    nt_vec_each (it, &v)
        assert_int_equal(*it, n++);
    assert_int_equal(n, 10000);
    nt_arena_free(&a);
}

static void arena_texts(void **state)
{
    struct nt_arena *a = nt_arena_new();

    (void)state;
    assert_string_equal(nt_strndup(a, "abcdef", 3), "abc");
    assert_string_equal(nt_strdup(a, ""), "");
    assert_string_equal(nt_sprintf(a, "%s-%d", "x", 42), "x-42");
    nt_arena_free(&a);
}

static void str_grows(void **state)
{
    struct nt_str s = {0};

    (void)state;
    for (int i = 0; i < 1000; i++) {
        nt_str_puts(&s, "ab");
        nt_str_add(&s, "cdX", 2);
        nt_str_printf(&s, "%02d", i % 100);
    }
    assert_int_equal(s.len, 6000);
    assert_int_equal(strlen(s.at), 6000);
    assert_memory_equal(s.at + 5994, "abcd99", 6);
    nt_str_clear(&s);
    assert_string_equal(s.at, "");
    nt_str_add(&s, "", 0);
    assert_int_equal(s.len, 0);
    nt_str_free(&s);
    assert_null(s.at);
}

static void assert_shown(const char *text, size_t left, size_t taken, const char *shown,
                         unsigned width)
{
    NT_STR_AUTO s = {0};
    unsigned got_width;

    assert_int_equal(nt_utf8_show(text, left, &s, &got_width), taken);
    assert_string_equal(s.at, shown);
    assert_int_equal(got_width, width);
}

static void utf8_shows_or_escapes(void **state)
{
    (void)state;
    assert_shown("a", 1, 1, "a", 1);
    assert_shown("\xc3\xa9", 2, 2, "\xc3\xa9", 1);
    assert_shown("\xe4\xb8\xad", 3, 3, "\xe4\xb8\xad", 2);
    assert_shown("\xcc\x81", 2, 2, "\xcc\x81", 0);
    assert_shown("\xf0\x9f\x98\x80", 4, 4, "\xf0\x9f\x98\x80", 2);
    assert_shown("\0", 1, 1, "\\x00", 4);
    assert_shown("\x1b", 1, 1, "\\x1b", 4);
    assert_shown("\x7f", 1, 1, "\\x7f", 4);
    assert_shown("\xc2\x9b", 2, 2, "\\u009b", 6);       /* a C1 control */
    assert_shown("\xe2\x80\xae", 3, 3, "\\u202e", 6);   /* right to left */
    assert_shown("\xe4\xb8", 2, 1, "\\xe4", 4);         /* cut short */
    assert_shown("\xc0\x80", 2, 1, "\\xc0", 4);         /* overlong */
    assert_shown("\xed\xa0\x80", 3, 3, "\\ud800", 6);   /* a surrogate */
    assert_shown("\xf5\x80\x80\x80", 4, 1, "\\xf5", 4); /* beyond Unicode */
    assert_shown("\xff\xff", 2, 1, "\\xff", 4);
    assert_shown("\x80", 1, 1, "\\x80", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(vec_keeps_what_was_pushed),
        cmocka_unit_test(numbers_are_as_printf_writes_them),
        cmocka_unit_test(printf_makes_the_room_it_needs),
        cmocka_unit_test(arena_texts),
        cmocka_unit_test(str_grows),
        cmocka_unit_test(utf8_shows_or_escapes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
