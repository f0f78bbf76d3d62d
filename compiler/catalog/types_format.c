#include "compiler/base/str.h"
#include "compiler/catalog/types_text.h"

#include <arpa/inet.h>
#include <endian.h>
#include <inttypes.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double scale;
};

static const struct unit durations[] = {
    {"ns", 1},   {"us", 1e3},   {"ms", 1e6},    {"s", 1e9},
    {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}, {0},
};

static const struct unit sizes[] = {
    {"B", 1},        {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30},
    {"TiB", 0x1p40}, {"PiB", 0x1p50}, {"EiB", 0x1p60}, {0},
};

/* Sizes up to here are printed to the byte. */
static const double EXACT_BYTES = 10 * 1024;

/* A number by its name, where the language has one. */
struct number_name {
    uint16_t number;
    const char *name;
};

static const struct number_name protocols[] = {
    {IPPROTO_ICMP, "icmp"},
    {IPPROTO_IGMP, "igmp"},
    {IPPROTO_IPIP, "ipip"},
    {IPPROTO_TCP, "tcp"},
    {IPPROTO_UDP, "udp"},
    {IPPROTO_DCCP, "dccp"},
    {IPPROTO_IPV6, "ipv6"},
    {IPPROTO_GRE, "gre"},
    {IPPROTO_ESP, "esp"},
    {IPPROTO_AH, "ah"},
    {IPPROTO_ICMPV6, "icmp6"},
    {89, "ospf"},
    {112, "vrrp"},
    {IPPROTO_SCTP, "sctp"},
    {IPPROTO_UDPLITE, "udplite"},
    {0},
};

static const struct number_name ethertypes[] = {
    {0x0800, "ip"},    {0x0806, "arp"},  {0x8035, "rarp"}, {0x8100, "vlan"},
    {0x86dd, "ip6"},   {0x8809, "lacp"}, {0x8847, "mpls"}, {0x8863, "pppoe"},
    {0x8864, "pppoe"}, {0x88a8, "qinq"}, {0x88cc, "lldp"}, {0},
};

static const char *name_of(const struct number_name *names, uint16_t number)
{
    for (; names->name; names++)
        if (names->number == number)
            return names->name;
    return NULL;
}

/* Three digits; more when they stand in front of the point. Returns the value as printed. */
static double print_3digits(double real, char *ret_text, size_t size)
{
    double magnitude = fabs(real);
    int decimals = magnitude < 10 ? 2 : magnitude < 100 ? 1 : 0;

    snprintf(ret_text, size, "%.*f", decimals, real);
    if (decimals) {
        char *end = ret_text + strlen(ret_text);

        while (end[-1] == '0')
            *--end = '\0';
        if (end[-1] == '.')
            *--end = '\0';
    }
    return strtod(ret_text, NULL);
}

void nt_format_3digits(double real, struct nt_str *out)
{
    char text[400];

    print_3digits(real, text, sizeof(text));
    nt_str_puts(out, strcmp(text, "-0") ? text : "0");
}

/* In the largest unit of which it is at least one, after rounding: 999.7us is 1ms. */
static void format_scaled(double value, const struct unit *units, struct nt_str *out)
{
    const struct unit *u = units;
    char text[400];

    while (u[1].name && fabs(value) >= u[1].scale)
        u++;
    if (u[1].name &&
        fabs(print_3digits(value / u->scale, text, sizeof(text))) * u->scale >= u[1].scale)
        u++;
    nt_format_3digits(value / u->scale, out);
    nt_str_puts(out, u->name);
}

static void format_size(double value, struct nt_str *out)
{
    static const struct unit only_bytes[] = {{"B", 1}, {0}};
    bool is_small = fabs(value) < EXACT_BYTES;

    /* Whole KiB are exact as well. */
    if (is_small && value / 1024 == (int)(value / 1024))
        is_small = false;
    format_scaled(value, is_small ? only_bytes : sizes, out);
}

