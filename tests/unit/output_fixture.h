/* An output that writes into memory, a small world of symbols and stacks, and short ways to write
 * values, for the tests of formats. */
#pragma once

#include "runtime/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* 2025-11-25 14:27:01.123456789 UTC */
#define TIME 1764080821123456789ull

/* What was written since the last look. */
struct sink {
    struct nt_output *o;
    int fd;
    char text[16384];
};

static inline void fixture_symbol(void *ctx, uint64_t address, struct nt_str *out)
{
    (void)ctx;
    nt_str_printf(out, "tcp_v4_rcv+0x%x", (unsigned)(address & 0xff));
}

/* Stack 7 is known, no other. */
static inline void fixture_stack(void *ctx, uint64_t id, struct nt_str *out)
{
    (void)ctx;
    if (id == 7)
        nt_str_puts(out, "kfree_skb+0x1\nip_rcv+0x22\n");
}

static inline void sink_open(struct sink *s, const char *format)
{
    struct nt_output_options options = {
        .fd = s->fd = memfd_create("sink", MFD_CLOEXEC),
        .resolver = {.symbol = fixture_symbol, .stack = fixture_stack},
    };

    setenv("TZ", "UTC", 1);
    tzset();
    assert_int_not_equal(s->fd, -1);
    assert_int_equal(nt_output_open(&s->o, nt_format_find(format), &options), 0);
}

static inline void sink_close(struct sink *s)
{
    nt_output_close(&s->o);
    assert_null(s->o);
    close(s->fd);
}

static inline void assert_written(struct sink *s, const char *expected)
{
    off_t size;
    ssize_t n;

    assert_int_equal(nt_output_flush(s->o), 0);
    size = lseek(s->fd, 0, SEEK_END);
    assert_in_range(size, 0, sizeof(s->text) - 1);
    n = pread(s->fd, s->text, (size_t)size, 0);
    assert_int_equal(n, size);
    s->text[n] = '\0';
    assert_int_equal(ftruncate(s->fd, 0), 0);
    lseek(s->fd, 0, SEEK_SET);
    assert_string_equal(s->text, expected);
}

#define ABSENT(t)      ((struct nt_value){.shape = NT_SHAPE_ABSENT, .type = (t)})
#define WORD(t, word)  ((struct nt_value){.shape = NT_SHAPE_WORDS, .type = (t), .w = {(word)}})
#define COUNT(n)       WORD(NULL, (n))
#define REAL(t, value) ((struct nt_value){.shape = NT_SHAPE_REAL, .type = (t), .real = (value)})
#define SHARE(value)                                                                               \
    ((struct nt_value){.shape = NT_SHAPE_SHARE, .type = &nt_type_bool, .real = (value)})
#define HIST(t, buckets)                                                                           \
    ((struct nt_value){.shape = NT_SHAPE_HIST,                                                     \
                       .type = (t),                                                                \
                       .hist = {(buckets), sizeof(buckets) / sizeof((buckets)[0]), false}})

static inline struct nt_value TEXT(const struct nt_type *t, const char *text) {
    struct nt_value v = {.shape = NT_SHAPE_WORDS, .type = t};

    memcpy(v.w, text, strlen(text));
    return v;
}
