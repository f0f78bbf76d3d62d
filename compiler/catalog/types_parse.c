#include "compiler/catalog/types_text.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

/* ::ffff:0:0, where IPv4 lives in an ip. */
static const uint64_t MAPPED = 0xffff00000000;

/* The largest duration or size: what a signed word holds. */
static const uint64_t LARGEST = INT64_MAX;

struct unit {
    const char *name;
    uint64_t scale;
};

#define SECOND 1000000000ull

static const struct unit durations[] = {
    {"ns", 1},          {"us", 1000},         {"ms", 1000 * 1000},   {"s", SECOND},
    {"m", 60 * SECOND}, {"h", 3600 * SECOND}, {"d", 86400 * SECOND}, {0},
};

static const struct unit sizes[] = {
    {"", 1},
    {"B", 1},
    {"kB", 1000},
    {"KB", 1000},
    {"MB", 1000 * 1000},
    {"GB", 1000 * 1000 * 1000},
    {"TB", 1000ull * 1000 * 1000 * 1000},
    {"KiB", 1ull << 10},
    {"MiB", 1ull << 20},
    {"GiB", 1ull << 30},
    {"TiB", 1ull << 40},
    {0},
};

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

/* Digits of one base, at least one; returns how many were taken, 0 when none or too large. */
static size_t read_digits(const char *text, size_t len, unsigned base, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t i;

    for (i = 0; i < len && digit_of(text[i]) < (int)base; i++)
        if (__builtin_mul_overflow(number, base, &number) ||
            __builtin_add_overflow(number, (uint64_t)digit_of(text[i]), &number))
            return 0;
    *ret_number = number;
    return i;
}

static int read_number(const char *text, size_t len, uint64_t *ret_number)
{
    unsigned base = 10;
    uint64_t number;

    if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        base = 16;
    else if (len > 2 && text[0] == '0' && (text[1] == 'b' || text[1] == 'B'))
        base = 2;
    if (base != 10) {
        text += 2;
        len -= 2;
    }
    if (!len || read_digits(text, len, base, &number) != len)
        return -EINVAL;
    *ret_number = number;
    return 0;
}

/* A decimal number, perhaps with a fraction, and a unit right behind it. What the fraction has
 * beyond the unit's smallest part is dropped. */
static int read_scaled(const char *text, size_t len, const struct unit *units, uint64_t *ret_number)
{
    uint64_t whole, fraction = 0, tenths = 1;
    size_t at = read_digits(text, len, 10, &whole), n;
    unsigned __int128 number;

    if (!at)
        return -EINVAL;
    if (at < len && text[at] == '.') {
        at++;
        n = read_digits(text + at, len - at, 10, &fraction);
        if (!n || n > 18)
            return -EINVAL;
        for (at += n; n; n--)
            tenths *= 10;
    }
    for (; units->name; units++)
        if (strlen(units->name) == len - at && !memcmp(units->name, text + at, len - at))
            break;
    if (!units->name)
        return -EINVAL;
    number = (unsigned __int128)whole * units->scale +
             (unsigned __int128)fraction * units->scale / tenths;
    if (number > LARGEST)
        return -EINVAL;
    *ret_number = (uint64_t)number;
    return 0;
}

NT_PARSER(nt_parse_uint)
{
    (void)t;
    return read_number(text, len, ret_words);
}

NT_PARSER(nt_parse_int)
{
    bool negative = len && text[0] == '-';
    uint64_t number;

    (void)t;
    if (read_number(text + negative, len - negative, &number))
        return -EINVAL;
    if (number > (uint64_t)INT64_MAX + negative)
        return -EINVAL;
    *ret_words = negative ? -number : number;
    return 0;
}

NT_PARSER(nt_parse_bool)
{
    static const char *const words[] = {"false", "true", "0", "1"};

    (void)t;
    for (unsigned i = 0; i < 4; i++)
        if (strlen(words[i]) == len && !memcmp(words[i], text, len)) {
            *ret_words = i & 1;
            return 0;
        }
    return -EINVAL;
}

NT_PARSER(nt_parse_duration)
{
    (void)t;
    return read_scaled(text, len, durations, ret_words);
}

NT_PARSER(nt_parse_bytes)
{
    (void)t;
    return read_scaled(text, len, sizes, ret_words);
}

