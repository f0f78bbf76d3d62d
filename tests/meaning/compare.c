#include "tests/meaning/compare.h"

#include "compiler/base/str.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* -- values ----------------------------------------------------------------------------------- */

static void print_words(const char *what, bool there, const uint64_t *w, uint32_t n)
{
    printf("  %s:", what);
    if (!there)
        printf(" absent");
    for (uint32_t i = 0; i < n && there; i++)
        printf(" %#llx", (unsigned long long)w[i]);
    printf("\n");
}

static bool same_value(const struct nt_value *got, const struct eval_value *want)
{
    bool there = got->shape != NT_SHAPE_ABSENT;

    return there == want->there &&
           (!there || memcmp(got->w, want->w, got->type->words * sizeof(uint64_t)) == 0);
}

/* -- text ------------------------------------------------------------------------------------- */

static void address_text(const uint64_t *w, char text[INET6_ADDRSTRLEN])
{
    unsigned char bytes[16];

    for (int i = 0; i < 16; i++)
        bytes[i] = (unsigned char)(w[i / 8] >> (56 - i % 8 * 8));
    if (w[0] == 0 && w[1] >> 32 == 0xffff)
        inet_ntop(AF_INET, bytes + 12, text, INET6_ADDRSTRLEN);
    else
        inet_ntop(AF_INET6, bytes, text, INET6_ADDRSTRLEN);
}

/* Does a value print as it should? Of those kinds of which another has said how. */
static bool prints_well(const struct nt_value *v)
{
    NT_STR_AUTO text = {0};
    char want[INET6_ADDRSTRLEN + 64] = "";
    uint64_t words[NT_MAX_WORDS] = {0};

    if (v->shape != NT_SHAPE_WORDS)
        return true;
    v->type->format(v->type, v->w, &text);
    if (v->type->kind == NT_KIND_IP)
        address_text(v->w, want);
    else if (v->type->kind == NT_KIND_INT)
        snprintf(want, sizeof(want), "%lld", (long long)v->w[0]);
    else if (v->type->kind == NT_KIND_UINT || v->type->kind == NT_KIND_PORT)
        snprintf(want, sizeof(want), "%llu", (unsigned long long)v->w[0]);
    if (*want && strcmp(want, text.at) != 0) {
        printf("printed as %s, should be %s\n", text.at, want);
        return false;
    }
    if (v->type->kind == NT_KIND_IP || v->type->kind == NT_KIND_MAC)
        return v->type->parse(v->type, text.at, text.len, words) == 0 &&
               memcmp(words, v->w, v->type->words * sizeof(*words)) == 0;
    return true;
}

/* -- rows ------------------------------------------------------------------------------------- */

void compare_row(struct comparison *c, const struct nt_ring_row *row)
{
    const struct eval_row *want;

    if (c->nrows == c->evaluator->rows.n) {
        printf("a row too many\n");
        c->differs = true;
        return;
    }
    want = &c->evaluator->rows.at[c->nrows++];
    if (row->id != want->record) {
        printf("row %u is of another statement\n", c->nrows);
        c->differs = true;
        return;
    }
    for (uint32_t i = 0; i < row->nvalues; i++) {
        const struct nt_value *got = &row->values[i];

        if (same_value(got, &want->column[i]) && prints_well(got))
            continue;
        printf("row %u, column %u, %s\n", c->nrows, i, row->record->body.columns[i].type->name);
        print_words("kernel", got->shape != NT_SHAPE_ABSENT, got->w,
                    row->record->body.columns[i].type->words);
        print_words("should be", want->column[i].there, want->column[i].w,
                    row->record->body.columns[i].type->words);
        c->differs = true;
    }
}

void compare_rows_end(struct comparison *c)
{
    if (c->nrows == c->evaluator->rows.n)
        return;
    printf("%u rows came, %u should\n", c->nrows, c->evaluator->rows.n);
    c->differs = true;
}

/* -- aggregations ----------------------------------------------------------------------------- */

/* The values that went into one aggregation under one key. */
struct values {
    const struct nt_type *type;
    const uint64_t *w;
    uint32_t n;
};

static __int128 number(const struct nt_type *t, uint64_t w)
{
    return t && t->is_signed ? (__int128)(int64_t)w : (__int128)w;
}

static bool is_in(const struct nt_type *t, const struct nt_bucket *b, uint64_t w)
{
    return (b->open_lo || number(t, w) >= number(t, (uint64_t)b->lo)) &&
           (b->open_hi || number(t, w) < number(t, (uint64_t)b->hi));
}

/* Buckets hold what lies in them, and all values lie in one. */
static bool same_histogram(const struct nt_value *got, const struct values *v)
{
    uint64_t all = 0;

    for (uint32_t i = 0; i < got->hist.n; i++) {
        uint64_t n = 0;

        for (uint32_t k = 0; k < v->n; k++)
            n += is_in(v->type, &got->hist.bucket[i], v->w[k]);
        if (n != got->hist.bucket[i].count)
            return false;
        all += n;
    }
    return all == v->n;
}