NT_FORMATTER(nt_format_int)
{
    bool negative = (int64_t)words[0] < 0;

    (void)t;
    if (negative)
        nt_str_add(out, "-", 1);
    nt_str_number(out, negative ? -words[0] : words[0], 1);
}

NT_FORMATTER(nt_format_uint)
{
    (void)t;
    nt_str_number(out, words[0], 1);
}

NT_FORMATTER(nt_format_hex)
{
    (void)t;
    nt_str_printf(out, "0x%" PRIx64, words[0]);
}

NT_FORMATTER(nt_format_id)
{
    (void)t;
    nt_str_printf(out, "%016" PRIx64, words[0]);
}

NT_FORMATTER(nt_format_bool)
{
    (void)t;
    nt_str_puts(out, words[0] ? "true" : "false");
}

NT_FORMATTER(nt_format_duration)
{
    (void)t;
    format_scaled((double)(int64_t)words[0], durations, out);
}

NT_FORMATTER(nt_format_bytes)
{
    (void)t;
    if (words[0] < (uint64_t)EXACT_BYTES && words[0] % 1024 != 0) {
        nt_str_number(out, words[0], 1);
        nt_str_add(out, "B", 1);
    } else {
        format_size((double)(int64_t)words[0], out);
    }
}

void nt_format_real(const struct nt_type *t, double real, struct nt_str *out)
{
    if (t && t->kind == NT_KIND_DURATION)
        format_scaled(real, durations, out);
    else if (t && t->kind == NT_KIND_BYTES)
        format_size(real, out);
    else if (real != 0 && fabs(real) < 1)
        nt_str_printf(out, "%.3g", real);
    else
        nt_format_3digits(real, out);
}

void nt_format_exact(const struct nt_type *t, uint64_t word, struct nt_str *out)
{
    const struct unit *u = t->kind == NT_KIND_DURATION ? durations : sizes;
    int64_t number = (int64_t)word;

    if (t->kind != NT_KIND_DURATION && t->kind != NT_KIND_BYTES) {
        t->format(t, &word, out);
        return;
    }
    while (number && u[1].name && number % (int64_t)u[1].scale == 0)
        u++;
    nt_str_printf(out, "%" PRId64 "%s", number / (int64_t)u->scale, u->name);
}

NT_FORMATTER(nt_format_mac)
{
    (void)t;
    for (int shift = 40; shift >= 0; shift -= 8)
        nt_str_printf(out, "%02x%s", (unsigned)(words[0] >> shift & 0xff), shift ? ":" : "");
}

static bool is_v4(const uint64_t *words)
{
    return !words[0] && words[1] >> 32 == 0xffff;
}

/* Gives the length. */
static size_t format_v4(uint32_t address, char *text)
{
    char *at = text;

    for (int shift = 24; shift >= 0; shift -= 8) {
        unsigned n = address >> shift & 0xff;

        if (n >= 100)
            *at++ = (char)('0' + n / 100);
        if (n >= 10)
            *at++ = (char)('0' + n / 10 % 10);
        *at++ = (char)('0' + n % 10);
        *at++ = '.';
    }
    return (size_t)(at - text) - 1;
}

NT_FORMATTER(nt_format_ip)
{
    uint64_t v6[2] = {htobe64(words[0]), htobe64(words[1])};
    char text[INET6_ADDRSTRLEN];

    (void)t;
    if (is_v4(words)) {
        nt_str_add(out, text, format_v4((uint32_t)words[1], text));
        return;
    }
    inet_ntop(AF_INET6, v6, text, sizeof(text));
    nt_str_puts(out, text);
}

NT_FORMATTER(nt_format_cidr)
{
    bool as_v4 = is_v4(words) && words[2] >= 96;

    /* With fewer bits than those that say "IPv4", ::ffff:0:0 is a network of IPv6. */
    if (as_v4 || !is_v4(words))
        nt_format_ip(t, words, out);
    else
        nt_str_puts(out, "::ffff:0:0");
    nt_str_printf(out, "/%" PRIu64, words[2] - (as_v4 ? 96 : 0));
}