NT_PARSER(nt_parse_port)
{
    uint64_t number;

    (void)t;
    if (read_number(text, len, &number) || number > UINT16_MAX)
        return -EINVAL;
    *ret_words = number;
    return 0;
}

NT_PARSER(nt_parse_mac)
{
    uint64_t mac = 0;

    (void)t;
    if (len != 17)
        return -EINVAL;
    for (size_t i = 0; i < len; i += 3) {
        if (digit_of(text[i]) == 16 || digit_of(text[i + 1]) == 16 ||
            (i + 2 < len && text[i + 2] != ':'))
            return -EINVAL;
        mac = mac << 8 | (uint64_t)(digit_of(text[i]) << 4 | digit_of(text[i + 1]));
    }
    *ret_words = mac;
    return 0;
}

/* Address and the number of bits in front of it that only say "this is IPv4". */
static int read_address(const char *text, size_t len, uint64_t ret_words[2], unsigned *ret_skip)
{
    char copy[INET6_ADDRSTRLEN];
    struct in_addr v4;
    uint64_t v6[2];

    if (len >= sizeof(copy) || memchr(text, '\0', len))
        return -EINVAL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (inet_pton(AF_INET, copy, &v4) == 1) {
        ret_words[0] = 0;
        ret_words[1] = MAPPED | ntohl(v4.s_addr);
        *ret_skip = 96;
        return 0;
    }
    if (inet_pton(AF_INET6, copy, v6) != 1)
        return -EINVAL;
    ret_words[0] = be64toh(v6[0]);
    ret_words[1] = be64toh(v6[1]);
    *ret_skip = 0;
    return 0;
}

NT_PARSER(nt_parse_ip)
{
    unsigned skip;

    (void)t;
    return read_address(text, len, ret_words, &skip);
}

/* The highest `bits` bits (0..64) of a word. */
static uint64_t high_bits(uint64_t bits)
{
    return bits ? ~0ull << (64 - bits) : 0;
}

NT_PARSER(nt_parse_cidr)
{
    const char *slash = memchr(text, '/', len);
    size_t address_len = slash ? (size_t)(slash - text) : len;
    uint64_t address[2], bits;
    unsigned skip;

    (void)t;
    if (read_address(text, address_len, address, &skip))
        return -EINVAL;
    bits = 128 - skip;
    if (slash) {
        len -= address_len + 1;
        if (!len || read_digits(slash + 1, len, 10, &bits) != len || bits > 128 - skip)
            return -EINVAL;
    }
    bits += skip;
    ret_words[0] = address[0] & high_bits(bits < 64 ? bits : 64);
    ret_words[1] = address[1] & high_bits(bits < 64 ? 0 : bits - 64);
    ret_words[2] = bits;
    return 0;
}

NT_PARSER(nt_parse_string)
{
    if (len > t->words * sizeof(uint64_t) || memchr(text, '\0', len))
        return -EINVAL;
    memset(ret_words, 0, t->words * sizeof(uint64_t));
    memcpy(ret_words, text, len);
    return 0;
}

/* As the kernel's dev_valid_name(): a NUL must fit behind it, and it is a file name in sysfs. */
NT_PARSER(nt_parse_ifname)
{
    if (!len || len >= t->words * sizeof(uint64_t))
        return -EINVAL;
    for (size_t i = 0; i < len; i++)
        if (text[i] == '/' || text[i] == ':' || text[i] == ' ' ||
            (text[i] >= '\t' && text[i] <= '\r'))
            return -EINVAL;
    return nt_parse_string(t, text, len, ret_words);
}

NT_PARSER(nt_parse_enum)
{
    const struct nt_enumerator *e = nt_enum_find(t, text, len);

    if (!e)
        return nt_parse_int(t, text, len, ret_words);
    if (!e->here)
        return -EINVAL;
    *ret_words = (uint64_t)e->value;
    return 0;
}

NT_PARSER(nt_parse_flags)
{
    uint64_t all = 0, one;

    for (;;) {
        const char *bar = memchr(text, '|', len);
        size_t n = bar ? (size_t)(bar - text) : len;
        const struct nt_enumerator *e = nt_enum_find(t, text, n);

        if (e && !e->here)
            return -EINVAL;
        if (e)
            one = (uint64_t)e->value;
        else if (read_number(text, n, &one))
            return -EINVAL;
        all |= one;
        if (!bar)
            break;
        len -= n + 1;
        text = bar + 1;
    }
    *ret_words = all;
    return 0;
}
