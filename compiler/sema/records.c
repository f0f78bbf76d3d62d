/* Rows that a body sends: `emit a, b, c` and printf. */
#include "compiler/catalog/bytes.h"
#include "compiler/sema/scope.h"

#include <string.h>

const char *nt_column_name(struct nt_unit *u, const struct nt_node *column)
{
    return column->name ? column->name : nt_node_text(u->cx, column->kid[0]);
}

bool nt_columns_differ(struct nt_unit *u, const struct nt_node *columns)
{
    struct nt_names seen = {0};
    bool ok = true;

    nt_kid_each (column, columns) {
        const char *name = nt_column_name(u, *column);
        const struct nt_node *first = nt_names_find(&seen, name);

        if (first) {
            struct nt_diag *d = nt_error(u->cx, (*column)->span, NT_DUPLICATE,
                                         "two columns have the name '%s'", name);
            nt_label(d, first->span, "first here");
            nt_hint(d, "give one another name: NAME = ...");
            ok = false;
        }
        nt_names_set(u->cx->arena, &seen, name, *column);
    }
    return ok;
}

/* Gives a record its columns' places; those that can be absent get a bit. */
static bool lay_out(struct nt_scope *s, struct nt_record *r, struct nt_column *columns,
                    struct nt_expr **args, uint32_t n, struct nt_span at)
{
    uint32_t words = 0, bytes = 0;
    int16_t bits = 0;

    for (uint32_t i = 0; i < n; i++) {
        columns[i].type = args[i]->type;
        columns[i].word = (uint16_t)words;
        columns[i].absent_bit = args[i]->maybe ? bits++ : (int16_t)-1;
        words += nt_type_kept_words(args[i]->type);
        bytes += args[i]->type->kind == NT_KIND_HEX ? nt_type_kept_words(args[i]->type) : 0;
    }
    r->body = (struct nt_layout){columns, (uint16_t)n, (uint16_t)(words + (bits > 0)),
                                 bits ? (int16_t)words : (int16_t)-1};
    if (words - bytes + (bits > 0) <= NT_MAX_RECORD_WORDS && bytes * 8 <= NT_MAX_RECORD_BYTES &&
        bits <= 64)
        return true;
    if (bytes * 8 > NT_MAX_RECORD_BYTES)
        nt_error(s->u->cx, at, NT_TOO_MUCH, "a row has at most %d bytes of hex: this one has %u",
                 NT_MAX_RECORD_BYTES, bytes * 8);
    else
        nt_error(s->u->cx, at, NT_TOO_MUCH, "a row has at most %d bytes: this one has %u",
                 NT_MAX_RECORD_WORDS * 8, (words - bytes + (bits > 0)) * 8u);
    return false;
}

static struct nt_stmt *add_record(struct nt_scope *s, const struct nt_record *r,
                                  struct nt_expr **args, uint32_t n, struct nt_span at)
{
    struct nt_stmt *stmt = NT_NEW(s->u->cx->arena, struct nt_stmt);

    *stmt = (struct nt_stmt){
        .kind = NT_S_RECORD, .at = at, .record = s->u->records.n, .arg = args, .narg = n};
    *nt_vec_push(s->u->cx->arena, &s->u->records) = *r;
    return stmt;
}

static const char *event_name(const struct nt_scope *s)
{
    if (s->on_path)
        return nt_path_part_name(s);
    return s->bound ? s->bound->name : "";
}

static struct nt_stmt *send(struct nt_scope *s, const struct nt_node *node,
                            enum nt_record_kind kind)
{
    struct nt_arena *a = s->u->cx->arena;
    struct nt_column *columns = NT_NEW_N(a, struct nt_column, node->nkids);
    struct nt_expr **args = NT_NEW_N(a, struct nt_expr *, node->nkids);
    struct nt_record r = {.kind = kind, .event = event_name(s)};
    bool ok = true;

    for (uint32_t i = 0; i < node->nkids; i++) {
        const struct nt_node *column = node->kid[i];

        args[i] = nt_decay(s->u, nt_value(s, column->kid[0], NULL));
        columns[i].name = nt_column_name(s->u, column);
        ok &= args[i]->type->kind != NT_KIND_ERROR;
    }
    if (!ok || !nt_columns_differ(s->u, node) ||
        !lay_out(s, &r, columns, args, node->nkids, node->span))
        return NULL;
    return add_record(s, &r, args, node->nkids, node->span);
}

struct nt_stmt *nt_emit(struct nt_scope *s, const struct nt_node *node)
{
    return send(s, node, NT_RECORD_EMIT);
}

/* The script's variables do not reach what a capture is made of. */
struct nt_stmt *nt_capture(struct nt_scope *s, const struct nt_node *node)
{
    const struct nt_node *columns = nt_capture_columns(s, node);
    struct nt_scope outside = *s;

