/* State: values in hash maps. A key that is absent, or a value that is, leaves all as it was. */
#include "compiler/catalog/bytes.h"
#include "compiler/codegen/gen.h"

enum { BPF_ANY, BPF_NOEXIST };

static uint32_t longest_key(struct nt_gen *g)
{
    uint32_t longest = 1;

    nt_vec_each (state, &g->u->states) {
        uint32_t words = 0;

        for (uint32_t i = 0; i < (*state)->nkeys; i++)
            words += (*state)->key[i]->words;
        longest = words > longest ? words : longest;
    }
    return longest;
}

/* Of the longest key: all keys of a program are used at once and share the room. */
static LLVMValueRef key_room(struct nt_gen *g)
{
    if (!g->f.state_key)
        g->f.state_key = nt_room(g, longest_key(g), "state_key");
    return g->f.state_key;
}

/* Writes the key; gives whether it is there (NULL: always). */
static LLVMValueRef put_key(struct nt_gen *g, const struct nt_expr *place)
{
    struct nt_val keys[NT_MAX_STATE_KEYS];
    LLVMValueRef there = NULL, room = key_room(g);
    uint32_t word = 0;

    /* All of them first: a key may itself be read from state. */
    for (uint32_t i = 0; i < place->nkids; i++) {
        keys[i] = nt_lower(g, place->kid[i]);
        there = nt_both(g, there, keys[i].there);
    }
    if (!place->nkids)
        nt_put(g, nt_i64(g, 0), room);
    for (uint32_t i = 0; i < place->nkids; i++)
        for (uint32_t w = 0; w < place->state->key[i]->words; w++, word++) {
            bool has = w < place->kid[i]->type->words && keys[i].w[w];

            nt_put(g, has ? keys[i].w[w] : nt_i64(g, 0), nt_word_at(g, room, word));
        }
    return there;
}

/* -- age: behind the value stands when it was written --------------------------------------------
 */

static LLVMValueRef stamp_at(struct nt_gen *g, const struct nt_state *state, LLVMValueRef at)
{
    return nt_word_at(g, at, nt_type_kept_words(state->type));
}

static void put_stamp(struct nt_gen *g, const struct nt_state *state, LLVMValueRef at)
{
    if (state->ttl)
        nt_put(g, nt_ktime(g), stamp_at(g, state, at));
}

/* Is what stands there still young enough? Another CPU may have written it a moment after `now`. */
static LLVMValueRef is_fresh(struct nt_gen *g, const struct nt_state *state, LLVMValueRef at)
{
    LLVMValueRef age;

    if (!state->ttl)
        return nt_true(g);
    age = nt_ktime(g);
    age = LLVMBuildSub(g->b, age, nt_get(g, g->i64, stamp_at(g, state, at)), "");
    return LLVMBuildICmp(g->b, LLVMIntSLE, age, nt_i64(g, state->ttl), "");
}

/* Begins anew from 0 what is too old. */
static void refresh(struct nt_gen *g, const struct nt_state *state, LLVMValueRef at)
{
    LLVMBasicBlockRef old, done;

    if (!state->ttl)
        return;
    old = nt_block_new(g, "too_old");
    done = nt_block_new(g, "fresh");
    LLVMBuildCondBr(g->b, is_fresh(g, state, at), done, old);
    nt_at(g, old);
    nt_put(g, nt_i64(g, 0), at);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    put_stamp(g, state, at);
}

/* -- reading and writing --------------------------------------------------------------------------
 */

struct nt_val nt_load_state(struct nt_gen *g, const struct nt_expr *e)
{
    LLVMValueRef there = put_key(g, e),
                 at = nt_map_lookup(g, nt_map(g, e->state->map), key_room(g));
    LLVMBasicBlockRef before, some = nt_block_new(g, "kept"), done = nt_block_new(g, "state");
    LLVMValueRef fresh;
    struct nt_val v = {0};

    before = LLVMGetInsertBlock(g->b);
    LLVMBuildCondBr(g->b, nt_is_null(g, at), done, some);
    nt_at(g, some);
    if (e->type->kind == NT_KIND_HEX)
        v = nt_kept_bytes(g, at);
    for (uint32_t i = 0; i < e->type->words && e->type->kind != NT_KIND_HEX; i++)
        v.w[i] = nt_get(g, g->i64, nt_word_at(g, at, i));
    fresh = is_fresh(g, e->state, at);
    some = LLVMGetInsertBlock(g->b);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    for (uint32_t i = 0; i < e->type->words; i++)
        v.w[i] = nt_phi(g, g->i64, nt_i64(g, 0), before, v.w[i], some);
    v.there = nt_both(g, there, nt_phi(g, g->i1, nt_false(g), before, fresh, some));
    return v;
}

static void set(struct nt_gen *g, const struct nt_stmt *s, const struct nt_val *v,
                LLVMBasicBlockRef done)
{
    const struct nt_state *state = s->state->state;
    LLVMBasicBlockRef full = nt_block_new(g, "state_full");
    LLVMValueRef room = nt_scratch(g, state->type->words + 1u), failed;

    for (uint32_t i = 0; i < state->type->words; i++)
        nt_put(g, v->w[i] ? v->w[i] : nt_i64(g, 0), nt_word_at(g, room, i));
    put_stamp(g, state, room);
    failed = nt_map_update(g, nt_map(g, state->map), key_room(g), room, BPF_ANY);
    LLVMBuildCondBr(g->b, LLVMBuildICmp(g->b, LLVMIntNE, failed, nt_i64(g, 0), ""), full, done);
    nt_at(g, full);
    nt_count(g, NT_CNT_STATE_FULL);
    LLVMBuildBr(g->b, done);
}

