/* How diagnostics look:
 *
 *   error[E203]: 'skb_drop' has no field 'sadr'
 *     --> drops.nt:4:29
 *      4 |     drops = count() by sadr
 *        |                        ^^^^ no such field
 *      = did you mean 'src'?
 *
 * Scripts hold any bytes and lines of any length: a line is cut around what is marked, and what is
 * not printable text is shown as an escape. */
#include "compiler/base/cx.h"
#include "compiler/base/diag.h"
#include "compiler/base/str.h"
#include "compiler/base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of a line that are shown, and how many of them stand in front of the mark. */
enum { WINDOW = 110, CONTEXT = 50, TAB = 4 };

struct mark {
    struct nt_span at;
    struct nt_pos pos;
    const char *text;
    bool primary;
};

struct printer {
    struct nt_cx *cx;
    FILE *out;
    bool colour;
    int gutter; /* columns in front of the bar */
    const char *severity_colour;
};

static const char *const severity_name[] = {"error", "warning", "note"};
static const char *const severity_colour[] = {"\033[1;31m", "\033[1;35m", "\033[1;36m"};

static const char *colour(const struct printer *p, const char *code)
{
    return p->colour ? code : "";
}

/* Text of ours, which may quote the script's; a newline goes on under the text above. */
static void print_text(const struct printer *p, const char *text, int indent)
{
    NT_STR_AUTO s = {0};
    size_t left = strlen(text);

    while (left) {
        unsigned width;
        size_t n = *text == '\n' ? 1 : nt_utf8_show(text, left, &s, &width);

        if (*text == '\n')
            nt_str_printf(&s, "\n%*s", indent, "");
        text += n;
        left -= n;
    }
    fputs(s.at ? s.at : "", p->out);
}

/* The part of a line that is shown. */
struct window {
    const char *text;
    uint32_t begin, end, len;
    uint16_t column[WINDOW + 8]; /* of each byte, counted from begin; one more for the end */
};

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static void choose_window(struct window *w, uint32_t at)
{
    w->begin = 0;
    w->end = w->len;
    if (w->len <= WINDOW)
        return;
    if (at > w->len)
        at = w->len;
    w->begin = at > CONTEXT ? at - CONTEXT : 0;
    for (int i = 0; i < 3 && w->begin && is_continuation(w->text[w->begin]); i++)
        w->begin--;
    if (w->len - w->begin > WINDOW)
        w->end = w->begin + WINDOW;
    for (int i = 0; i < 3 && w->end < w->len && is_continuation(w->text[w->end]); i++)
        w->end++;
}

static void print_line(const struct printer *p, struct window *w, uint32_t number)
{
    NT_STR_AUTO s = {0};
    unsigned column = 0, width;

    if (w->begin) {
        nt_str_puts(&s, "...");
        column = 3;
    }
    for (uint32_t i = w->begin, n; i < w->end; i += n) {
        if (w->text[i] == '\t') {
            n = 1;
            width = TAB - column % TAB;
            nt_str_printf(&s, "%*s", (int)width, "");
        } else {
            n = (uint32_t)nt_utf8_show(w->text + i, w->end - i, &s, &width);
        }
        for (uint32_t k = 0; k < n; k++)
            w->column[i - w->begin + k] = (uint16_t)column;
        column += width;
    }
    w->column[w->end - w->begin] = (uint16_t)column;
    fprintf(p->out, "%s%*u |%s %s%s\n", colour(p, "\033[34m"), p->gutter, number,
            colour(p, "\033[0m"), s.at ? s.at : "", w->end < w->len ? "..." : "");
}

static bool is_in_window(const struct window *w, const struct mark *m)
{
    return m->pos.col - 1 >= w->begin && m->pos.col - 1 <= w->end;
}

static void print_mark(const struct printer *p, const struct window *w, const struct mark *m)
{
    uint32_t from = m->pos.col - 1;
    uint64_t to = (uint64_t)from + (m->at.end > m->at.begin ? m->at.end - m->at.begin : 0);
    unsigned first, width;

    if (from > w->end)
        from = w->end;
    if (to > w->end)
        to = w->end;
    first = w->column[from - w->begin];
    width = to > from ? w->column[to - w->begin] - first : 0u;

    fprintf(p->out, "%s%*s |%s %*s%s", colour(p, "\033[34m"), p->gutter, "", colour(p, "\033[0m"),
            (int)first, "", colour(p, m->primary ? p->severity_colour : "\033[36m"));
    for (unsigned i = 0; i == 0 || i < width; i++)
        fputc(m->primary ? '^' : '~', p->out);
    if (m->text && *m->text) {
        fputc(' ', p->out);
        print_text(p, m->text, p->gutter + 3 + (int)first);
    }
    fprintf(p->out, "%s\n", colour(p, "\033[0m"));
}

/* Marks of one source, in the order of their lines. */
static void print_snippet(const struct printer *p, const struct mark *m, const struct mark *end)
{
    uint32_t last = 0;

    while (m < end) {
        struct window w;

        if (last && m->pos.line > last + 1)
            fprintf(p->out, "%*s\n", p->gutter + 1, "...");
        last = m->pos.line;
        w.text = nt_line_text(p->cx, m->at.source, last, &w.len);
        choose_window(&w, m->pos.col - 1);
        print_line(p, &w, last);
        do {
            print_mark(p, &w, m++);
        } while (m < end && m->pos.line == last && is_in_window(&w, m));
    }
}

