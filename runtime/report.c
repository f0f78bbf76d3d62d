#include "runtime/report.h"
#include "compiler/base/arena.h"
#include "compiler/catalog/bytes.h"
#include "runtime/decode.h"
#include "runtime/output.h"
#include "runtime/symbols.h"
#include "runtime/tally.h"

#include <stdlib.h>
#include <string.h>

/* A row while it is sorted. */
struct item {
    const struct nt_report *report;
    __int128 rank;
    uint32_t entry;
};

/* One column of two keys. What is absent comes last. */
static int compare_column(const struct nt_value *a, const struct nt_value *b)
{
    if (a->shape != b->shape)
        return a->shape == NT_SHAPE_ABSENT ? 1 : -1;
    if (a->shape == NT_SHAPE_ABSENT)
        return 0;
    if (a->shape == NT_SHAPE_BYTES)
        return memcmp(a->kept, b->kept, nt_type_kept_words(a->type) * sizeof(a->kept[0]));
    if (a->type->kind == NT_KIND_STRING || a->type->kind == NT_KIND_IFNAME)
        return memcmp(a->w, b->w, a->type->words * sizeof(a->w[0]));
    for (uint8_t i = 0; i < a->type->words; i++) {
        if (a->w[i] == b->w[i])
            continue;
        if (a->type->is_signed)
            return (int64_t)a->w[i] < (int64_t)b->w[i] ? -1 : 1;
        return a->w[i] < b->w[i] ? -1 : 1;
    }
    return 0;
}

static int compare_key(const struct nt_report *r, uint16_t column, uint32_t a, uint32_t b)
{
    struct nt_value left, right;

    nt_decode_column(&r->table->key, column, nt_tally_key(r->tally, a), &left);
    nt_decode_column(&r->table->key, column, nt_tally_key(r->tally, b), &right);
    return compare_column(&left, &right);
}

/* By the key that was asked for, then by all in their order. */
static int compare_keys(const struct nt_report *r, uint32_t a, uint32_t b)
{
    int order = 0;

    if (r->by >= r->table->naggs)
        order = compare_key(r, (uint16_t)(r->by - r->table->naggs), a, b);
    for (uint16_t i = 0; i < r->table->key.ncolumns && order == 0; i++)
        order = compare_key(r, i, a, b);
    return order;
}

static int compare_items(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank > y->rank ? -1 : 1;
    return compare_keys(x->report, x->entry, y->entry);
}

/* All alike where a key decides. */
static __int128 rank(const struct nt_report *r, uint32_t entry)
{
    const struct nt_agg_use *use;

    if (r->by >= r->table->naggs)
        return 0;
    use = &r->table->aggs[r->by < 0 ? 0 : r->by];
    return use->agg->rank(use, nt_tally_slot(r->tally, entry) + use->word);
}

static struct item *sort(const struct nt_report *r, struct nt_arena *a)
{
    uint32_t n = nt_tally_count(r->tally);
    struct item *items = NT_NEW_N(a, struct item, n + 1);

    for (uint32_t i = 0; i < n; i++)
        items[i] = (struct item){.report = r, .rank = rank(r, i), .entry = i};
    qsort(items, n, sizeof(items[0]), compare_items);
    return items;
}

/* A rate comes as a sum. In no time nothing can be said of it. */
static void divide_by_time(struct nt_value *v, uint64_t elapsed)
{
    if (v->shape != NT_SHAPE_RATE)
        return;
    if (elapsed)
        v->real /= (double)elapsed / 1e9;
    else
        v->shape = NT_SHAPE_ABSENT;
}

static struct nt_row make_row(const struct nt_report *r, const uint64_t *key, const uint64_t *slot,
                              struct nt_arena *a)
{
    struct nt_value *columns = NT_NEW_N(a, struct nt_value, r->table->key.ncolumns + 1u);
    struct nt_value *values = NT_NEW_N(a, struct nt_value, r->table->naggs + 1u);

    for (uint16_t i = 0; i < r->table->naggs; i++) {
        const struct nt_agg_use *use = &r->table->aggs[i];

        values[i] = use->agg->value(use, slot + use->word, a);
        divide_by_time(&values[i], r->elapsed);
    }
    if (!key)
        return (struct nt_row){.values = values};
    for (uint16_t i = 0; i < r->table->key.ncolumns; i++)
        nt_decode_column(&r->table->key, i, key, &columns[i]);
    return (struct nt_row){.key = columns, .values = values};
}

static void want_names(const struct nt_report *r, const struct nt_row *row,
                       struct nt_symbols *symbols)
{
    for (uint16_t i = 0; i < r->table->key.ncolumns; i++)
        nt_symbols_want(symbols, &row->key[i]);
    for (uint16_t i = 0; i < r->table->naggs; i++)
        nt_symbols_want(symbols, &row->values[i]);
}

int nt_report_print(const struct nt_report *report, struct nt_symbols *symbols,
                    struct nt_output *out)
{
    struct nt_arena *a = nt_arena_new();
    uint32_t total = nt_tally_count(report->tally);
    uint32_t n = report->top && report->top < total ? report->top : total;
    struct item *items = sort(report, a);
    struct nt_row *rows = NT_NEW_N(a, struct nt_row, n + 1), others;
    struct nt_rows shown = {
        .table = report->table,
        .row = rows,
        .n = n,
        .total = total,
        .time = report->time,
        .final = report->final,
    };
    int r;

    for (uint32_t i = 0; i < n; i++) {
        rows[i] = make_row(report, nt_tally_key(report->tally, items[i].entry),
                           nt_tally_slot(report->tally, items[i].entry), a);
        want_names(report, &rows[i], symbols);
    }
    if (nt_tally_others(report->tally)) {
        others = make_row(report, NULL, nt_tally_others(report->tally), a);
        shown.others = &others;
    }
    r = nt_output_table(out, &shown);
    nt_arena_free(&a);
    return r;
}
