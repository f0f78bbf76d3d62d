/* A table as text: a title, aligned columns, and below each row what does not fit into one line
 * (the stacks of its key, its histograms). */
#include "compiler/base/arena.h"
#include "runtime/output_columns.h"
#include "runtime/output_text.h"

#include <inttypes.h>
#include <string.h>

/* stats and quantiles take several cells. */
static const char *const stats_heads[] = {"count", "avg", "min", "max", "sum"};
enum { STATS_CELLS = 5, MOST_CELLS = STATS_CELLS };

struct grid {
    struct nt_output *o;
    const struct nt_rows *rows;
    struct nt_arena *arena;
    struct nt_text_column *columns;
    uint32_t ncolumns;
    uint32_t nkeys;             /* columns of the key among them: the first ones */
    enum nt_shape *shapes;      /* of each aggregation */
    NT_VEC(const char *) cells; /* ncolumns for each row */
};

/* Shown rows, then (others). */
static uint32_t count_rows(const struct nt_rows *rows)
{
    return rows->n + (rows->others != NULL);
}

static const struct nt_row *row_at(const struct nt_rows *rows, uint32_t i)
{
    return i < rows->n ? &rows->row[i] : rows->others;
}

/* The first value of an aggregation that is not absent: all have its shape and type. NULL: none. */
static const struct nt_value *sample_of(const struct nt_rows *rows, uint16_t agg)
{
    for (uint32_t i = 0; i < count_rows(rows); i++)
        if (row_at(rows, i)->values[agg].shape != NT_SHAPE_ABSENT)
            return &row_at(rows, i)->values[agg];
    return NULL;
}

static void add_title(struct nt_output *o, const struct nt_rows *rows)
{
    const struct nt_layout *key = &rows->table->key;
    struct nt_str *out = &o->text;

    if (!rows->final) {
        nt_text_add_clock(o, rows->time, out);
        nt_str_puts(out, "  ");
    }
    nt_str_puts(out, rows->table->name);
    for (uint16_t i = 0; i < key->ncolumns; i++)
        nt_str_printf(out, "%s%s", i ? ", " : " by ", key->columns[i].name);
}

static void add_column(struct grid *g, const char *head, bool right)
{
    g->columns[g->ncolumns++] = nt_text_column(head, right);
}

/* How many cells a value of that shape takes. */
static int cells_of(enum nt_shape shape)
{
    return shape == NT_SHAPE_STATS       ? STATS_CELLS
           : shape == NT_SHAPE_QUANTILES ? NT_QUANTILES
           : shape == NT_SHAPE_HIST      ? 0
                                         : 1;
}

static uint32_t count_shape(const struct grid *g, enum nt_shape shape)
{
    uint32_t n = 0;

    for (uint16_t i = 0; i < g->rows->table->naggs; i++)
        n += g->shapes[i] == shape;
    return n;
}

/* Heads of several cells say whose they are when another column could be meant: there are no two
 * p50. */
static void add_columns(struct grid *g, const struct nt_agg_use *use, enum nt_shape shape)
{
    bool alone =
        g->rows->table->naggs == 1 || (shape == NT_SHAPE_QUANTILES && count_shape(g, shape) == 1);

    for (int i = 0; i < cells_of(shape); i++) {
        const char *head = shape == NT_SHAPE_STATS ? stats_heads[i] : nt_quantiles[i].name;

        add_column(g, alone ? head : nt_sprintf(g->arena, "%s.%s", use->name, head), true);
    }
}

static void make_columns(struct grid *g)
{
    const struct nt_table *t = g->rows->table;

    g->columns =
        NT_NEW_N(g->arena, struct nt_text_column, t->key.ncolumns + t->naggs * MOST_CELLS + 1u);
    g->shapes = NT_NEW_N(g->arena, enum nt_shape, t->naggs);
    for (uint16_t i = 0; i < t->key.ncolumns; i++)
        if (!nt_text_is_stack(&t->key.columns[i]))
            add_column(g, t->key.columns[i].name, nt_text_is_number(t->key.columns[i].type));
    g->nkeys = g->ncolumns;
    for (uint16_t i = 0; i < t->naggs; i++) {
        const struct nt_value *v = sample_of(g->rows, i);

        g->shapes[i] = v ? v->shape : NT_SHAPE_ABSENT;
    }
    for (uint16_t i = 0; i < t->naggs; i++) {
        const struct nt_value *v = sample_of(g->rows, i);

        if (cells_of(g->shapes[i]) > 1)
            add_columns(g, &t->aggs[i], g->shapes[i]);
        else if (cells_of(g->shapes[i]))
            add_column(g, t->aggs[i].name,
                       !v || v->shape != NT_SHAPE_WORDS || nt_text_is_number(v->type));
    }
}

/* Cells are added in the order of the columns, row by row. */
static void add_cell(struct grid *g, const char *text)
{
    uint32_t column = g->cells.n % g->ncolumns;

    *nt_vec_push(g->arena, &g->cells) = nt_strdup(g->arena, text);
    nt_text_widen(&g->columns[column], text);
}

static void add_value_cell(struct grid *g, const struct nt_value *v)
{
    NT_STR_AUTO text = {0};

    nt_str_puts(&text, "");
    nt_output_value(g->o, v, &text);
    add_cell(g, text.at);
}