static struct mark mark_of(struct nt_cx *cx, struct nt_span at, const char *text)
{
    uint32_t len = cx->sources.at[at.source].len;

    if (at.begin > len)
        at.begin = len;
    return (struct mark){.at = at, .pos = nt_pos_of(cx, at), .text = text};
}

/* By source, the primary's first; then by line; the primary leads on its line. */
static int compare_marks(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;

    if (a->at.source != b->at.source)
        return a->at.source < b->at.source ? -1 : 1;
    if (a->pos.line != b->pos.line)
        return a->pos.line < b->pos.line ? -1 : 1;
    if (a->primary != b->primary)
        return a->primary ? -1 : 1;
    return a->at.begin < b->at.begin ? -1 : a->at.begin > b->at.begin;
}

/* The primary mark takes the text of a label at its very place. */
static uint32_t collect_marks(struct printer *p, const struct nt_diag *d, struct mark *marks)
{
    uint32_t n = 1;

    marks[0] = mark_of(p->cx, d->at, NULL);
    marks[0].primary = true;
    nt_vec_each (label, &d->labels) {
        if (nt_span_same(label->at, d->at) && !marks[0].text)
            marks[0].text = label->text;
        else
            marks[n++] = mark_of(p->cx, label->at, label->text);
    }
    return n;
}

static void set_gutter(struct printer *p, const struct mark *marks, uint32_t n)
{
    p->gutter = 4;
    for (uint32_t i = 0; i < n; i++) {
        int digits = snprintf(NULL, 0, "%u", marks[i].pos.line);

        if (digits + 1 > p->gutter)
            p->gutter = digits + 1;
    }
}

static void print_source(const struct printer *p, const struct mark *from, const struct mark *to)
{
    const struct mark *named = from;

    for (const struct mark *m = from; m < to; m++)
        if (m->primary)
            named = m;
    fprintf(p->out, "%*s%s-->%s ", p->gutter - 2, "", colour(p, "\033[34m"), colour(p, "\033[0m"));
    print_text(p, p->cx->sources.at[named->at.source].name, 0);
    fprintf(p->out, ":%u:%u\n", named->pos.line, named->pos.col);
    print_snippet(p, from, to);
}

static void print_place(struct printer *p, const struct nt_diag *d)
{
    struct mark *marks = NT_NEW_N(p->cx->arena, struct mark, d->labels.n + 1);
    uint32_t n = collect_marks(p, d, marks);

    set_gutter(p, marks, n);
    qsort(marks, n, sizeof(*marks), compare_marks);
    /* The source of the error itself first, then the others. */
    for (int others = 0; others < 2; others++) {
        for (uint32_t i = 0, end; i < n; i = end) {
            for (end = i + 1; end < n && marks[end].at.source == marks[i].at.source;)
                end++;
            if ((marks[i].at.source != d->at.source) == others)
                print_source(p, marks + i, marks + end);
        }
    }
}

static void print_diag(struct printer *p, const struct nt_diag *d)
{
    p->gutter = 4;
    p->severity_colour = severity_colour[d->severity];
    fprintf(p->out, "%s%s[E%d]%s: ", colour(p, p->severity_colour), severity_name[d->severity],
            (int)d->code, colour(p, "\033[0m"));
    print_text(p, d->message, 2);
    fputc('\n', p->out);
    if (d->placed)
        print_place(p, d);
    if (d->hint) {
        fprintf(p->out, "%*s= ", p->gutter - 1, "");
        print_text(p, d->hint, p->gutter + 1);
        fputc('\n', p->out);
    }
}

struct ranked {
    const struct nt_diag *d;
    uint32_t rank;
};

static int compare_diags(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;

    if (a->d->placed != b->d->placed)
        return a->d->placed ? 1 : -1;
    if (a->d->at.source != b->d->at.source)
        return a->d->at.source < b->d->at.source ? -1 : 1;
    if (a->d->at.begin != b->d->at.begin)
        return a->d->at.begin < b->d->at.begin ? -1 : 1;
    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

void nt_diags_print(struct nt_cx *cx, FILE *out, bool colour_wanted)
{
    struct printer p = {.cx = cx, .out = out, .colour = colour_wanted};
    uint32_t n = cx->diags.list.n;
    struct ranked *sorted = NT_NEW_N(cx->arena, struct ranked, n);

    for (uint32_t i = 0; i < n; i++)
        sorted[i] = (struct ranked){cx->diags.list.at[i], i};
    if (n)
        qsort(sorted, n, sizeof(*sorted), compare_diags);
    for (uint32_t i = 0; i < n; i++)
        print_diag(&p, sorted[i].d);
    if (cx->diags.nerrors > NT_MAX_ERRORS)
        fprintf(out, "... and %u more errors\n", cx->diags.nerrors - NT_MAX_ERRORS);
}
