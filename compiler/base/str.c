#include "compiler/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for more bytes and the NUL. Out of memory ends the process, as in the arena. */
static void reserve(struct nt_str *s, size_t more)
{
    size_t need = s->len + more + 1;
    size_t cap = s->cap ? s->cap : 64;

    if (need <= s->cap)
        return;
    while (cap < need)
        cap *= 2;
    s->at = realloc(s->at, cap);
    if (!s->at) {
        fputs("ntrace: out of memory\n", stderr);
        exit(1);
    }
    s->cap = cap;
}

void nt_str_free(struct nt_str *s)
{
    free(s->at);
    *s = (struct nt_str){0};
}

void nt_str_clear(struct nt_str *s)
{
    s->len = 0;
    if (s->at)
        s->at[0] = '\0';
}

void nt_str_add_slowly(struct nt_str *s, const char *text, size_t len)
{
    reserve(s, len);
    if (len)
        memcpy(s->at + s->len, text, len);
    s->len += len;
    s->at[s->len] = '\0';
}

void nt_str_pad(struct nt_str *s, size_t n)
{
    reserve(s, n);
    memset(s->at + s->len, ' ', n);
    s->len += n;
    s->at[s->len] = '\0';
}

void nt_str_number(struct nt_str *s, uint64_t n, int least)
{
    char text[40], *at = text + sizeof(text);

    for (; n || least > 0; n /= 10, least--)
        *--at = (char)('0' + n % 10);
    nt_str_add(s, at, (size_t)(text + sizeof(text) - at));
}

/* Most texts have room in what is there anyway. */
void nt_str_printf(struct nt_str *s, const char *fmt, ...)
{
    size_t room;
    va_list ap;
    int len;

    reserve(s, 32);
    room = s->cap - s->len;
    va_start(ap, fmt);
    len = vsnprintf(s->at + s->len, room, fmt, ap);
    va_end(ap);
    if ((size_t)len >= room) {
        reserve(s, (size_t)len);
        va_start(ap, fmt);
        vsnprintf(s->at + s->len, (size_t)len + 1, fmt, ap);
        va_end(ap);
    }
    s->len += (size_t)len;
}
