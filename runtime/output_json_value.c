/* Values in JSON. */
#include "runtime/output_json.h"

#include "compiler/base/utf8.h"
#include "compiler/catalog/bytes.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Of what stands in JSON as it is. */
static size_t plain_length(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && text[n] >= ' ' && text[n] <= '~' && text[n] != '"' && text[n] != '\\')
        n++;
    return n;
}

/* Bytes that are no UTF-8 become U+FFFD: a JSON text has no way to hold them. */
void nt_json_string_n(struct nt_str *out, const char *text, size_t len)
{
    static const char *const escapes[32] = {
        ['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t",
    };

    nt_str_puts(out, "\"");
    for (size_t at = 0, n; at < len; at += n) {
        unsigned char c = (unsigned char)text[at];

        n = plain_length(text + at, len - at);
        if (n) {
            nt_str_add(out, text + at, n);
            continue;
        }
        n = nt_utf8_len(text + at, len - at);
        if (!n) {
            nt_str_puts(out, "\\ufffd");
            n = 1;
        } else if (c == '"' || c == '\\') {
            nt_str_printf(out, "\\%c", c);
        } else if (c < 32 && escapes[c]) {
            nt_str_puts(out, escapes[c]);
        } else if (c < 32 || c == 127) {
            nt_str_printf(out, "\\u%04x", c);
        } else {
            nt_str_add(out, text + at, n);
        }
    }
    nt_str_puts(out, "\"");
}

void nt_json_string(struct nt_str *out, const char *text)
{
    nt_json_string_n(out, text, strlen(text));
}

void nt_json_name(struct nt_str *out, const char *separator, const char *name)
{
    nt_str_puts(out, separator);
    nt_json_string(out, name);
    nt_str_puts(out, ":");
}

void nt_json_integer(struct nt_str *out, const struct nt_type *type, uint64_t word)
{
    bool negative = type && type->is_signed && (int64_t)word < 0;

    nt_str_puts(out, negative ? "-" : "");
    nt_str_number(out, negative ? -word : word, 1);
}

static void add_real(struct nt_str *out, double real)
{
    if (isfinite(real))
        nt_str_printf(out, "%.15g", real);
    else
        nt_str_puts(out, "null");
}

static void add_stack(struct nt_output *o, const struct nt_value *v)
{
    const struct nt_resolver *r = &o->options.resolver;
    const char *separator = "";
    NT_STR_AUTO frames = {0};

    if (r->stack)
        r->stack(r->ctx, v->w[0], &frames);
    if (!frames.len) {
        nt_str_puts(&o->text, "null");
        return;
    }
    nt_str_puts(&o->text, "[");
    for (char *line = frames.at, *end; (end = strchr(line, '\n')); line = end + 1) {
        nt_str_puts(&o->text, separator);
        nt_json_string_n(&o->text, line, (size_t)(end - line));
        separator = ",";
    }
    nt_str_puts(&o->text, "]");
}

/* [{"stage":"tap","after":0},{"stage":"nic","after":20000000}]: ns since the one before. */
static void add_hops(struct nt_str *out, const struct nt_value *v)
{
    uint64_t at, before = 0;
    const char *separator = "";

    nt_str_puts(out, "[");
    for (uint32_t i = 0; i < v->type->nnames; i++) {
        if (!nt_hop_at(v->w, i, &at))
            continue;
        nt_str_puts(out, separator);
        nt_json_name(out, "{", "stage");
        nt_json_string(out, v->type->names[i].name);
        nt_str_printf(out, ",\"after\":%" PRIu64 "}", at - before);
        separator = ",";
        before = at;
    }
    nt_str_puts(out, "]");
}

/* Most values are plain: they are written where they belong, and only what is not is taken back. */
static void add_quoted(struct nt_output *o, const struct nt_value *v)
{
    struct nt_str *out = &o->text;
    size_t before = out->len, len;
    NT_STR_AUTO text = {0};

    nt_str_puts(out, "\"");
    if (v->type->kind == NT_KIND_KSYM)
        nt_output_value(o, v, out);
    else
        nt_value_format(v, out);
    len = out->len - before - 1;
    if (plain_length(out->at + before + 1, len) == len) {
        nt_str_puts(out, "\"");
        return;
    }
    nt_str_add(&text, out->at + before + 1, len);
    out->len = before;
    nt_json_string_n(out, text.at, text.len);
}

static void add_words(struct nt_output *o, const struct nt_value *v)
{

    if (!v->type || v->type->json_number) {
        nt_json_integer(&o->text, v->type, v->w[0]);
        return;
    }
    switch (v->type->kind) {
    case NT_KIND_BOOL:
        nt_str_puts(&o->text, v->w[0] ? "true" : "false");
        return;
    case NT_KIND_STACK:
        add_stack(o, v);
        return;
    case NT_KIND_HOPS:
        add_hops(&o->text, v);
        return;
    default:
        add_quoted(o, v);
    }
}

static void add_hex(struct nt_str *out, const uint8_t *at, uint32_t len)
{
    nt_str_puts(out, "\"");
    nt_bytes_hex(at, len, out);
    nt_str_puts(out, "\"");
}

/* What lies deeper is plain bytes. */
enum { MAX_DEPTH = 16 };

static void add_parts(struct nt_output *o, const struct nt_parts *parts, const uint8_t *at,
                      uint32_t len, int depth);

static void add_part(struct nt_output *o, const struct nt_part_value *v, int depth)
{
    struct nt_value value = {.shape = NT_SHAPE_WORDS};

    if (!v->there) {
        nt_str_puts(&o->text, "null");
    } else if (!v->part || (v->part->kind == NT_PART_BYTES && !v->part->type->parts)) {
        add_hex(&o->text, v->at, v->len);
    } else if (v->part->kind == NT_PART_BYTES) {
        add_parts(o, v->part->type->parts, v->at, v->len, depth + 1);
    } else if (v->part->kind == NT_PART_NONE) {
        nt_str_puts(&o->text, "true");
    } else {
        value.type = v->part->type;
        memcpy(value.w, v->w, sizeof(value.w));
        add_words(o, &value);
    }
}

/* Parts at offsets are an object. Attributes may come again and their order may mean something:
 * they are a list of objects of one member. */
static void add_parts(struct nt_output *o, const struct nt_parts *parts, const uint8_t *at,
                      uint32_t len, int depth)
{
    struct nt_parts_walk walk = {parts, at, len, 0};
    const char *separator = "";
    struct nt_part_value v;
    char number[16];

    if (depth > MAX_DEPTH) {
        add_hex(&o->text, at, len);
        return;
    }
    nt_str_puts(&o->text, parts->attributes ? "[" : "{");
    for (; nt_parts_next(&walk, &v); separator = ",") {
        snprintf(number, sizeof(number), v.number < 0 ? "rest" : "#%d", v.number);
        nt_str_puts(&o->text, separator);
        nt_json_name(&o->text, parts->attributes ? "{" : "", v.part ? v.part->name : number);
        add_part(o, &v, depth);
        nt_str_puts(&o->text, parts->attributes ? "}" : "");
    }
    nt_str_puts(&o->text, parts->attributes ? "]" : "}");
}

/* Bytes that found no room are said: {"bytes": ..., "lacking": 12}. */
static void add_bytes(struct nt_output *o, const struct nt_value *v)
{
    uint32_t lacking = nt_bytes_lacking(v->kept), len = nt_bytes_len(v->kept);

    if (lacking)
        nt_str_puts(&o->text, "{\"bytes\":");
    if (v->type->parts)
        add_parts(o, v->type->parts, nt_bytes_at(v->kept), len, 0);
    else
        add_hex(&o->text, nt_bytes_at(v->kept), len);
    if (lacking)
        nt_str_printf(&o->text, ",\"lacking\":%u}", lacking);
}

static void add_bound(struct nt_str *out, const struct nt_value *v, int64_t bound, bool is_open)
{
    if (is_open)
        nt_str_puts(out, "null");
    else
        nt_json_integer(out, v->type ? v->type : &nt_type_int, (uint64_t)bound);
}

static void add_hist(struct nt_str *out, const struct nt_value *v)
{
    nt_str_puts(out, "[");
    for (uint32_t i = 0; i < v->hist.n; i++) {
        const struct nt_bucket *b = &v->hist.bucket[i];

        nt_str_puts(out, i ? ",{\"lo\":" : "{\"lo\":");
        add_bound(out, v, b->lo, b->open_lo);
        nt_str_puts(out, ",\"hi\":");
        add_bound(out, v, b->hi, b->open_hi);
        nt_str_printf(out, ",\"count\":%" PRIu64 "}", b->count);
    }
    nt_str_puts(out, "]");
}

static void add_stats(struct nt_str *out, const struct nt_value *v)
{
    nt_str_printf(out, "{\"count\":%" PRIu64 ",\"sum\":", v->stats.count);
    nt_json_integer(out, v->type, (uint64_t)v->stats.sum);
    nt_str_puts(out, ",\"avg\":");
    add_real(out, v->stats.avg);
    nt_str_puts(out, ",\"min\":");
    nt_json_integer(out, v->type, (uint64_t)v->stats.min);
    nt_str_puts(out, ",\"max\":");
    nt_json_integer(out, v->type, (uint64_t)v->stats.max);
    nt_str_puts(out, "}");
}

static void add_quantiles(struct nt_str *out, const struct nt_value *v)
{
    nt_str_printf(out, "{\"count\":%" PRIu64, v->quantiles.count);
    for (int i = 0; i < NT_QUANTILES; i++) {
        nt_json_name(out, ",", nt_quantiles[i].name);
        add_bound(out, v, v->quantiles.at[i], v->quantiles.below[i]);
    }
    nt_str_puts(out, "}");
}

void nt_json_value(struct nt_output *o, const struct nt_value *v)
{
    switch (v->shape) {
    case NT_SHAPE_ABSENT:
        nt_str_puts(&o->text, "null");
        return;
    case NT_SHAPE_WORDS:
        add_words(o, v);
        return;
    case NT_SHAPE_BYTES:
        add_bytes(o, v);
        return;
    case NT_SHAPE_REAL:
    case NT_SHAPE_SHARE:
    case NT_SHAPE_RATE:
        add_real(&o->text, v->real);
        return;
    case NT_SHAPE_HIST:
        add_hist(&o->text, v);
        return;
    case NT_SHAPE_STATS:
        add_stats(&o->text, v);
        return;
    case NT_SHAPE_QUANTILES:
        add_quantiles(&o->text, v);
        return;
    }
}
