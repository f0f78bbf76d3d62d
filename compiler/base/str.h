/* A growing text on the heap, for whoever builds output. Starts as {0}; never NULL after a write.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct nt_str {
    char *at; /* NUL-terminated */
    size_t len, cap;
};

void nt_str_free(struct nt_str *s);  /* and makes it {0} again */
void nt_str_clear(struct nt_str *s); /* keeps the memory */
void nt_str_add_slowly(struct nt_str *s, const char *text, size_t len);
void nt_str_pad(struct nt_str *s, size_t n); /* n blanks */
/* In decimal, with zeros in front up to `least` digits: a row is made of numbers, and printf takes
 * most of its time to find out what is wanted. */
void nt_str_number(struct nt_str *s, uint64_t n, int least);
void nt_str_printf(struct nt_str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Inline: rows are made of many short texts, for which there mostly is room. */
static inline void nt_str_add(struct nt_str *s, const char *text, size_t len)
{
    if (len == 0 || len >= s->cap - s->len) {
        nt_str_add_slowly(s, text, len);
        return;
    }
    memcpy(s->at + s->len, text, len);
    s->len += len;
    s->at[s->len] = '\0';
}

static inline void nt_str_puts(struct nt_str *s, const char *text)
{
    nt_str_add(s, text, strlen(text));
}

#define NT_STR_AUTO __attribute__((cleanup(nt_str_free))) struct nt_str
