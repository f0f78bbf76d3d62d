/* Text for people: rows of emit, printf as it is. Tables: output_text_table.c. */
#include "runtime/output_text.h"
#include "compiler/base/arena.h"
#include "runtime/output.h"
#include "runtime/output_columns.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* HH:MM:SS.uuuuuu */
enum { TIME_WIDTH = 15 };

/* How the rows of one emit are laid out; columns grow as wider values come. */
struct shape {
    const struct nt_record *record;
    struct nt_text_column *columns; /* the time, then every column of the record but stacks */
    struct nt_text_cell *cells; /* of the row being printed; at: from the start of text->cells */
    uint32_t n;
};

struct nt_text {
    struct nt_arena *arena;
    NT_VEC(struct shape) shapes;
    const struct nt_record *last; /* whose heads stand above; NULL after something else */
    struct nt_str cells;
};

int nt_text_open(struct nt_output *o)
{
    struct nt_text *text = calloc(1, sizeof(*text));

    if (!text)
        return -ENOMEM;
    text->arena = nt_arena_new();
    o->state = text;
    return 0;
}

void nt_text_close(struct nt_output *o)
{
    struct nt_text *text = o->state;

    nt_arena_free(&text->arena);
    nt_str_free(&text->cells);
    free(text);
}

void nt_text_add_clock(struct nt_output *o, uint64_t time, struct nt_str *out)
{
    nt_str_puts(out, nt_output_second(o, time, "%H:%M:%S", false));
}

static struct shape *shape_of(struct nt_text *text, const struct nt_record *record)
{
    const struct nt_layout *body = &record->body;
    struct shape *s;

    nt_vec_each (it, &text->shapes)
        if (it->record == record)
            return it;
    s = nt_vec_push(text->arena, &text->shapes);
    s->record = record;
    s->columns = NT_NEW_N(text->arena, struct nt_text_column, body->ncolumns + 1u);
    s->cells = NT_NEW_N(text->arena, struct nt_text_cell, body->ncolumns + 1u);
    s->columns[0] = nt_text_column("time", false);
    s->columns[0].width = TIME_WIDTH;
    s->n = 1;
    for (uint16_t i = 0; i < body->ncolumns; i++)
        if (!nt_text_is_stack(&body->columns[i]))
            s->columns[s->n++] =
                nt_text_column(body->columns[i].name, nt_text_is_number(body->columns[i].type));
    return s;
}

/* What was added to the texts since is a cell. */
static void end_cell(struct shape *s, uint32_t i, const struct nt_str *texts, size_t begin)
{
    struct nt_text_cell *cell = &s->cells[i];

    *cell = (struct nt_text_cell){.at = begin, .len = texts->len - begin};
    cell->width = nt_text_width(texts->at + begin, cell->len);
    if (cell->width > s->columns[i].width)
        s->columns[i].width = cell->width;
}

/* Fills s->cells; the texts live in text->cells until the next row. */
static void make_cells(struct nt_output *o, struct shape *s, const struct nt_event_row *row)
{
    struct nt_text *text = o->state;
    struct nt_str *texts = &text->cells;
    const struct nt_layout *body = &row->record->body;
    uint32_t n = 0;

    nt_str_clear(texts);
    nt_text_add_clock(o, row->time, texts);
    nt_str_add(texts, ".", 1);
    nt_str_number(texts, row->time % 1000000000 / 1000, 6);
    end_cell(s, n++, texts, 0);
    for (uint16_t i = 0; i < body->ncolumns; i++)
        if (!nt_text_is_stack(&body->columns[i])) {
            size_t begin = texts->len;

            nt_output_value(o, &row->values[i], texts);
            end_cell(s, n++, texts, begin);
        }
}

static void add_stacks(struct nt_output *o, const struct nt_event_row *row)
{
    const struct nt_layout *body = &row->record->body;
    uint32_t n = 0;

    for (uint16_t i = 0; i < body->ncolumns; i++)
        n += nt_text_is_stack(&body->columns[i]);
    for (uint16_t i = 0; i < body->ncolumns; i++)
        if (nt_text_is_stack(&body->columns[i])) {
            if (n > 1)
                nt_str_printf(&o->text, "%*s%s\n", NT_TEXT_INDENT, "", body->columns[i].name);
            nt_output_stack(o, &row->values[i], NT_TEXT_INDENT * 2, &o->text);
        }
}

void nt_text_event(struct nt_output *o, const struct nt_event_row *row)
{
    struct nt_text *text = o->state;
    struct shape *s;

    if (row->record->kind == NT_RECORD_PRINTF) {
        nt_output_printf(o, row, &o->text);
        text->last = NULL;
        return;
    }
    s = shape_of(text, row->record);
    make_cells(o, s, row);
    if (text->last != row->record)
        nt_text_heads(s->columns, s->n, &o->text);
    text->last = row->record;
    nt_text_cells(s->columns, s->n, s->cells, text->cells.at, &o->text);
    add_stacks(o, row);
}

void nt_text_table(struct nt_output *o, const struct nt_rows *rows)
{
    struct nt_text *text = o->state;

    text->last = NULL;
    nt_text_add_table(o, rows);
}

void nt_text_path(struct nt_output *o, const struct nt_path_counts *c)
{
    struct nt_text *text = o->state;

    text->last = NULL;
    nt_str_printf(&o->text,
                  "path %s: %" PRIu64 " started = %" PRIu64 " done + %" PRIu64 " lost + %" PRIu64
                  " again + %" PRIu64 " joined + %" PRIu64 " open + %" PRIu64 " evicted",
                  c->path->name, c->started, c->done, c->lost, c->again, c->joined, c->open,
                  c->evicted);
    if (c->late)
        nt_str_printf(&o->text, " (%" PRIu64 " late)", c->late);
    nt_str_puts(&o->text, "\n");
}