    outside.locals = NULL;
    return columns ? send(&outside, columns, NT_RECORD_CAPTURE) : NULL;
}

/* -- printf ----------------------------------------------------------------------------------- */

enum { MAX_DIGITS = 3 }; /* of a width or precision */

struct format {
    struct nt_scope *s;
    const struct nt_node *text;
    NT_VEC(struct nt_piece) pieces;
    int16_t nargs;
    bool ok;
};

static void literal_piece(struct format *f, const char *from, const char *to)
{
    if (to > from)
        *nt_vec_push(f->s->u->cx->arena, &f->pieces) =
            (struct nt_piece){.text = nt_strndup(f->s->u->cx->arena, from, (size_t)(to - from))};
}

/* Behind the %: flags, width, precision, length (taken and dropped), conversion. */
static const char *conversion(struct format *f, const char *p)
{
    const char *flags = p;
    size_t width, precision = 0;
    struct nt_piece piece = {.column = f->nargs};

    p += strspn(p, "-+ 0#");
    width = strspn(p, "0123456789");
    p += width;
    if (*p == '.') {
        precision = strspn(p + 1, "0123456789");
        p += 1 + precision;
    }
    piece.flags = nt_strndup(f->s->u->cx->arena, flags, (size_t)(p - flags));
    p += strspn(p, "hljzt");
    piece.conv = *p;
    if (!*p || !strchr("diuxXocsp", *p)) {
        nt_error(f->s->u->cx, f->text->span, NT_FORMAT, "printf has no conversion '%%%s%.1s'",
                 piece.flags, p);
        f->ok = false;
        return *p ? p + 1 : p;
    }
    if (width > MAX_DIGITS || precision > MAX_DIGITS) {
        nt_error(f->s->u->cx, f->text->span, NT_FORMAT, "the width '%s' is too large", piece.flags);
        f->ok = false;
    }
    *nt_vec_push(f->s->u->cx->arena, &f->pieces) = piece;
    f->nargs++;
    return p + 1;
}

static void split_format(struct format *f)
{
    const char *p = f->text->text, *from = p;

    while (*p) {
        if (*p != '%') {
            p++;
        } else if (p[1] == '%') {
            literal_piece(f, from, p + 1);
            p += 2;
            from = p;
        } else {
            literal_piece(f, from, p);
            from = p = conversion(f, p + 1);
        }
    }
    literal_piece(f, from, p);
}

static bool check_args(struct format *f, struct nt_expr **args)
{
    nt_vec_each (piece, &f->pieces) {
        const struct nt_expr *e = piece->text ? NULL : args[piece->column];

        if (e && piece->conv != 's' && !nt_is_number(e->type)) {
            nt_hint(nt_error(f->s->u->cx, e->at, NT_FORMAT, "%%%c prints a number, this is %s",
                             piece->conv, nt_type_said(f->s->u, e->type)),
                    "%%s prints any value as itself");
            f->ok = false;
        }
    }
    return f->ok;
}

struct nt_stmt *nt_printf(struct nt_scope *s, const struct nt_node *node)
{
    const struct nt_node *call = node->kid[0]->kid[0];
    struct nt_arena *a = s->u->cx->arena;
    struct format f = {.s = s, .ok = true};
    struct nt_record r = {.kind = NT_RECORD_PRINTF, .event = event_name(s)};
    uint32_t n = call->nkids ? call->nkids - 1 : 0;
    struct nt_expr **args = NT_NEW_N(a, struct nt_expr *, n + 1);
    struct nt_column *columns = NT_NEW_N(a, struct nt_column, n + 1);

    if (!call->nkids || call->kid[0]->kind != NT_NODE_STRING) {
        nt_error(s->u->cx, call->span, NT_FORMAT, "printf needs a format: printf(\"...\", ...)");
        return NULL;
    }
    f.text = call->kid[0];
    split_format(&f);
    for (uint32_t i = 0; i < n; i++) {
        args[i] = nt_decay(s->u, nt_value(s, call->kid[i + 1], NULL));
        columns[i].name = "";
        f.ok &= args[i]->type->kind != NT_KIND_ERROR;
    }
    if (f.ok && (uint32_t)f.nargs != n) {
        nt_error(s->u->cx, call->span, NT_FORMAT, "the format takes %d value%s, but %u %s given",
                 f.nargs, f.nargs == 1 ? "" : "s", n, n == 1 ? "is" : "are");
        return NULL;
    }
    if (!f.ok || !check_args(&f, args) || !lay_out(s, &r, columns, args, n, node->span))
        return NULL;
    r.pieces = f.pieces.at;
    r.npieces = (uint16_t)f.pieces.n;
    return add_record(s, &r, args, n, node->span);
}
