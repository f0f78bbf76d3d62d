/* Values and printf as text, for every format. */
#include "compiler/base/utf8.h"
#include "runtime/output.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The widest a printf conversion may be told to pad; a script's typing error is no flood. */
enum { WIDTH_MAX = 1000 };

const char *nt_output_second(struct nt_output *o, uint64_t time, const char *format, bool utc)
{
    struct nt_second *s = &o->second;
    time_t seconds = (time_t)(time / 1000000000);
    struct tm tm;

    if (s->text[0] && s->at == (uint64_t)seconds)
        return s->text;
    s->at = (uint64_t)seconds;
    if (utc)
        gmtime_r(&seconds, &tm);
    else
        localtime_r(&seconds, &tm);
    strftime(s->text, sizeof(s->text), format, &tm);
    return s->text;
}

static void add_safe(const char *text, size_t len, struct nt_str *out)
{
    unsigned width;

    for (size_t at = 0; at < len;)
        at += nt_utf8_show(text + at, len - at, out, &width);
}

static void add_symbol(const struct nt_output *o, uint64_t address, struct nt_str *out)
{
    const struct nt_resolver *r = &o->options.resolver;

    if (r->symbol)
        r->symbol(r->ctx, address, out);
    else
        nt_type_ksym.format(&nt_type_ksym, &address, out);
}

void nt_output_stack(const struct nt_output *o, const struct nt_value *value, int indent,
                     struct nt_str *out)
{
    const struct nt_resolver *r = &o->options.resolver;
    NT_STR_AUTO frames = {0};

    if (value->shape == NT_SHAPE_WORDS && r->stack)
        r->stack(r->ctx, value->w[0], &frames);
    if (!frames.len)
        nt_str_puts(&frames, "-\n");
    for (char *line = frames.at, *end; (end = strchr(line, '\n')); line = end + 1)
        nt_str_printf(out, "%*s%.*s\n", indent, "", (int)(end - line), line);
}

static void add_stack(const struct nt_output *o, const struct nt_value *value, struct nt_str *out)
{
    NT_STR_AUTO raw = {0};

    nt_str_puts(&raw, "\n");
    nt_output_stack(o, value, 4, &raw);
    nt_str_add(out, raw.at, raw.len - 1);
}

/* Texts are the words themselves. */
static void add_text(const struct nt_value *value, struct nt_str *out)
{
    const char *text = (const char *)value->w;

    add_safe(text, strnlen(text, value->type->words * sizeof(uint64_t)), out);
}

void nt_output_value(const struct nt_output *o, const struct nt_value *value, struct nt_str *out)
{
    enum nt_kind kind = value->type ? value->type->kind : NT_KIND_UINT;

    if (value->shape != NT_SHAPE_WORDS)
        nt_value_format(value, out);
    else if (kind == NT_KIND_KSYM)
        add_symbol(o, value->w[0], out);
    else if (kind == NT_KIND_STACK)
        add_stack(o, value, out);
    else if (kind == NT_KIND_STRING || kind == NT_KIND_IFNAME)
        add_text(value, out);
    else
        nt_value_format(value, out);
}

static int read_width(const char **text)
{
    long width = 0;

    for (; isdigit((unsigned char)**text); (*text)++)
        if (width <= WIDTH_MAX)
            width = width * 10 + (**text - '0');
    return width > WIDTH_MAX ? WIDTH_MAX : (int)width;
}

/* What stands between % and the conversion, as C's printf may safely get it, with the length
 * modifier and conversion in suffix. */
static void make_spec(const char *flags, const char *suffix, char ret_spec[32])
{
    char marks[8];
    size_t n = strspn(flags, "-+ #0");
    int width, precision = -1;

    n = n < sizeof(marks) ? n : sizeof(marks) - 1;
    memcpy(marks, flags, n);
    marks[n] = '\0';
    flags += strspn(flags, "-+ #0");
    width = read_width(&flags);
    if (*flags == '.') {
        flags++;
        precision = read_width(&flags);
    }
    n = (size_t)snprintf(ret_spec, 32, "%%%s", marks);
    if (width)
        n += (size_t)snprintf(ret_spec + n, 32 - n, "%d", width);
    if (precision >= 0)
        n += (size_t)snprintf(ret_spec + n, 32 - n, ".%d", precision);
    snprintf(ret_spec + n, 32 - n, "%s", suffix);
}

static void add_conversion(const struct nt_output *o, const struct nt_piece *piece,
                           const struct nt_value *value, struct nt_str *out)
{
    const char *flags = piece->flags ? piece->flags : "";
    NT_STR_AUTO text = {0};
    char spec[32];

    if (value->shape == NT_SHAPE_WORDS && strchr("diuxXo", piece->conv)) {
        char suffix[] = {'l', 'l', piece->conv, '\0'};

        make_spec(flags, suffix, spec);
        nt_str_printf(out, spec, (unsigned long long)value->w[0]);
        return;
    }
    if (value->shape == NT_SHAPE_WORDS && piece->conv == 'c') {
        char c = (char)value->w[0];

        add_safe(&c, 1, &text);
    } else {
        nt_str_puts(&text, "");
        nt_output_value(o, value, &text);
    }
    /* An absent number keeps the width it was given, not its other marks. */
    make_spec(flags[0] == '-' ? flags : flags + strspn(flags, "+ #0"), "s", spec);
    nt_str_printf(out, spec, text.at);
}

void nt_output_printf(const struct nt_output *o, const struct nt_event_row *row, struct nt_str *out)
{
    const struct nt_record *r = row->record;

    for (uint16_t i = 0; i < r->npieces; i++)
        if (r->pieces[i].text)
            nt_str_puts(out, r->pieces[i].text);
        else
            add_conversion(o, &r->pieces[i], &row->values[r->pieces[i].column], out);
}
