/* The texts a compilation reads, and places in them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place in a script, as byte offsets; lines and columns are worked out only when printed. */
struct nt_span {
    uint32_t begin, end; /* end is behind the last byte */
    uint16_t source;     /* index into nt_cx.sources */
};

struct nt_source {
    const char *name; /* as the user knows it: "drops.nt", "-e", "stdlib/events/skb.nt" */
    const char *text; /* NUL behind the last byte; NULs inside are possible */
    uint32_t len;
    uint32_t *line_start; /* made on first use */
    uint32_t nlines;
};

struct nt_cx;

/* Line and column, both from 1; the column counts bytes. */
struct nt_pos {
    uint32_t line, col;
};

struct nt_pos nt_pos_of(struct nt_cx *cx, struct nt_span at);
/* The text of line (from 1), without its newline; *ret_len bytes. */
const char *nt_line_text(struct nt_cx *cx, uint16_t source, uint32_t line, uint32_t *ret_len);

/* Adds a text to the compilation; it must live as long as cx. Returns its index. */
uint16_t nt_source_add(struct nt_cx *cx, const char *name, const char *text, uint32_t len);

static inline bool nt_span_same(struct nt_span a, struct nt_span b)
{
    return a.begin == b.begin && a.end == b.end && a.source == b.source;
}

static inline struct nt_span nt_span_join(struct nt_span a, struct nt_span b)
{
    return (struct nt_span){a.begin, b.end > a.end ? b.end : a.end, a.source};
}
