/* `limit` and `sample`: asked behind the condition, before the body. */
#include "compiler/codegen/gen.h"

enum { GET_PRANDOM_U32 = 7 };
enum { BPF_NOEXIST = 1 };

/* A slot of all CPUs holds window << 32 | how many so far. Who first sees a new window swaps the
 * slot from what it read, so that no count is lost; then all add one and see which they are.
 * Kernels without compare-and-swap (before 5.12) may let a few more pass where a window begins. */
static LLVMValueRef open_window(struct nt_gen *g, LLVMValueRef slot, LLVMValueRef window)
{
    LLVMBasicBlockRef fresh = nt_block_new(g, "window"), done = nt_block_new(g, "in_window");
    LLVMValueRef old = nt_get(g, g->i64, slot);
    LLVMValueRef first = LLVMBuildShl(g->b, window, nt_i64(g, 32), "");
    LLVMValueRef same =
        LLVMBuildICmp(g->b, LLVMIntEQ, LLVMBuildLShr(g->b, old, nt_i64(g, 32), ""), window, "");

    LLVMBuildCondBr(g->b, same, done, fresh);
    nt_at(g, fresh);
    if (g->has_fetch)
        LLVMBuildAtomicCmpXchg(g->b, slot, old, first, LLVMAtomicOrderingSequentiallyConsistent,
                               LLVMAtomicOrderingSequentiallyConsistent, false);
    else
        nt_put(g, first, slot);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    return slot;
}

static LLVMValueRef count_one(struct nt_gen *g, LLVMValueRef slot)
{
    LLVMValueRef n = LLVMBuildAtomicRMW(g->b, LLVMAtomicRMWBinOpAdd, slot, nt_i64(g, 1),
                                        LLVMAtomicOrderingSequentiallyConsistent, false);

    /* Without a value back, the slot read after the addition is at least our own place. */
    return g->has_fetch ? n : LLVMBuildSub(g->b, nt_get(g, g->i64, slot), nt_i64(g, 1), "");
}

/* As long as the longest of the bodies that share the limit. */
static LLVMValueRef key_of(struct nt_gen *g, const struct nt_guard *guard)
{
    uint16_t words = g->u->limit_maps.at[guard->index].key_words;
    LLVMValueRef room = nt_room(g, words, "limit_key");

    nt_put_columns(g, &guard->layout, room, guard->key);
    for (uint32_t i = guard->layout.words; i < words; i++)
        nt_put(g, nt_i64(g, 0), nt_word_at(g, room, i));
    return room;
}

/* The slot of the key, made when it is new. Old keys give way: a limit that was idle begins anew.
 */
static LLVMValueRef slot_by_key(struct nt_gen *g, const struct nt_guard *guard)
{
    LLVMBasicBlockRef fresh = nt_block_new(g, "new_key"), done = nt_block_new(g, "key"), before;
    LLVMValueRef map = nt_map(g, guard->map), room, found, made;

    for (uint32_t i = 0; i < guard->layout.ncolumns; i++)
        nt_need_layers(g, guard->key[i]->layers);
    room = key_of(g, guard);
    found = nt_map_lookup(g, map, room);
    before = LLVMGetInsertBlock(g->b);
    LLVMBuildCondBr(g->b, nt_is_null(g, found), fresh, done);
    nt_at(g, fresh);
    nt_put(g, nt_i64(g, 0), nt_scratch(g, 1));
    nt_map_update(g, map, room, nt_scratch(g, 1), BPF_NOEXIST);
    made = nt_map_lookup(g, map, room);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    return nt_phi(g, g->ptr, found, before, made, fresh);
}

static LLVMValueRef within_limit(struct nt_gen *g, const struct nt_guard *guard,
                                 LLVMBasicBlockRef no)
{
    LLVMBasicBlockRef some = nt_block_new(g, "limits");
    LLVMValueRef slot =
        guard->key ? slot_by_key(g, guard) : nt_map_lookup_index(g, guard->map, guard->index);
    LLVMValueRef window, n;

    LLVMBuildCondBr(g->b, nt_is_null(g, slot), no, some);
    nt_at(g, some);
    window = LLVMBuildUDiv(g->b, nt_ktime(g), nt_i64(g, guard->per), "");
    window = LLVMBuildAnd(g->b, window, nt_i64(g, 0xffffffff), "");
    n = count_one(g, open_window(g, slot, window));
    n = LLVMBuildAnd(g->b, n, nt_i64(g, 0xffffffff), "");
    return LLVMBuildICmp(g->b, LLVMIntULT, n, nt_i64(g, guard->count), "");
}

static LLVMValueRef within_sample(struct nt_gen *g, const struct nt_guard *guard)
{
    LLVMValueRef random = nt_zext(g, nt_helper(g, GET_PRANDOM_U32, g->i32, NULL, 0));

    random = LLVMBuildURem(g->b, random, nt_i64(g, guard->per), "");
    return LLVMBuildICmp(g->b, LLVMIntULT, random, nt_i64(g, guard->count), "");
}

void nt_lower_guard(struct nt_gen *g, const struct nt_guard *guard, LLVMBasicBlockRef yes,
                    LLVMBasicBlockRef no)
{
    LLVMBasicBlockRef held = nt_block_new(g, "held");

    for (; guard; guard = guard->next) {
        LLVMBasicBlockRef pass = guard->next ? nt_block_new(g, "pass") : yes;
        LLVMValueRef ok;

        nt_set_location(g, guard->at);
        ok = guard->kind == NT_GUARD_LIMIT ? within_limit(g, guard, no) : within_sample(g, guard);
        LLVMBuildCondBr(g->b, ok, pass, held);
        if (guard->next)
            nt_at(g, pass);
    }
    nt_at(g, held);
    nt_count(g, NT_CNT_HELD);
    LLVMBuildBr(g->b, no);
}
