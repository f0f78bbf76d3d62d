/* Things on their way: found by a key, moved on from stage to stage, ended.
 *
 * Stages of one thing may be passed on several CPUs at once. Who moves an entry on swaps its claim
 * for the one it read, so a stage counts once and never backwards. Who ends an entry deletes it
 * from its map, which succeeds once. The kernel may give an entry's memory to another at once: the
 * claim has the id in it, and whoever reads an entry makes sure of it by one of the two. */
#include "compiler/bpf/path.h"
#include "compiler/bpf/rt.h"

enum { BPF_ANY, BPF_NOEXIST };

static void *(*const map_lookup)(void *map, const void *key) = (void *)1;
static long (*const map_update)(void *map, const void *key, const void *value, u64 how) = (void *)2;
static long (*const map_delete)(void *map, const void *key) = (void *)3;
static u32 (*const this_cpu)(void) = (void *)8;

/* The entry that a key leads to, and its id; NULL: none. */
u64 *nt_path_find(void *keys, void *entries, const u64 *key, u64 *ret_id);
u64 *nt_path_find(void *keys, void *entries, const u64 *key, u64 *ret_id)
{
    const u64 *id = map_lookup(keys, key);

    if (!id)
        return 0;
    *ret_id = *id;
    return map_lookup(entries, ret_id);
}

static inline _Bool is_before(u64 claim, u64 id, u32 stage)
{
    return (claim & ~0xffffull) == NT_CLAIM_OF(id) && NT_CLAIM_STAGE(claim) != 0 &&
           NT_CLAIM_STAGE(claim) < stage;
}

static inline u64 moved(u64 claim, u32 stage)
{
    return (claim & ~0xffffull) | NT_CLAIM_STAGE(claim) << 8 | stage;
}

/* Moves an entry on to a stage: the claim it had, 0 when it is there or further already. */
u64 nt_path_claim(u64 *entry, u64 id, u32 stage);
u64 nt_path_claim(u64 *entry, u64 id, u32 stage)
{
#pragma clang loop unroll(full)
    for (int i = 0; i < 3; i++) {
        u64 claim = *(volatile u64 *)&entry[NT_ENTRY_CLAIM];

        if (!is_before(claim, id, stage))
            return 0;
        if (__sync_val_compare_and_swap(&entry[NT_ENTRY_CLAIM], claim, moved(claim, stage)) ==
            claim)
            return claim;
    }
    return 0;
}

/* Likewise where the kernel has no compare-and-swap (before 5.12): two stages passed in the same
 * instant on two CPUs may both count. */
u64 nt_path_claim_plain(u64 *entry, u64 id, u32 stage);
u64 nt_path_claim_plain(u64 *entry, u64 id, u32 stage)
{
    u64 claim = *(volatile u64 *)&entry[NT_ENTRY_CLAIM];

    if (!is_before(claim, id, stage))
        return 0;
    *(volatile u64 *)&entry[NT_ENTRY_CLAIM] = moved(claim, stage);
    return claim;
}

/* A new entry that no key leads to yet; NULL: no room. An interrupt may start one in the same
 * nanosecond where the clock is coarse. */
u64 *nt_path_make(void *entries, const void *zeros, u64 now, u64 *ret_id);
u64 *nt_path_make(void *entries, const void *zeros, u64 now, u64 *ret_id)
{
    u64 *entry;

    *ret_id = now << 16 | (this_cpu() & 0x7fff);
    if (map_update(entries, ret_id, zeros, BPF_NOEXIST)) {
        *ret_id |= 0x8000;
        if (map_update(entries, ret_id, zeros, BPF_NOEXIST))
            return 0;
    }
    entry = map_lookup(entries, ret_id);
    if (!entry)
        return 0;
    entry[NT_ENTRY_CLAIM] = NT_CLAIM_OF(*ret_id) | 1;
    entry[NT_ENTRY_LAST] = now;
    entry[NT_ENTRY_START] = now;
    return entry;
}

/* Lets a key lead to the entry. False: no room. */
_Bool nt_path_known(void *keys, const u64 *key, const u64 *id);
_Bool nt_path_known(void *keys, const u64 *key, const u64 *id)
{
    return map_update(keys, key, id, BPF_ANY) == 0;
}

/* Deletes what a map has under an id. True for the one who did it. */
_Bool nt_path_take(void *map, const u64 *id);
_Bool nt_path_take(void *map, const u64 *id)
{
    return map_delete(map, id) == 0;
}

/* Has the entry been called lost? */
_Bool nt_path_is_lost(void *lost, const u64 *id);
_Bool nt_path_is_lost(void *lost, const u64 *id)
{
    return map_lookup(lost, id) != 0;
}

/* Takes a key away from the entry, unless it leads to another by now. */
void nt_path_forget(void *keys, const u64 *key, const u64 *id);
void nt_path_forget(void *keys, const u64 *key, const u64 *id)
{
    const u64 *at = key[0] ? map_lookup(keys, key) : 0;

    if (at && *at == *id)
        map_delete(keys, key);
}

/* A key finds this entry too. If one that stands at the same stage has it already, the two go on as
 * one: gives the entry that ends, which is the younger, and its id; NULL: none. */
u64 *nt_path_also(void *keys, void *entries, const u64 *key, u64 *entry, const u64 *id, u32 stage,
                  u64 *ret_ending);
u64 *nt_path_also(void *keys, void *entries, const u64 *key, u64 *entry, const u64 *id, u32 stage,
                  u64 *ret_ending)
{
    u64 *other;

    *ret_ending = *id;
    if (map_update(keys, key, id, BPF_NOEXIST) == 0)
        return 0;
    other = nt_path_find(keys, entries, key, ret_ending);
    if (*ret_ending == *id)
        return 0;
    if (other && NT_CLAIM_STAGE(other[NT_ENTRY_CLAIM]) == stage) {
        if (other[NT_ENTRY_START] <= entry[NT_ENTRY_START]) {
            __sync_fetch_and_add(&other[NT_ENTRY_JOINED], 1 + entry[NT_ENTRY_JOINED]);
            *ret_ending = *id;
            return entry;
        }
        __sync_fetch_and_add(&entry[NT_ENTRY_JOINED], 1 + other[NT_ENTRY_JOINED]);
    } else {
        other = 0;
    }
    map_update(keys, key, id, BPF_ANY);
    return other;
}

/* Atomic: an interrupt may come in between. counts: the path's, or NULL. */
void nt_path_count(u64 *counts, u32 counter);
void nt_path_count(u64 *counts, u32 counter)
{
    if (counts)
        __sync_fetch_and_add(&counts[counter], 1);
}
