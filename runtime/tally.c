#include "runtime/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Entries lie one behind the other, key and slot; an open-addressing index finds them. */
struct nt_tally {
    const struct nt_table *table;
    uint32_t key_words, entry_words;
    uint64_t *entries;
    uint32_t n, cap;
    uint32_t *index; /* entry + 1, or 0; a power of two, at most half full */
    uint32_t nindex;
    uint64_t *others;
    bool has_others;
};

/* Out of memory ends the process, as everywhere in ntrace: nothing in the kernel outlives it. */
static void *must(void *memory)
{
    if (memory)
        return memory;
    fputs("ntrace: out of memory\n", stderr);
    exit(1);
}

uint32_t nt_table_key_words(const struct nt_table *table)
{
    return table->key.words ? table->key.words : 1;
}

struct nt_tally *nt_tally_new(const struct nt_table *table)
{
    struct nt_tally *t = must(calloc(1, sizeof(*t)));

    t->table = table;
    t->key_words = nt_table_key_words(table);
    t->entry_words = t->key_words + table->slot_words;
    t->others = must(calloc(table->slot_words + 1u, sizeof(uint64_t)));
    return t;
}

void nt_tally_free(struct nt_tally **tally)
{
    if (!*tally)
        return;
    free((*tally)->entries);
    free((*tally)->index);
    free((*tally)->others);
    free(*tally);
    *tally = NULL;
}

static uint64_t hash_key(const uint64_t *key, uint32_t words)
{
    uint64_t h = 0x9e3779b97f4a7c15;

    for (uint32_t i = 0; i < words; i++) {
        h = (h ^ key[i]) * 0xff51afd7ed558ccd;
        h ^= h >> 32;
    }
    return h;
}

static uint64_t *entry_at(const struct nt_tally *t, uint32_t i)
{
    return t->entries + (size_t)i * t->entry_words;
}

/* The place of the key in the index: its entry, or the free place where it belongs. */
static uint32_t *place_of(const struct nt_tally *t, const uint64_t *key)
{
    uint32_t mask = t->nindex - 1;
    uint32_t at = (uint32_t)hash_key(key, t->key_words) & mask;

    while (t->index[at] &&
           memcmp(entry_at(t, t->index[at] - 1), key, t->key_words * sizeof(*key)) != 0)
        at = (at + 1) & mask;
    return &t->index[at];
}

static void grow(struct nt_tally *t)
{
    t->cap = t->cap ? t->cap * 2 : 16;
    t->nindex = t->cap * 2;
    t->entries = must(realloc(t->entries, (size_t)t->cap * t->entry_words * sizeof(uint64_t)));
    free(t->index);
    t->index = must(calloc(t->nindex, sizeof(t->index[0])));
    for (uint32_t i = 0; i < t->n; i++)
        *place_of(t, entry_at(t, i)) = i + 1;
}

static void merge(const struct nt_tally *t, uint64_t *into, const uint64_t *from)
{
    for (uint16_t i = 0; i < t->table->naggs; i++) {
        const struct nt_agg_use *use = &t->table->aggs[i];

        use->agg->merge(use, into + use->word, from + use->word);
    }
}

void nt_tally_add(struct nt_tally *t, const uint64_t *key, const uint64_t *slot)
{
    uint32_t *place;
    uint64_t *entry;

    if (t->n == t->cap)
        grow(t);
    place = place_of(t, key);
    if (*place) {
        merge(t, entry_at(t, *place - 1) + t->key_words, slot);
        return;
    }
    if (t->n >= t->table->max) {
        nt_tally_add_others(t, slot);
        return;
    }
    entry = entry_at(t, t->n);
    memcpy(entry, key, t->key_words * sizeof(*key));
    memcpy(entry + t->key_words, slot, t->table->slot_words * sizeof(*slot));
    *place = ++t->n;
}

void nt_tally_add_others(struct nt_tally *t, const uint64_t *slot)
{
    bool any = false;

    for (uint16_t i = 0; i < t->table->slot_words; i++)
        any |= slot[i] != 0;
    if (!any)
        return;
    merge(t, t->others, slot);
    t->has_others = true;
}

void nt_tally_merge(struct nt_tally *t, const struct nt_tally *from)
{
    for (uint32_t i = 0; i < from->n; i++)
        nt_tally_add(t, nt_tally_key(from, i), nt_tally_slot(from, i));
    if (from->has_others)
        nt_tally_add_others(t, from->others);
}

void nt_tally_move(struct nt_tally *t, struct nt_tally *from)
{
    nt_tally_merge(t, from);
    nt_tally_clear(from);
}

void nt_tally_clear(struct nt_tally *t)
{
    if (t->index)
        memset(t->index, 0, t->nindex * sizeof(t->index[0]));
    memset(t->others, 0, t->table->slot_words * sizeof(uint64_t));
    t->has_others = false;
    t->n = 0;
}

uint32_t nt_tally_count(const struct nt_tally *t)
{
    return t->n;
}

const uint64_t *nt_tally_key(const struct nt_tally *t, uint32_t i)
{
    return entry_at(t, i);
}

const uint64_t *nt_tally_slot(const struct nt_tally *t, uint32_t i)
{
    return entry_at(t, i) + t->key_words;
}

const uint64_t *nt_tally_others(const struct nt_tally *t)
{
    return t->has_others ? t->others : NULL;
}
