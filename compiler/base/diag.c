#include "compiler/base/diag.h"
#include "compiler/base/cx.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *format(struct nt_arena *arena, const char *fmt, va_list ap)
{
    va_list again;
    char *text;
    int len;

    va_copy(again, ap);
    len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    text = nt_alloc(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, ap);
    return text;
}

enum { LOOK_BACK = 64 };

/* A body on several events and a field used in several places are looked at more than once. */
static bool is_said(const struct nt_diags *diags, const struct nt_diag *d)
{
    for (uint32_t i = diags->list.n; i > 0 && i + LOOK_BACK > diags->list.n; i--) {
        const struct nt_diag *o = diags->list.at[i - 1];

        if (!o->placed || o->code != d->code || o->severity != d->severity)
            continue;
        if (nt_span_same(o->at, d->at))
            return true;
    }
    return false;
}

/* What is said already, and an error beyond the limit, is made all the same: its reporter may still
 * hang labels on it. */
static struct nt_diag *add(struct nt_cx *cx, struct nt_diag what, const char *fmt, va_list ap)
{
    struct nt_diag *d = NT_NEW(cx->arena, struct nt_diag);

    *d = what;
    d->cx = cx;
    d->message = format(cx->arena, fmt, ap);
    if (d->placed && is_said(&cx->diags, d))
        return d;
    if (d->severity != NT_SEV_ERROR || cx->diags.nerrors++ < NT_MAX_ERRORS)
        *nt_vec_push(cx->arena, &cx->diags.list) = d;
    return d;
}

struct nt_diag *nt_error(struct nt_cx *cx, struct nt_span at, enum nt_code code, const char *fmt,
                         ...)
{
    va_list ap;
    struct nt_diag *d;

    va_start(ap, fmt);
    d = add(cx, (struct nt_diag){NT_SEV_ERROR, code, at, .placed = true}, fmt, ap);
    va_end(ap);
    return d;
}

struct nt_diag *nt_warn(struct nt_cx *cx, struct nt_span at, enum nt_code code, const char *fmt,
                        ...)
{
    va_list ap;
    struct nt_diag *d;

    va_start(ap, fmt);
    d = add(cx, (struct nt_diag){NT_SEV_WARNING, code, at, .placed = true}, fmt, ap);
    va_end(ap);
    return d;
}

struct nt_diag *nt_error_at_none(struct nt_cx *cx, enum nt_code code, const char *fmt, ...)
{
    va_list ap;
    struct nt_diag *d;

    va_start(ap, fmt);
    d = add(cx, (struct nt_diag){.severity = NT_SEV_ERROR, .code = code}, fmt, ap);
    va_end(ap);
    return d;
}

struct nt_diag *nt_warn_at_none(struct nt_cx *cx, enum nt_code code, const char *fmt, ...)
{
    va_list ap;
    struct nt_diag *d;

    va_start(ap, fmt);
    d = add(cx, (struct nt_diag){.severity = NT_SEV_WARNING, .code = code}, fmt, ap);
    va_end(ap);
    return d;
}

void nt_label(struct nt_diag *d, struct nt_span at, const char *fmt, ...)
{
    struct nt_label *label = nt_vec_push(d->cx->arena, &d->labels);
    va_list ap;

    label->at = at;
    va_start(ap, fmt);
    label->text = format(d->cx->arena, fmt, ap);
    va_end(ap);
}

void nt_hint(struct nt_diag *d, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    d->hint = format(d->cx->arena, fmt, ap);
    va_end(ap);
}

void nt_diags_rewind(struct nt_cx *cx, uint32_t said, uint32_t errors)
{
    cx->diags.list.n = said;
    cx->diags.nerrors = errors;
}

bool nt_explain(const char *code, FILE *out)
{
    static const struct {
        int number;
        const char *text;
    } rows[] = {
#define NT_CODE(number, name, text) {number, text},
#include "compiler/base/diag.def"
#undef NT_CODE
    };
    char *end;
    long number;

    if (toupper((unsigned char)code[0]) == 'E')
        code++;
    if (!isdigit((unsigned char)code[0]))
        return false;
    number = strtol(code, &end, 10);
    for (size_t i = 0; !*end && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].number != number)
            continue;
        fprintf(out, "E%ld: %s\n", number, rows[i].text);
        return true;
    }
    return false;
}
