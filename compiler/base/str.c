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

void nt_str_add(struct nt_str *s, const char *text, size_t len)
{
    reserve(s, len);
    if (len)
        memcpy(s->at + s->len, text, len);
    s->len += len;
    s->at[s->len] = '\0';
}

void nt_str_puts(struct nt_str *s, const char *text)
{
    nt_str_add(s, text, strlen(text));
}

void nt_str_printf(struct nt_str *s, const char *fmt, ...)
{
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    reserve(s, (size_t)len);
    va_start(ap, fmt);
    vsnprintf(s->at + s->len, (size_t)len + 1, fmt, ap);
    va_end(ap);
    s->len += (size_t)len;
}