NT_FORMATTER(nt_format_string)
{
    nt_str_add(out, (const char *)words, strnlen((const char *)words, t->words * sizeof(uint64_t)));
}

/* A drop reason of a subsystem without names here is 0x30001. */
static void format_unnamed(const struct nt_type *t, uint64_t word, struct nt_str *out)
{
    if (t->hex || (int64_t)word > 0xffff)
        nt_format_hex(t, &word, out);
    else
        nt_format_int(t, &word, out);
}

NT_FORMATTER(nt_format_enum)
{
    for (uint32_t i = 0; i < t->nnames; i++)
        if (t->names[i].here && t->names[i].value == (int64_t)words[0]) {
            nt_str_puts(out, t->names[i].name);
            return;
        }
    format_unnamed(t, words[0], out);
}

/* Bits without a name follow as a number: seen_reply|0x40. */
NT_FORMATTER(nt_format_flags)
{
    uint64_t left = words[0];
    const char *bar = "";

    for (uint32_t i = 0; i < t->nnames; i++) {
        uint64_t mask = (uint64_t)t->names[i].value;

        if (!t->names[i].here || !mask || (left & mask) != mask)
            continue;
        nt_str_printf(out, "%s%s", bar, t->names[i].name);
        bar = "|";
        left &= ~mask;
    }
    if (left)
        nt_str_printf(out, "%s0x%" PRIx64, bar, left);
    else if (!*bar)
        nt_str_puts(out, "0");
}

static bool has_ports(uint16_t proto)
{
    return proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_SCTP ||
           proto == IPPROTO_DCCP || proto == IPPROTO_UDPLITE;
}

static void format_endpoint(const uint64_t *ip, uint16_t port, struct nt_str *out)
{
    bool v4 = is_v4(ip);

    nt_str_puts(out, v4 ? "" : "[");
    nt_format_ip(NULL, ip, out);
    nt_str_printf(out, "%s:%u", v4 ? "" : "]", port);
}

NT_FORMATTER(nt_format_flow)
{
    uint16_t tag = (uint16_t)words[4], proto = (uint16_t)(words[4] >> 16);
    bool is_ip = tag == NT_FLOW_IP;
    const char *name = name_of(is_ip ? protocols : ethertypes, proto);

    if (tag != NT_FLOW_IP && tag != NT_FLOW_ETH) {
        nt_str_puts(out, "-");
        return;
    }
    if (is_ip && has_ports(proto) && words[4] >> 32) { /* later fragments have none */
        format_endpoint(words, (uint16_t)(words[4] >> 48), out);
        nt_str_puts(out, " > ");
        format_endpoint(words + 2, (uint16_t)(words[4] >> 32), out);
    } else {
        NT_FORMATTER((*address)) = is_ip ? nt_format_ip : nt_format_mac;

        address(t, words, out);
        nt_str_puts(out, " > ");
        address(t, words + 2, out);
    }
    if (name)
        nt_str_printf(out, " %s", name);
    else
        nt_str_printf(out, is_ip ? " %u" : " 0x%04x", proto);
}

/* tap > ovs 2.1us > nic 20ms: each with the time since the one before. */
NT_FORMATTER(nt_format_hops)
{
    uint64_t at, before = 0;
    const char *separator = "";

    for (uint32_t i = 0; i < t->nnames; i++) {
        if (!nt_hop_at(words, i, &at))
            continue;
        nt_str_printf(out, "%s%s", separator, t->names[i].name);
        if (*separator) {
            uint64_t hop = at - before;

            nt_str_puts(out, " ");
            nt_format_duration(&nt_type_duration, &hop, out);
        }
        separator = " > ";
        before = at;
    }
}
