/* The types of the language, one row each: how a value is stored, read from text and printed.
 *
 * Every value is 1 to NT_MAX_WORDS words of 8 bytes in host order, in registers, map keys and ring
 * records alike: there is no padding to clear and no alignment to think of.
 *
 *   one word    int uint bool duration (ns) bytes port enum flags mac (48 bits, the first byte
 *               highest) ksym, kernel pointers; packet, exchange (hashes), buffer (an address)
 *   ip          two: the address as a 128-bit number, high half first; IPv4 is ::ffff:a.b.c.d
 *   cidr        three: address, prefix length counted in 128 bits
 *   ifname      two: 16 bytes as the kernel has them, NUL-padded
 *   string      1 to NT_MAX_WORDS: bytes, NUL-padded (comm has two)
 *   flow        five: source ip, destination ip, then sport << 48 | dport << 32 | proto << 16 | 1;
 *               where there is no IP: source mac, 0, destination mac, 0, ethertype << 16 | 2
 */
#pragma once

#include "compiler/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nt_str;

enum { NT_MAX_WORDS = 8 };

/* The low 16 bits of a flow's last word. */
enum { NT_FLOW_IP = 1, NT_FLOW_ETH = 2 };

enum nt_kind {
    NT_KIND_ERROR, /* reported already; silences follow-up errors */
    NT_KIND_INT,
    NT_KIND_UINT,
    NT_KIND_BOOL,
    NT_KIND_DURATION,
    NT_KIND_BYTES,
    NT_KIND_PORT,
    NT_KIND_ENUM,
    NT_KIND_FLAGS,
    NT_KIND_MAC,
    NT_KIND_KSYM,
    NT_KIND_POINTER, /* to a kernel type; btf_id says which */
    NT_KIND_IP,
    NT_KIND_CIDR,
    NT_KIND_IFNAME,
    NT_KIND_STRING,
    NT_KIND_FLOW,
    NT_KIND_ID,    /* equal or not, no more: packet, exchange, buffer */
    NT_KIND_STACK, /* one word: id in the stack map; of user code | process id << 32 */
    NT_KIND_HEX,   /* bytes as they lie in memory: catalog/bytes.h */
    NT_KIND_HOPS,  /* the stages of a path that were passed, and when: names; half a word each */
    NT_KIND_SCOPE, /* a header scope such as tcp; never stored */
    NT_KIND_MAX,
};

struct nt_enumerator {
    const char *name;
    int64_t value;
    bool here; /* false: the running kernel's enum lacks it, so it never matches */
};

struct nt_type {
    enum nt_kind kind;
    const char *name; /* as written after ':' */
    uint8_t words;
    bool is_signed;
    bool json_number; /* in JSON a number (duration: ns), else a string */
    /* Text of a literal or of a command line's value -> words; 0 or -EINVAL. NULL: has no text. */
    int (*parse)(const struct nt_type *t, const char *text, size_t len, uint64_t *ret_words);
    /* Words -> text, as a person reads it (durations with a unit, enums by name). Bytes of strings
     * come out as they are; printers escape them. ksym and stack need the running kernel: the
     * runtime prints those itself. */
    void (*format)(const struct nt_type *t, const uint64_t *words, struct nt_str *out);
    const struct nt_enumerator *names; /* enum, flags */
    uint32_t nnames;
    bool hex; /* enum: a value without a name prints as 0x88cc */
    uint32_t btf_id;
    const struct nt_parts *parts; /* hex: how the bytes are laid out, or NULL */
    uint32_t most;                /* hex: bytes that are kept */
    const char *doc;
};

/* The fixed types. */
extern const struct nt_type nt_type_error, nt_type_int, nt_type_uint, nt_type_bool,
    nt_type_duration, nt_type_bytes, nt_type_port, nt_type_mac, nt_type_ksym, nt_type_ip,
    nt_type_cidr, nt_type_ifname, nt_type_string, nt_type_flow, nt_type_packet, nt_type_exchange,
    nt_type_buffer, nt_type_stack, nt_type_hex, nt_type_scope;

/* A fixed type by the name written after ':' ("int", "duration", ...), or NULL. */
const struct nt_type *nt_type_find(const char *name);
/* All fixed types that have a name, for `ntrace list` and the reference; NULL at the end. */
extern const struct nt_type *const nt_types[];

/* Made on demand. string: words 1..NT_MAX_WORDS. */
const struct nt_type *nt_type_new_string(struct nt_arena *a, uint8_t words);
const struct nt_type *nt_type_new_enum(struct nt_arena *a, const char *name, bool flags,
                                       const struct nt_enumerator *names, uint32_t nnames);
const struct nt_type *nt_type_new_pointer(struct nt_arena *a, const char *name, uint32_t btf_id);

/* The stages of one path, names[0] the first. */
const struct nt_type *nt_type_new_hops(struct nt_arena *a, const struct nt_enumerator *names,
                                       uint32_t nnames);

/* Half a word for a stage that was passed so many ns after the first: exact up to 2 s, then to a
 * microsecond, up to 36 minutes. 0: it was not passed. */
#define NT_HOP_LONG 0x80000000u
#define NT_HOP_MAX  0x7fffffffull
static inline uint64_t nt_hop_pack(uint64_t ns)
{
    if (ns < NT_HOP_MAX)
        return ns + 1;
    return (ns >> 10 < NT_HOP_MAX ? ns >> 10 : NT_HOP_MAX) | NT_HOP_LONG;
}
static inline uint64_t nt_hop_unpack(uint64_t half)
{
    return half & NT_HOP_LONG ? (half & NT_HOP_MAX) << 10 : half - 1;
}
/* When stage i was passed, ns after the first. False: it was not. */
static inline bool nt_hop_at(const uint64_t *words, uint32_t i, uint64_t *ret_ns)
{
    uint64_t half = words[i / 2] >> (i % 2 * 32) & 0xffffffff;

    if (half)
        *ret_ns = nt_hop_unpack(half);
    return half != 0;
}

/* The enumerator of that name (exact, then without regard to case), or NULL. */
const struct nt_enumerator *nt_enum_find(const struct nt_type *t, const char *name, size_t len);
