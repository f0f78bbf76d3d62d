/* A growing text on the heap, for whoever builds output. Starts as {0}; never NULL after a write.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct nt_str {
    char *at; /* NUL-terminated */
    size_t len, cap;
};

void nt_str_free(struct nt_str *s);  /* and makes it {0} again */
void nt_str_clear(struct nt_str *s); /* keeps the memory */
void nt_str_add(struct nt_str *s, const char *text, size_t len);
void nt_str_puts(struct nt_str *s, const char *text);
/* In decimal, with zeros in front up to `least` digits: a row is made of numbers, and printf takes
 * most of its time to find out what is wanted. */
void nt_str_number(struct nt_str *s, uint64_t n, int least);
void nt_str_printf(struct nt_str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define NT_STR_AUTO __attribute__((cleanup(nt_str_free))) struct nt_str
