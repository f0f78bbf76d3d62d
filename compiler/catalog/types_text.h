/* How types are read from text and printed: the functions that the rows of types.c name, and what
 * value.c needs for averages. Parsers take len bytes at text, all of it or nothing, and leave
 * ret_words alone on failure (-EINVAL). */
#pragma once

#include "compiler/catalog/types.h"

#define NT_PARSER(name)                                                                            \
    int name(const struct nt_type *t, const char *text, size_t len, uint64_t *ret_words)

NT_PARSER(nt_parse_int);      /* -5, 0x1f, 0b101 */
NT_PARSER(nt_parse_uint);     /* no sign */
NT_PARSER(nt_parse_bool);     /* true, false, 1, 0 */
NT_PARSER(nt_parse_duration); /* 10us, 1.5ms: a unit is needed */
NT_PARSER(nt_parse_bytes);    /* 64KiB, 1kB, 1500 */
NT_PARSER(nt_parse_port);
NT_PARSER(nt_parse_mac);
NT_PARSER(nt_parse_ip);
NT_PARSER(nt_parse_cidr); /* a bare address is a network of one; host bits are cleared */
NT_PARSER(nt_parse_ifname);
NT_PARSER(nt_parse_string);
NT_PARSER(nt_parse_enum);  /* a name that the running kernel has, or a number */
NT_PARSER(nt_parse_flags); /* the same, joined by | */

#define NT_FORMATTER(name)                                                                         \
    void name(const struct nt_type *t, const uint64_t *words, struct nt_str *out)

NT_FORMATTER(nt_format_int);
NT_FORMATTER(nt_format_uint);
NT_FORMATTER(nt_format_hex);
NT_FORMATTER(nt_format_id);
NT_FORMATTER(nt_format_bool);
NT_FORMATTER(nt_format_duration);
NT_FORMATTER(nt_format_bytes);
NT_FORMATTER(nt_format_mac);
NT_FORMATTER(nt_format_ip);
NT_FORMATTER(nt_format_cidr);
NT_FORMATTER(nt_format_string); /* the bytes as they are: printers escape */
NT_FORMATTER(nt_format_enum);
NT_FORMATTER(nt_format_flags);
NT_FORMATTER(nt_format_flow);
NT_FORMATTER(nt_format_hops);
NT_FORMATTER(nt_format_bytes_kept); /* words as catalog/bytes.h keeps them */

/* A fraction of the unit that type t counts in: 812.3 of duration is 812ns. t may be NULL. */
void nt_format_real(const struct nt_type *t, double real, struct nt_str *out);
/* Three digits and no trailing zeros: 12.5, 0.03, 100. */
void nt_format_3digits(double real, struct nt_str *out);
/* As format, but to the last digit: in the largest unit that leaves no fraction. */
void nt_format_exact(const struct nt_type *t, uint64_t word, struct nt_str *out);
