/* The clocks of latencies: a map from a key to {start, mark}. */
#include "compiler/codegen/gen.h"

#include <string.h>

static LLVMValueRef clock_key(struct nt_gen *g, const struct nt_expr *key)
{
    struct nt_val v = nt_lower(g, key);
    LLVMValueRef room = nt_scratch(g, key->type->words);

    for (uint32_t i = 0; i < NT_MAX_WORDS; i++)
        if (i < key->type->words)
            nt_put(g, v.w[i], nt_word_at(g, room, i));
    return room;
}

void nt_lower_start(struct nt_gen *g, const struct nt_stmt *s)
{
    LLVMValueRef map = nt_map(g, s->clock->map), key, mark, value, old, failed;
    LLVMBasicBlockRef known = nt_block_new(g, "known"), set = nt_block_new(g, "set");
    LLVMBasicBlockRef full = nt_block_new(g, "full"), done = nt_block_new(g, "started");

    nt_need_layers(g, s->expr->layers | (s->mark ? s->mark->layers : 0));
    mark = s->mark ? nt_lower(g, s->mark).w[0] : nt_i64(g, 0);
    key = clock_key(g, s->expr);
    if (s->clock->keep_first) {
        old = nt_map_lookup(g, map, key);
        LLVMBuildCondBr(g->b, nt_is_null(g, old), set, known);
        nt_at(g, known);
        LLVMBuildCondBr(
            g->b,
            LLVMBuildICmp(g->b, LLVMIntEQ, nt_get(g, g->i64, nt_word_at(g, old, 1)), mark, ""),
            done, set);
        nt_at(g, set);
    } else {
        LLVMDeleteBasicBlock(known);
        LLVMBuildBr(g->b, set);
        nt_at(g, set);
    }
    value = nt_room(g, 2, "start");
    nt_put(g, nt_ktime(g), value);
    nt_put(g, mark, nt_word_at(g, value, 1));
    failed = LLVMBuildICmp(g->b, LLVMIntNE, nt_map_update(g, map, key, value, 0), nt_i64(g, 0), "");
    LLVMBuildCondBr(g->b, failed, full, done);
    nt_at(g, full);
    nt_count(g, NT_CNT_START_FULL);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}

void nt_lower_forget(struct nt_gen *g, const struct nt_stmt *s)
{
    nt_map_delete(g, nt_map(g, s->clock->map), clock_key(g, s->expr));
}

/* The time since the start, where one with this packet's mark is known. */
struct nt_val nt_find_latency(struct nt_gen *g)
{
    const struct nt_handler *h = g->f.handler;
    LLVMBasicBlockRef known = nt_block_new(g, "start_known"), none = nt_block_new(g, "no_start");
    LLVMBasicBlockRef same = nt_block_new(g, "start_same"), done = nt_block_new(g, "latency");
    LLVMBasicBlockRef from_none;
    LLVMValueRef start = nt_map_lookup(g, nt_map(g, h->clock->map), clock_key(g, h->latency_key));
    LLVMValueRef ok = nt_true(g), age;
    struct nt_val v = {0};

    LLVMBuildCondBr(g->b, nt_is_null(g, start), none, known);
    nt_at(g, known);
    if (h->latency_mark)
        ok = LLVMBuildICmp(g->b, LLVMIntEQ, nt_get(g, g->i64, nt_word_at(g, start, 1)),
                           nt_lower(g, h->latency_mark).w[0], "");
    LLVMBuildCondBr(g->b, ok, same, none);
    nt_at(g, same);
    age = LLVMBuildSub(g->b, nt_ktime(g), nt_get(g, g->i64, start), "");
    LLVMBuildBr(g->b, done);
    nt_at(g, none);
    nt_count(g, NT_CNT_NO_START);
    from_none = LLVMGetInsertBlock(g->b);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    v.w[0] = nt_phi(g, g->i64, age, same, nt_i64(g, 0), from_none);
    v.there = nt_phi(g, g->i1, nt_true(g), same, nt_false(g), from_none);
    return v;
}