/* Bytes go straight into the map: they are too many for the stack. */
static void set_bytes(struct nt_gen *g, const struct nt_stmt *s, const struct nt_val *v,
                      LLVMBasicBlockRef done)
{
    LLVMBasicBlockRef found = nt_block_new(g, "write"), missing = nt_block_new(g, "make");
    LLVMBasicBlockRef full = nt_block_new(g, "state_full"), make = nt_block_new(g, "zeros");
    LLVMBasicBlockRef unread = nt_block_new(g, "unread"), from_a, from_b;
    LLVMValueRef map = nt_map(g, s->state->state->map), a, b, zeros, to;

    a = nt_map_lookup(g, map, key_room(g));
    from_a = LLVMGetInsertBlock(g->b);
    LLVMBuildCondBr(g->b, nt_is_null(g, a), missing, found);
    nt_at(g, missing);
    zeros = nt_map_lookup_index(g, "nt_zeros", 0);
    LLVMBuildCondBr(g->b, nt_is_null(g, zeros), full, make);
    nt_at(g, make);
    nt_map_update(g, map, key_room(g), zeros, BPF_NOEXIST);
    b = nt_map_lookup(g, map, key_room(g));
    from_b = LLVMGetInsertBlock(g->b);
    LLVMBuildCondBr(g->b, nt_is_null(g, b), full, found);
    nt_at(g, full);
    nt_count(g, NT_CNT_STATE_FULL);
    LLVMBuildBr(g->b, done);
    nt_at(g, found);
    to = nt_phi(g, g->ptr, a, from_a, b, from_b);
    put_stamp(g, s->state->state, to);
    LLVMBuildCondBr(g->b, nt_put_bytes(g, s->state->state->type, s->expr, v, to, false), done,
                    unread);
    nt_at(g, unread);
    nt_map_delete(g, map, key_room(g));
    LLVMBuildBr(g->b, done);
}

/* What kernels without atomics but addition (before 5.12) change in two steps. */
static void change_word(struct nt_gen *g, enum nt_xop op, LLVMValueRef at, LLVMValueRef by)
{
    LLVMAtomicRMWBinOp atomic = op == NT_X_ADD   ? LLVMAtomicRMWBinOpAdd
                                : op == NT_X_AND ? LLVMAtomicRMWBinOpAnd
                                : op == NT_X_OR  ? LLVMAtomicRMWBinOpOr
                                                 : LLVMAtomicRMWBinOpXor;
    LLVMOpcode plain = op == NT_X_AND ? LLVMAnd : op == NT_X_OR ? LLVMOr : LLVMXor;

    if (op == NT_X_ADD || g->has_fetch)
        LLVMBuildAtomicRMW(g->b, atomic, at, by, LLVMAtomicOrderingMonotonic, false);
    else
        nt_put(g, LLVMBuildBinOp(g->b, plain, nt_get(g, g->i64, at), by, ""), at);
}

/* Atomic: two CPUs may change one key, and one that is just being made from 0. */
static void change(struct nt_gen *g, const struct nt_stmt *s, LLVMValueRef by,
                   LLVMBasicBlockRef done)
{
    LLVMBasicBlockRef found = nt_block_new(g, "change"), missing = nt_block_new(g, "make");
    LLVMBasicBlockRef full = nt_block_new(g, "state_full"), from_a, from_b;
    LLVMValueRef map = nt_map(g, s->state->state->map),
                 room = nt_scratch(g, s->state->state->type->words + 1u), a, b, at;

    a = nt_map_lookup(g, map, key_room(g));
    from_a = LLVMGetInsertBlock(g->b);
    LLVMBuildCondBr(g->b, nt_is_null(g, a), missing, found);
    nt_at(g, missing);
    nt_put(g, nt_i64(g, 0), room);
    put_stamp(g, s->state->state, room);
    nt_map_update(g, map, key_room(g), room, BPF_NOEXIST);
    b = nt_map_lookup(g, map, key_room(g));
    from_b = LLVMGetInsertBlock(g->b);
    LLVMBuildCondBr(g->b, nt_is_null(g, b), full, found);
    nt_at(g, full);
    nt_count(g, NT_CNT_STATE_FULL);
    LLVMBuildBr(g->b, done);
    nt_at(g, found);
    at = nt_phi(g, g->ptr, a, from_a, b, from_b);
    refresh(g, s->state->state, at);
    change_word(g, s->xop, at, by);
    LLVMBuildBr(g->b, done);
}

void nt_lower_keep(struct nt_gen *g, const struct nt_stmt *s)
{
    LLVMBasicBlockRef write = nt_block_new(g, "keep"), done = nt_block_new(g, "kept");
    LLVMValueRef there;
    struct nt_val v;

    nt_need_layers(g, s->expr->layers | s->state->layers);
    v = nt_lower(g, s->expr);
    there = nt_both(g, put_key(g, s->state), v.there);
    if (there)
        LLVMBuildCondBr(g->b, there, write, done);
    else
        LLVMBuildBr(g->b, write);
    nt_at(g, write);
    if (s->change)
        change(g, s, v.w[0], done);
    else if (s->state->state->type->kind == NT_KIND_HEX)
        set_bytes(g, s, &v, done);
    else
        set(g, s, &v, done);
    nt_at(g, done);
}

void nt_lower_delete(struct nt_gen *g, const struct nt_stmt *s)
{
    LLVMBasicBlockRef some = nt_block_new(g, "delete"), done = nt_block_new(g, "deleted");
    LLVMValueRef there;

    nt_need_layers(g, s->state->layers);
    there = put_key(g, s->state);
    if (there)
        LLVMBuildCondBr(g->b, there, some, done);
    else
        LLVMBuildBr(g->b, some);
    nt_at(g, some);
    nt_map_delete(g, nt_map(g, s->state->state->map), key_room(g));
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}