static void add_stats_cells(struct grid *g, const struct nt_value *v)
{
    const struct nt_value real = {.shape = NT_SHAPE_REAL, .type = v->type, .real = v->stats.avg};
    const struct nt_value count = {.shape = NT_SHAPE_WORDS, .w = {v->stats.count}};
    const int64_t numbers[] = {v->stats.min, v->stats.max, v->stats.sum};

    add_value_cell(g, &count);
    add_value_cell(g, &real);
    for (int i = 0; i < 3; i++) {
        NT_STR_AUTO text = {0};

        nt_value_format_number(v, numbers[i], &text);
        add_cell(g, text.at);
    }
}

static void add_quantile_cells(struct grid *g, const struct nt_value *v)
{
    for (int i = 0; i < NT_QUANTILES; i++) {
        NT_STR_AUTO text = {0};

        if (v->quantiles.below[i])
            nt_str_puts(&text, "<0");
        else
            nt_value_format_number(v, v->quantiles.at[i], &text);
        add_cell(g, text.at);
    }
}

static void add_cells(struct grid *g, enum nt_shape shape, const struct nt_value *v)
{
    if (v->shape == NT_SHAPE_STATS)
        add_stats_cells(g, v);
    else if (v->shape == NT_SHAPE_QUANTILES)
        add_quantile_cells(g, v);
    else if (cells_of(shape) == 1)
        add_value_cell(g, v);
    else
        for (int i = 0; i < cells_of(shape); i++)
            add_cell(g, "-");
}

static void make_cells(struct grid *g, const struct nt_row *row)
{
    const struct nt_table *t = g->rows->table;
    const char *others = "(others)";

    for (uint16_t i = 0; i < t->key.ncolumns; i++) {
        if (nt_text_is_stack(&t->key.columns[i]))
            continue;
        if (row->key)
            add_value_cell(g, &row->key[i]);
        else
            add_cell(g, others);
        others = "";
    }
    for (uint16_t i = 0; i < t->naggs; i++)
        add_cells(g, g->shapes[i], &row->values[i]);
}

static void add_key_stacks(struct grid *g, const struct nt_row *row)
{
    const struct nt_layout *key = &g->rows->table->key;
    struct nt_str *out = &g->o->text;

    if (row == g->rows->others && key->ncolumns && !g->nkeys)
        nt_str_printf(out, "%*s(others)\n", NT_TEXT_INDENT, "");
    for (uint16_t i = 0; row->key && i < key->ncolumns; i++)
        if (nt_text_is_stack(&key->columns[i]))
            nt_output_stack(g->o, &row->key[i], NT_TEXT_INDENT, out);
}

static void add_hists(struct grid *g, const struct nt_row *row)
{
    const struct nt_table *t = g->rows->table;
    struct nt_str *out = &g->o->text;
    bool is_titled = t->naggs > 1;

    for (uint16_t i = 0; i < t->naggs; i++) {
        if (row->values[i].shape != NT_SHAPE_HIST)
            continue;
        if (is_titled)
            nt_str_printf(out, "%*s%s\n", NT_TEXT_INDENT, "", t->aggs[i].name);
        nt_text_add_hist(&row->values[i], NT_TEXT_INDENT * (is_titled ? 2 : 1), out);
    }
}

static void add_more(const struct nt_rows *rows, struct nt_str *out)
{
    uint64_t more = rows->total - rows->n;

    if (more)
        nt_str_printf(out, "... and %" PRIu64 " more %s\n", more, more == 1 ? "row" : "rows");
}

static void add_grid(struct grid *g)
{
    struct nt_str *out = &g->o->text;
    uint32_t nrows = count_rows(g->rows);

    make_columns(g);
    for (uint32_t i = 0; i < nrows; i++)
        make_cells(g, row_at(g->rows, i));
    if (g->ncolumns)
        nt_text_heads(g->columns, g->ncolumns, out);
    for (uint32_t i = 0; i < nrows; i++) {
        if (i == g->rows->n)
            add_more(g->rows, out);
        if (g->ncolumns)
            nt_text_line(g->columns, g->ncolumns, g->cells.at + i * g->ncolumns, out);
        add_key_stacks(g, row_at(g->rows, i));
        add_hists(g, row_at(g->rows, i));
    }
    if (!g->rows->others)
        add_more(g->rows, out);
}

/* A single number needs no table: "drops  12". */
static bool is_one_number(const struct nt_rows *rows)
{
    const struct nt_table *t = rows->table;

    return !t->key.ncolumns && t->naggs == 1 && rows->n == 1 && !rows->others &&
           cells_of(rows->row[0].values[0].shape) == 1;
}

void nt_text_add_table(struct nt_output *o, const struct nt_rows *rows)
{
    struct grid g = {.o = o, .rows = rows};

    add_title(o, rows);
    if (is_one_number(rows)) {
        nt_str_puts(&o->text, "  ");
        nt_output_value(o, &rows->row[0].values[0], &o->text);
        nt_str_puts(&o->text, "\n");
        return;
    }
    if (!count_rows(rows)) {
        nt_str_puts(&o->text, "  (none)\n");
        return;
    }
    nt_str_puts(&o->text, "\n");
    g.arena = nt_arena_new();
    add_grid(&g);
    nt_arena_free(&g.arena);
    nt_str_puts(&o->text, "\n");
}
