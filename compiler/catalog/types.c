#include "compiler/catalog/types.h"
#include "compiler/catalog/bytes.h"
#include "compiler/catalog/types_text.h"

#include <string.h>
#include <strings.h>

const struct nt_type nt_type_error = {
    .kind = NT_KIND_ERROR,
    .name = "error",
    .words = 1,
    .format = nt_format_hex,
};

const struct nt_type nt_type_scope = {
    .kind = NT_KIND_SCOPE,
    .name = "header",
    .format = nt_format_hex,
    .doc = "A header that a packet may have: tcp, ip6, inner.udp.",
};

const struct nt_type nt_type_int = {
    .kind = NT_KIND_INT,
    .name = "int",
    .words = 1,
    .is_signed = true,
    .json_number = true,
    .parse = nt_parse_int,
    .format = nt_format_int,
    .doc = "A signed number of 64 bits: 42, -1, 0x1f, 0b101.",
};

const struct nt_type nt_type_uint = {
    .kind = NT_KIND_UINT,
    .name = "uint",
    .words = 1,
    .json_number = true,
    .parse = nt_parse_uint,
    .format = nt_format_uint,
    .doc = "An unsigned number of 64 bits.",
};

const struct nt_type nt_type_bool = {
    .kind = NT_KIND_BOOL,
    .name = "bool",
    .words = 1,
    .parse = nt_parse_bool,
    .format = nt_format_bool,
    .doc = "true or false.",
};

const struct nt_type nt_type_duration = {
    .kind = NT_KIND_DURATION,
    .name = "duration",
    .words = 1,
    .is_signed = true,
    .json_number = true,
    .parse = nt_parse_duration,
    .format = nt_format_duration,
    .doc = "A span of time: 250ns, 10us, 5ms, 1.5s, 2m, 1h, 1d. In JSON a number of nanoseconds.",
};

const struct nt_type nt_type_bytes = {
    .kind = NT_KIND_BYTES,
    .name = "bytes",
    .words = 1,
    .is_signed = true,
    .json_number = true,
    .parse = nt_parse_bytes,
    .format = nt_format_bytes,
    .doc = "A size: 1500, 64KiB, 1MiB, 10kB. In JSON a number of bytes.",
};

const struct nt_type nt_type_port = {
    .kind = NT_KIND_PORT,
    .name = "port",
    .words = 1,
    .json_number = true,
    .parse = nt_parse_port,
    .format = nt_format_uint,
    .doc = "A port of TCP, UDP, SCTP, DCCP or UDP-Lite: 0 to 65535.",
};

const struct nt_type nt_type_mac = {
    .kind = NT_KIND_MAC,
    .name = "mac",
    .words = 1,
    .parse = nt_parse_mac,
    .format = nt_format_mac,
    .doc = "An Ethernet address: 52:54:00:12:34:56.",
};

const struct nt_type nt_type_ksym = {
    .kind = NT_KIND_KSYM,
    .name = "ksym",
    .words = 1,
    .format = nt_format_hex,
    .doc = "An address in the kernel's code; prints as function and offset.",
};

const struct nt_type nt_type_ip = {
    .kind = NT_KIND_IP,
    .name = "ip",
    .words = 2,
    .parse = nt_parse_ip,
    .format = nt_format_ip,
    .doc = "An IPv4 or IPv6 address: 10.0.0.2, fe80::1.",
};

const struct nt_type nt_type_cidr = {
    .kind = NT_KIND_CIDR,
    .name = "cidr",
    .words = 3,
    .parse = nt_parse_cidr,
    .format = nt_format_cidr,
    .doc = "A network: 10.0.0.0/8, 2001:db8::/32; a bare address is a network of one.",
};

const struct nt_type nt_type_ifname = {
    .kind = NT_KIND_IFNAME,
    .name = "ifname",
    .words = 2,
    .parse = nt_parse_ifname,
    .format = nt_format_string,
    .doc = "The name of a network interface, at most 15 bytes: eth0.",
};

const struct nt_type nt_type_string = {
    .kind = NT_KIND_STRING,
    .name = "string",
    .words = NT_MAX_WORDS,
    .parse = nt_parse_string,
    .format = nt_format_string,
    .doc = "Text, at most 64 bytes: \"kworker\".",
};

