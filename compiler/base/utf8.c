#include "compiler/base/utf8.h"
#include "compiler/base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct range {
    uint32_t first, last;
};

/* Controls, invisible separators, and what turns the direction of writing. */
static const struct range hidden[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f}, {0xd800, 0xdfff}, {0xe000, 0xf8ff}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb},
};
static const struct range combining[] = {
    {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},
    {0x1ab0, 0x1aff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
};
static const struct range wide[] = {
    {0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
    {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd},
};

#define IS_IN(c, ranges) is_in((c), (ranges), sizeof(ranges) / sizeof((ranges)[0]))

static bool is_in(uint32_t c, const struct range *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= r[i].first && c <= r[i].last)
            return true;
    return false;
}

/* Length of the sequence at text, 0 when it is none. */
static size_t decode(const unsigned char *text, size_t left, uint32_t *ret_c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = text[0] < 0x80 ? 1 : text[0] >> 5 == 6 ? 2 : text[0] >> 4 == 14 ? 3 : 4;
    uint32_t c = n == 1 ? text[0] : text[0] & (0x7fu >> n);

    if ((n == 4 && text[0] >> 3 != 30) || n > left)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if (text[i] >> 6 != 2)
            return 0;
        c = c << 6 | (text[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff)
        return 0;
    *ret_c = c;
    return n;
}

size_t nt_utf8_show(const char *text, size_t left, struct nt_str *out, unsigned *ret_width)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t before = out->len, n;
    uint32_t c;

    n = decode(bytes, left, &c);
    if (n && !IS_IN(c, hidden)) {
        nt_str_add(out, text, n);
        *ret_width = IS_IN(c, combining) ? 0 : IS_IN(c, wide) ? 2 : 1;
        return n;
    }
    if (n > 1)
        nt_str_printf(out, "\\u%04x", c);
    else
        nt_str_printf(out, "\\x%02x", bytes[0]);
    *ret_width = (unsigned)(out->len - before);
    return n ? n : 1;
}

size_t nt_utf8_len(const char *text, size_t left)
{
    uint32_t c;
    size_t n = decode((const unsigned char *)text, left, &c);

    return n && (c < 0xd800 || c > 0xdfff) ? n : 0;
}