/* Sums wrap, as all arithmetic does; the extremes are of the type's order. */
static void fold(const struct values *v, uint64_t *ret_sum, uint64_t *ret_min, uint64_t *ret_max)
{
    *ret_sum = 0;
    *ret_min = *ret_max = v->n ? v->w[0] : 0;
    for (uint32_t i = 0; i < v->n; i++) {
        *ret_sum += v->w[i];
        if (number(v->type, v->w[i]) < number(v->type, *ret_min))
            *ret_min = v->w[i];
        if (number(v->type, v->w[i]) > number(v->type, *ret_max))
            *ret_max = v->w[i];
    }
}

static bool same_aggregate(const struct nt_agg_use *use, const struct nt_value *got,
                           const struct values *v)
{
    const char *name = use->agg->name;
    uint64_t sum, min, max;

    fold(v, &sum, &min, &max);
    if (got->shape == NT_SHAPE_HIST)
        return same_histogram(got, v);
    if (got->shape == NT_SHAPE_STATS)
        return got->stats.count == v->n && (uint64_t)got->stats.sum == sum &&
               (uint64_t)got->stats.min == min && (uint64_t)got->stats.max == max;
    if (strcmp(name, "count") == 0)
        return got->w[0] == v->n;
    if (strcmp(name, "sum") != 0 && strcmp(name, "min") != 0 && strcmp(name, "max") != 0)
        return true; /* estimates, rates, averages: tests/unit/test_aggs.c */
    if (v->n == 0)
        return got->shape == NT_SHAPE_ABSENT || got->w[0] == 0;
    return got->shape == NT_SHAPE_WORDS && got->w[0] == (*name == 's'     ? sum
                                                         : name[1] == 'i' ? min
                                                                          : max);
}

/* -- tables ----------------------------------------------------------------------------------- */

static bool has_key(const struct nt_table *t, const struct eval_update *u, const uint64_t *key)
{
    for (uint16_t i = 0; i < t->key.ncolumns; i++) {
        struct nt_value v;

        nt_decode_column(&t->key, i, key, &v);
        if (!same_value(&v, &u->key[i]))
            return false;
    }
    return true;
}

static void compare_slot(struct comparison *c, uint32_t index, const uint64_t *key,
                         const uint64_t *slot, struct nt_arena *arena)
{
    const struct nt_table *t = &c->program->tables[index];
    uint64_t *w = NT_NEW_N(arena, uint64_t, c->evaluator->updates.n + 1);

    for (uint16_t a = 0; a < t->naggs; a++) {
        const struct nt_agg_use *use = &t->aggs[a];
        struct values v = {.type = use->type, .w = w};
        struct nt_value got;

        nt_vec_each (u, &c->evaluator->updates)
            if (u->table == index && u->arg[a].there && has_key(t, u, key))
                w[v.n++] = u->arg[a].w[0];
        got = use->agg->value(use, slot + use->word, arena);
        if (same_aggregate(use, &got, &v))
            continue;
        printf("table '%s', %s: %u values\n", t->name, use->name, v.n);
        print_words("of", true, w, v.n);
        print_words("kernel", true, slot + use->word, use->words);
        c->differs = true;
    }
}

void compare_table(struct comparison *c, uint32_t index, const struct nt_tally *tally,
                   struct nt_arena *arena)
{
    const struct nt_table *t = &c->program->tables[index];

    if (nt_tally_others(tally))
        return; /* what found no room has lost its key */
    for (uint32_t i = 0; i < nt_tally_count(tally); i++)
        compare_slot(c, index, nt_tally_key(tally, i), nt_tally_slot(tally, i), arena);
    nt_vec_each (u, &c->evaluator->updates) {
        bool found = u->table != index;

        for (uint32_t i = 0; i < nt_tally_count(tally) && !found; i++)
            found = has_key(t, u, nt_tally_key(tally, i));
        if (!found) {
            printf("table '%s' lacks a key\n", t->name);
            c->differs = true;
        }
    }
}

/* -- two evaluations -------------------------------------------------------------------------- */

static bool agree(const struct eval_value *a, const struct eval_value *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (a[i].there != b[i].there ||
            (a[i].there && memcmp(a[i].w, b[i].w, sizeof(a[i].w)) != 0)) {
            print_words("in the kernel", a[i].there, a[i].w, 2);
            print_words("in the compiler", b[i].there, b[i].w, 2);
            return false;
        }
    return true;
}

bool evaluations_agree(const struct evaluator *a, const struct evaluator *b)
{
    bool same = a->rows.n == b->rows.n && a->updates.n == b->updates.n;

    if (!same)
        printf("%u rows and %u updates, %u and %u\n", a->rows.n, a->updates.n, b->rows.n,
               b->updates.n);
    for (uint32_t i = 0; i < a->rows.n && same; i++)
        same = agree(a->rows.at[i].column, b->rows.at[i].column, a->rows.at[i].ncolumns);
    for (uint32_t i = 0; i < a->updates.n && same; i++)
        same = agree(a->updates.at[i].key, b->updates.at[i].key, a->updates.at[i].nkeys) &&
               agree(a->updates.at[i].arg, b->updates.at[i].arg, a->updates.at[i].nargs);
    return same;
}