const struct nt_type nt_type_flow = {
    .kind = NT_KIND_FLOW,
    .name = "flow",
    .words = 5,
    .format = nt_format_flow,
    .doc = "Who talks to whom: addresses, ports and protocol; without IP the Ethernet addresses.",
};

const struct nt_type nt_type_packet = {
    .kind = NT_KIND_ID,
    .name = "packet",
    .words = 1,
    .format = nt_format_id,
    .doc = "What a packet is recognised by, made of its headers; prints as 16 hexadecimal digits.",
};

const struct nt_type nt_type_exchange = {
    .kind = NT_KIND_ID,
    .name = "exchange",
    .words = 1,
    .format = nt_format_id,
    .doc = "The same for a request and its reply; prints as 16 hexadecimal digits.",
};

const struct nt_type nt_type_buffer = {
    .kind = NT_KIND_ID,
    .name = "buffer",
    .words = 1,
    .format = nt_format_hex,
    .doc = "Where a packet's bytes are kept; clones share it.",
};

const struct nt_type nt_type_stack = {
    .kind = NT_KIND_STACK,
    .name = "stack",
    .words = 1,
    .format = nt_format_uint,
    .doc = "The functions that led to here, innermost first.",
};

const struct nt_type nt_type_hex = {
    .kind = NT_KIND_HEX,
    .name = "hex",
    .words = NT_BYTES_WORDS,
    .format = nt_format_bytes_kept,
    .doc = "Bytes as they lie in memory, from bytes(p, n, max); prints as hexadecimal digits.",
};

const struct nt_type *const nt_types[] = {
    &nt_type_int,
    &nt_type_uint,
    &nt_type_bool,
    &nt_type_duration,
    &nt_type_bytes,
    &nt_type_ip,
    &nt_type_cidr,
    &nt_type_port,
    &nt_type_mac,
    &nt_type_ifname,
    &nt_type_string,
    &nt_type_flow,
    &nt_type_packet,
    &nt_type_exchange,
    &nt_type_buffer,
    &nt_type_ksym,
    &nt_type_stack,
    &nt_type_hex,
    NULL,
};

const struct nt_type *nt_type_find(const char *name)
{
    for (const struct nt_type *const *t = nt_types; *t; t++)
        if (!strcmp((*t)->name, name))
            return *t;
    return NULL;
}

const struct nt_type *nt_type_new_string(struct nt_arena *a, uint8_t words)
{
    struct nt_type *t = NT_NEW(a, struct nt_type);

    *t = nt_type_string;
    t->words = words;
    return t;
}

const struct nt_type *nt_type_new_enum(struct nt_arena *a, const char *name, bool flags,
                                       const struct nt_enumerator *names, uint32_t nnames)
{
    struct nt_type *t = NT_NEW(a, struct nt_type);

    *t = (struct nt_type){
        .kind = flags ? NT_KIND_FLAGS : NT_KIND_ENUM,
        .name = name,
        .words = 1,
        .is_signed = !flags,
        .parse = flags ? nt_parse_flags : nt_parse_enum,
        .format = flags ? nt_format_flags : nt_format_enum,
        .names = names,
        .nnames = nnames,
    };
    return t;
}

const struct nt_type *nt_type_new_pointer(struct nt_arena *a, const char *name, uint32_t btf_id)
{
    struct nt_type *t = NT_NEW(a, struct nt_type);

    *t = (struct nt_type){
        .kind = NT_KIND_POINTER,
        .name = name,
        .words = 1,
        .format = nt_format_hex,
        .btf_id = btf_id,
    };
    return t;
}

const struct nt_type *nt_type_new_hops(struct nt_arena *a, const struct nt_enumerator *names,
                                       uint32_t nnames)
{
    struct nt_type *t = NT_NEW(a, struct nt_type);

    *t = (struct nt_type){
        .kind = NT_KIND_HOPS,
        .name = "hops",
        .words = (uint8_t)((nnames + 1) / 2),
        .format = nt_format_hops,
        .names = names,
        .nnames = nnames,
    };
    return t;
}

const struct nt_enumerator *nt_enum_find(const struct nt_type *t, const char *name, size_t len)
{
    for (uint32_t i = 0; i < t->nnames; i++)
        if (!strncmp(t->names[i].name, name, len) && !t->names[i].name[len])
            return &t->names[i];
    for (uint32_t i = 0; i < t->nnames; i++)
        if (!strncasecmp(t->names[i].name, name, len) && !t->names[i].name[len])
            return &t->names[i];
    return NULL;
}
