/* Numbers, addresses and strings. The lexer knows their outlines; the types know their text. */
#include "compiler/syntax/lexer.h"
#include "grammar/ntrace.tab.h"

#include <string.h>

static int literal(struct nt_parser *p, int token, enum nt_node_kind kind, const uint64_t *words)
{
    struct nt_node *node = nt_node_new(p->cx, kind, p->token.at);

    memcpy(node->num, words, sizeof(node->num));
    p->token.value.node = node;
    return token;
}

static bool reads_as(const struct nt_type *t, const char *text, size_t len, uint64_t *ret_words)
{
    return t->parse(t, text, len, ret_words) == 0;
}

/* 4.19 or 4.19.2: what stands behind `since`. */
static bool is_version(const char *text, size_t len)
{
    unsigned dots = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.')
            dots++;
        else if (text[i] < '0' || text[i] > '9')
            return false;
    }
    return dots == 1 || dots == 2;
}

/* Is it written as it should be, so that only its size is wrong? */
static bool is_well_written(const char *text, size_t len)
{
    static const char *const units[] = {"",    "ns",  "us",  "ms",  "s",  "m",  "h",  "d", "B",
                                        "KiB", "MiB", "GiB", "TiB", "kB", "MB", "GB", "TB"};
    size_t digits = strspn(text, "0123456789_");

    if (text[digits] == '.')
        digits += 1 + strspn(text + digits + 1, "0123456789_");

    if (len > 2 && text[0] == '0' && text[1] == 'x')
        return strspn(text + 2, "0123456789abcdefABCDEF_") >= len - 2;
    if (len > 2 && text[0] == '0' && text[1] == 'b')
        return strspn(text + 2, "01_") >= len - 2;
    for (size_t i = 0; digits && i < sizeof(units) / sizeof(*units); i++)
        if (strlen(units[i]) + digits == len && memcmp(text + digits, units[i], len - digits) == 0)
            return true;
    return false;
}

static void refuse_number(struct nt_parser *p, const char *text, size_t len)
{
    struct nt_diag *d;

    if (is_well_written(text, len)) {
        nt_error(p->cx, p->token.at, NT_LITERAL, "the number is too large: it has to fit 64 bits");
        return;
    }
    d = nt_error(p->cx, p->token.at, NT_LITERAL, "this is not a number, a duration or a size");
    nt_hint(d, "units are ns us ms s m h d, and B KiB MiB GiB TiB; hexadecimal is 0x1f");
}

/* 10_000 is 10000. */
static size_t drop_underscores(char *to, const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        if (text[i] != '_')
            to[n++] = text[i];
    return n;
}

int nt_literal_number(struct nt_parser *p, const char *text, size_t len)
{
    uint64_t words[3] = {0};
    char *digits = nt_strndup(p->cx->arena, text, len);
    size_t n = drop_underscores(digits, text, len);

    if (reads_as(&nt_type_uint, digits, n, words))
        return literal(p, NUMBER, NT_NODE_NUMBER, words);
    if (reads_as(&nt_type_duration, digits, n, words))
        return literal(p, DURATION, NT_NODE_DURATION, words);
    if (is_version(text, len)) {
        p->token.value.word = (struct nt_word){digits, p->token.at};
        return VERSION;
    }
    if (reads_as(&nt_type_bytes, digits, n, words))
        return literal(p, BYTES, NT_NODE_BYTES, words);
    refuse_number(p, text, len);
    return literal(p, NUMBER, NT_NODE_NUMBER, words);
}

struct nt_node *nt_literal_per(struct nt_parser *p, struct nt_word unit)
{
    struct nt_node *node = nt_node_new(p->cx, NT_NODE_DURATION, unit.at);
    const char *one = nt_sprintf(p->cx->arena, "1%s", unit.text);

    if (!reads_as(&nt_type_duration, one, strlen(one), node->num)) {
        struct nt_diag *d =
            nt_error(p->cx, unit.at, NT_LITERAL, "'%s' is no unit of time", unit.text);
        nt_hint(d, "a limit is written 100/s, 5/m or 10/100ms");
    }
    return node;
}

int nt_literal_address(struct nt_parser *p, const char *text, size_t len)
{
    uint64_t words[3] = {0};
    bool network = memchr(text, '/', len);

    if (!network && reads_as(&nt_type_mac, text, len, words))
        return literal(p, MAC, NT_NODE_MAC, words);
    if (!reads_as(network ? &nt_type_cidr : &nt_type_ip, text, len, words))
        nt_error(p->cx, p->token.at, NT_LITERAL, "this is not %s",
                 network ? "a network: address/bits" : "an address");
    return network ? literal(p, CIDR, NT_NODE_CIDR, words) : literal(p, IP, NT_NODE_IP, words);
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at;

    at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static void refuse_escape(struct nt_parser *p, size_t backslash)
{
    struct nt_span at = p->token.at;
    struct nt_diag *d;

    at.begin += (uint32_t)backslash;
    at.end = at.begin + 2;
    d = nt_error(p->cx, at, NT_LITERAL, "a string has no such escape");
    nt_hint(d, "those there are: \\n \\t \\r \\e \\0 \\\" \\\\ and \\xHH");
}

/* The escape whose backslash is at text[0]; bytes taken, 0 when there is none such. */
static size_t read_escape(const char *text, size_t len, char *ret_byte)
{
    static const char letters[] = "n\nt\tr\r\"\"\\\\e\0330\0";

    if (len >= 4 && text[1] == 'x' && hex_digit(text[2]) >= 0 && hex_digit(text[3]) >= 0) {
        *ret_byte = (char)(hex_digit(text[2]) << 4 | hex_digit(text[3]));
        return 4;
    }
    for (size_t i = 0; len >= 2 && i + 1 < sizeof(letters); i += 2) {
        if (letters[i] == text[1]) {
            *ret_byte = letters[i + 1];
            return 2;
        }
    }
    return 0;
}

/* The text between the quotes; of bad escapes the first is reported. */
static void unescape(struct nt_parser *p, const char *text, size_t begin, size_t end)
{
    struct nt_node *node = p->token.value.node;
    char *bytes = nt_alloc(p->cx->arena, end - begin + 1);
    bool refused = false;

    node->text = bytes;
    for (size_t i = begin, n; i < end; i += n) {
        n = text[i] == '\\' ? read_escape(text + i, end - i, &bytes[node->len]) : 0;
        if (!n) {
            bytes[node->len] = text[i];
            if (text[i] == '\\' && !refused)
                refuse_escape(p, i);
            refused |= text[i] == '\\';
            n = 1;
        }
        node->len++;
    }
}

int nt_literal_string(struct nt_parser *p, const char *text, size_t len, bool closed)
{
    p->token.value.node = nt_node_new(p->cx, NT_NODE_STRING, p->token.at);
    if (!closed) {
        struct nt_diag *d = nt_error(p->cx, p->token.at, NT_UNCLOSED, "the string is not closed");
        nt_hint(d, "a string ends with '\"' on the line it begins on");
    }
    unescape(p, text, 1, len - closed);
    return STRING;
}
