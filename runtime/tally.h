/* Slots by key, in user space: what was read out of the kernel's tables, merged over CPUs and over
 * intervals. Bounded as the kernel's table is: keys beyond table->max merge into (others). */
#pragma once

#include "compiler/program.h"

struct nt_tally;

struct nt_tally *nt_tally_new(const struct nt_table *table);
/* Accepts NULL, sets NULL. */
void nt_tally_free(struct nt_tally **tally);

/* Words of a key: at least one, also for a table without columns. */
uint32_t nt_table_key_words(const struct nt_table *table);

/* Merges a slot under its key, of nt_table_key_words() words. */
void nt_tally_add(struct nt_tally *tally, const uint64_t *key, const uint64_t *slot);
/* Merges a slot into (others); one that is all zero changes nothing. */
void nt_tally_add_others(struct nt_tally *tally, const uint64_t *slot);
/* Merges all of `from`, which stays as it is. */
void nt_tally_merge(struct nt_tally *tally, const struct nt_tally *from);
/* The same, and `from` is empty afterwards. */
void nt_tally_move(struct nt_tally *tally, struct nt_tally *from);
void nt_tally_clear(struct nt_tally *tally);

uint32_t nt_tally_count(const struct nt_tally *tally);
/* Entries in the order of their first coming, i < nt_tally_count(). */
const uint64_t *nt_tally_key(const struct nt_tally *tally, uint32_t i);
const uint64_t *nt_tally_slot(const struct nt_tally *tally, uint32_t i);
/* NULL: nothing went to (others). */
const uint64_t *nt_tally_others(const struct nt_tally *tally);
