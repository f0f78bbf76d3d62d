#include "compiler/catalog/bytes.h"

#include "compiler/base/str.h"
#include "compiler/base/utf8.h"
#include "compiler/catalog/types_text.h"

#include <string.h>

/* What lies deeper is printed as plain bytes. */
enum { MAX_DEPTH = 16 };

uint32_t nt_type_kept_words(const struct nt_type *t)
{
    return t->kind == NT_KIND_HEX ? 1 + (t->most + 7) / 8 : t->words;
}

uint32_t nt_bytes_len(const uint64_t *words)
{
    return (uint32_t)words[0];
}

uint32_t nt_bytes_lacking(const uint64_t *words)
{
    uint32_t all = (uint32_t)(words[0] >> 32), len = nt_bytes_len(words);

    return all > len ? all - len : 0;
}

const uint8_t *nt_bytes_at(const uint64_t *words)
{
    return (const uint8_t *)(words + 1);
}

/* -- parts ------------------------------------------------------------------------------------ */

static uint64_t network_number(const uint8_t *at, uint32_t size)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < size; i++)
        n = n << 8 | at[i];
    return n;
}

static void take_text(struct nt_part_value *v)
{
    size_t len = strnlen((const char *)v->at, v->len);

    memcpy(v->w, v->at, len < sizeof(v->w) ? len : sizeof(v->w));
}

static void take_value(struct nt_part_value *v)
{
    uint32_t size = v->part->size;

    v->there = v->len >= size;
    if (!v->there)
        return;
    switch (v->part->kind) {
    case NT_PART_WIRE:
        v->w[0] = network_number(v->at, size > 8 ? 8 : size);
        if (size > 8)
            v->w[1] = network_number(v->at + 8, size - 8);
        break;
    case NT_PART_IP4:
        v->w[1] = 0xffffull << 32 | network_number(v->at, 4);
        break;
    case NT_PART_HOST:
        v->there = v->len > 0;
        size = size ? size : 8;
        memcpy(v->w, v->at, v->len < size ? v->len : size);
        break;
    case NT_PART_TEXT:
        take_text(v);
        break;
    default:
        break;
    }
}

static bool rest(struct nt_parts_walk *walk, struct nt_part_value *ret_value)
{
    *ret_value =
        (struct nt_part_value){.number = -1, .there = true, .at = walk->at, .len = walk->left};
    walk->left = 0;
    return ret_value->len > 0;
}

static bool next_attribute(struct nt_parts_walk *walk, struct nt_part_value *ret_value)
{
    uint16_t head[2];
    uint32_t step;

    if (walk->left < NT_ATTR_HEADER)
        return rest(walk, ret_value);
    memcpy(head, walk->at, sizeof(head));
    if (head[0] < NT_ATTR_HEADER || head[0] > walk->left)
        return rest(walk, ret_value);
    *ret_value = (struct nt_part_value){.number = head[1] & NT_ATTR_TYPE_MASK,
                                        .there = true,
                                        .at = walk->at + NT_ATTR_HEADER,
                                        .len = head[0] - (uint32_t)NT_ATTR_HEADER};
    for (uint32_t i = 0; i < walk->parts->n && !ret_value->part; i++)
        if (walk->parts->part[i].at == (uint32_t)ret_value->number)
            ret_value->part = &walk->parts->part[i];
    if (ret_value->part)
        take_value(ret_value);
    step = (head[0] + 3u) & ~3u;
    step = step < walk->left ? step : walk->left;
    walk->at += step;
    walk->left -= step;
    return true;
}

static bool next_offset(struct nt_parts_walk *walk, struct nt_part_value *ret_value)
{
    const struct nt_part *part;

    if (walk->next == walk->parts->n)
        return false;
    part = &walk->parts->part[walk->next++];
    *ret_value = (struct nt_part_value){.part = part, .number = -1};
    if (part->at <= walk->left) {
        ret_value->at = walk->at + part->at;
        ret_value->len = walk->left - part->at;
        take_value(ret_value);
    }
    return true;
}

bool nt_parts_next(struct nt_parts_walk *walk, struct nt_part_value *ret_value)
{
    return walk->parts->attributes ? next_attribute(walk, ret_value) : next_offset(walk, ret_value);
}

/* -- text ------------------------------------------------------------------------------------- */

void nt_bytes_hex(const uint8_t *at, uint32_t len, struct nt_str *out)
{
    for (uint32_t i = 0; i < len; i++)
        nt_str_printf(out, "%02x", at[i]);
}

static void format_parts(const struct nt_parts *parts, const uint8_t *at, uint32_t len, int depth,
                         struct nt_str *out);

static void format_text(const struct nt_part_value *v, struct nt_str *out)
{
    size_t len = strnlen((const char *)v->w, sizeof(v->w));
    unsigned width;

    for (size_t at = 0; at < len;)
        at += nt_utf8_show((const char *)v->w + at, len - at, out, &width);
}

static void format_part(const struct nt_part_value *v, int depth, struct nt_str *out)
{
    if (!v->there)
        nt_str_puts(out, "-");
    else if (!v->part || (v->part->kind == NT_PART_BYTES && !v->part->type->parts))
        nt_bytes_hex(v->at, v->len, out);
    else if (v->part->kind == NT_PART_BYTES)
        format_parts(v->part->type->parts, v->at, v->len, depth + 1, out);
    else if (v->part->kind == NT_PART_TEXT)
        format_text(v, out);
    else
        v->part->type->format(v->part->type, v->w, out);
}

/* in_port(2),eth(src=...,dst=...),#40(0a0b): attributes with their payload in brackets. */
static void format_parts(const struct nt_parts *parts, const uint8_t *at, uint32_t len, int depth,
                         struct nt_str *out)
{
    struct nt_parts_walk walk = {parts, at, len, 0};
    struct nt_part_value v;
    const char *comma = "";

    if (depth > MAX_DEPTH) {
        nt_bytes_hex(at, len, out);
        return;
    }
    for (; nt_parts_next(&walk, &v); comma = ",") {
        nt_str_puts(out, comma);
        if (v.part)
            nt_str_puts(out, v.part->name);
        else if (v.number >= 0)
            nt_str_printf(out, "#%d", v.number);
        else
            nt_str_puts(out, "rest");
        if (v.part && v.part->kind == NT_PART_NONE)
            continue;
        nt_str_puts(out, parts->attributes ? "(" : "=");
        format_part(&v, depth, out);
        nt_str_puts(out, parts->attributes ? ")" : "");
    }
}

NT_FORMATTER(nt_format_bytes_kept)
{
    uint32_t len = nt_bytes_len(words), lacking = nt_bytes_lacking(words);

    if (!len && !lacking)
        nt_str_puts(out, "empty");
    else if (t->parts)
        format_parts(t->parts, nt_bytes_at(words), len, 0, out);
    else
        nt_bytes_hex(nt_bytes_at(words), len, out);
    if (lacking)
        nt_str_printf(out, "...+%u", lacking);
}

const struct nt_type *nt_type_new_bytes(struct nt_arena *a, const struct nt_parts *parts,
                                        uint32_t most)
{
    struct nt_type *t = NT_NEW(a, struct nt_type);

    *t = nt_type_hex;
    t->name = parts ? parts->name : nt_type_hex.name;
    t->parts = parts;
    t->most = most;
    return t;
}
