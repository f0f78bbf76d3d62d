/* Values of `bytes(p, n, max)`: bytes as they lie in memory, and how they are laid out, if a view
 * says so: parts at offsets, or netlink attributes by their number.
 *
 * Where such a value is kept (rows, keys, state) it is one word, the bytes that are kept and,
 * shifted by 32, those there were, and then the bytes, filled up to a whole word. In a program in
 * the kernel it is three words: address, bytes that may be read, bytes there were. */
#pragma once

#include "compiler/catalog/types.h"

enum { NT_BYTES_WORDS = 3, NT_ATTR_HEADER = 4, NT_ATTR_TYPE_MASK = 0x3fff };

enum nt_part_kind {
    NT_PART_WIRE, /* `size` bytes, a number in network order; of the 16 of an IPv6 address two */
    NT_PART_HOST, /* `size` bytes, of an attribute all, at most 8: a number in host order */
    NT_PART_IP4,
    NT_PART_TEXT,
    NT_PART_BYTES, /* of the type's own parts, or just bytes */
    NT_PART_NONE,  /* an attribute without a payload: it is there */
};

struct nt_part {
    const char *name;
    uint32_t at; /* offset, or the attribute's number */
    enum nt_part_kind kind;
    uint8_t size; /* WIRE, IP4, HOST at an offset */
    const struct nt_type *type;
};

struct nt_parts {
    const char *name; /* the view's */
    bool attributes;
    const struct nt_part *part;
    uint32_t n;
    uint32_t size; /* up to the end of the last part; of attributes 0 */
};

/* Words that a value takes where it is kept; of other types those it has. */
uint32_t nt_type_kept_words(const struct nt_type *t);
/* parts may be NULL. */
const struct nt_type *nt_type_new_bytes(struct nt_arena *a, const struct nt_parts *parts,
                                        uint32_t most);

/* The parts of a value one after the other, for who prints it. Attributes come as they lie; one
 * that no part names has part NULL, and `number` says which it is. Bytes that are left over come
 * last, with part NULL and number -1. */
struct nt_parts_walk {
    const struct nt_parts *parts;
    const uint8_t *at;
    uint32_t left, next;
};
struct nt_part_value {
    const struct nt_part *part;
    int32_t number;
    bool there;        /* false: it lies behind the end */
    const uint8_t *at; /* its bytes */
    uint32_t len;
    uint64_t w[NT_MAX_WORDS]; /* its value, unless BYTES or NONE */
};
bool nt_parts_next(struct nt_parts_walk *walk, struct nt_part_value *ret_value);

/* Of a value as it is kept. */
uint32_t nt_bytes_len(const uint64_t *words);
uint32_t nt_bytes_lacking(const uint64_t *words); /* that found no room */
const uint8_t *nt_bytes_at(const uint64_t *words);
void nt_bytes_hex(const uint8_t *at, uint32_t len, struct nt_str *out);
