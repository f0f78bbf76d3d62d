/* Tables and rows. */
#include "compiler/codegen/gen.h"

enum {
    GET_SMP_PROCESSOR_ID = 8,
    PERF_EVENT_OUTPUT = 25,
    RINGBUF_RESERVE = 131,
    RINGBUF_SUBMIT = 132,
};
enum { BPF_NOEXIST = 1 };
#define F_CURRENT_CPU 0xffffffffull

/* Keys are compared whole; of a row only what is said to be there is read. */
static bool is_key(const struct nt_layout *l)
{
    return l->words <= NT_MAX_KEY_WORDS;
}

void nt_put_columns(struct nt_gen *g, const struct nt_layout *l, LLVMValueRef to,
                    struct nt_expr **columns)
{
    LLVMValueRef bits = nt_i64(g, 0);

    for (uint32_t i = 0; i < l->ncolumns; i++) {
        const struct nt_column *c = &l->columns[i];
        uint32_t have = columns[i]->type->words;
        struct nt_val v;

        nt_need_layers(g, columns[i]->layers);
        v = nt_lower(g, columns[i]);
        if (c->type->kind == NT_KIND_HEX)
            v.there =
                nt_put_bytes(g, c->type, columns[i], &v, nt_word_at(g, to, c->word), is_key(l));
        for (uint32_t w = 0; w < c->type->words && c->type->kind != NT_KIND_HEX; w++) {
            LLVMValueRef word = w < have && v.w[w] ? v.w[w] : nt_i64(g, 0);

            if (v.there)
                word = LLVMBuildSelect(g->b, v.there, word, nt_i64(g, 0), "");
            nt_put(g, word, nt_word_at(g, to, c->word + w));
        }
        if (v.there && c->absent_bit >= 0)
            bits = LLVMBuildOr(
                g->b, bits,
                LLVMBuildSelect(g->b, v.there, nt_i64(g, 0), nt_i64(g, 1ull << c->absent_bit), ""),
                "");
    }
    if (l->absent_word >= 0)
        nt_put(g, bits, nt_word_at(g, to, (uint32_t)l->absent_word));
    if (!l->ncolumns && l->words)
        nt_put(g, nt_i64(g, 0), to);
}

/* -- tables ----------------------------------------------------------------------------------- */

/* Of the widest key: one room serves all tables of a program. */
static uint32_t key_words(const struct nt_program *p)
{
    uint32_t words = 1;

    for (uint32_t i = 0; i < p->ntables; i++)
        words = p->tables[i].key.words > words ? p->tables[i].key.words : words;
    return words;
}

static LLVMValueRef table_key(struct nt_gen *g, const struct nt_table *t, struct nt_expr **columns)
{
    if (!g->f.key)
        g->f.key = nt_room(g, key_words(&g->u->program), "key");
    nt_put_columns(g, &t->key, g->f.key, columns);
    return g->f.key;
}

/* A new key's slot, all zeros; NULL when the table is full. */
static LLVMValueRef insert(struct nt_gen *g, LLVMValueRef map, LLVMValueRef key)
{
    LLVMBasicBlockRef some = nt_block_new(g, "insert"), done = nt_block_new(g, "inserted"), from;
    LLVMValueRef zeros = nt_map_lookup_index(g, "nt_zeros", 0), slot;
    LLVMBasicBlockRef before = LLVMGetInsertBlock(g->b);

    nt_branch_null(g, zeros, done, some);
    nt_at(g, some);
    nt_map_update(g, map, key, zeros, BPF_NOEXIST);
    slot = nt_map_lookup(g, map, key);
    from = LLVMGetInsertBlock(g->b);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    return nt_phi(g, g->ptr, LLVMConstNull(g->ptr), before, slot, from);
}

/* a(), or what b() finds where it gave NULL: the pointer where the ways meet. */
static LLVMValueRef begin_or(struct nt_gen *g, LLVMValueRef a, LLVMBasicBlockRef *ret_from,
                             LLVMBasicBlockRef *ret_done)
{
    LLVMBasicBlockRef missing = nt_block_new(g, "missing");

    *ret_from = LLVMGetInsertBlock(g->b);
    *ret_done = nt_block_new(g, "found");
    nt_branch_null(g, a, missing, *ret_done);
    nt_at(g, missing);
    return a;
}

static LLVMValueRef end_or(struct nt_gen *g, LLVMValueRef a, LLVMBasicBlockRef from_a,
                           LLVMValueRef b, LLVMBasicBlockRef done)
{
    LLVMBasicBlockRef from_b = LLVMGetInsertBlock(g->b);

    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    return nt_phi(g, g->ptr, a, from_a, b, from_b);
}

/* The key's part of a slot in one buffer: found, made, or that of the others. */
static LLVMValueRef slot_in(struct nt_gen *g, const struct nt_slot_part *part, uint32_t buffer,
                            LLVMValueRef key)
{
    LLVMValueRef map = nt_map(g, part->map[buffer]), found, made, others;
    LLVMBasicBlockRef from_found, from_made, found_done, made_done;

    found = begin_or(g, nt_map_lookup(g, map, key), &from_found, &found_done);
    made = begin_or(g, insert(g, map, key), &from_made, &made_done);
    if (part->word == 0) /* the parts are full alike */
        nt_count(g, NT_CNT_OTHERS);
    others = nt_map_lookup_index(g, part->others, buffer);
    made = end_or(g, made, from_made, others, made_done);
    return end_or(g, found, from_found, made, found_done);
}

/* Of an interval table: is the first buffer the one that the tracer does not read just now? Asked
 * once, so that all parts of an update are read together. NULL: there is but one. */
static LLVMValueRef first_buffer(struct nt_gen *g, uint32_t index)
{
    LLVMBasicBlockRef none, some, done;
    LLVMValueRef gen, is_first;

    if (g->u->program.tables[index].buffers < 2)
        return NULL;
    some = nt_block_new(g, "buffers");
    done = nt_block_new(g, "buffer");
    gen = nt_map_lookup_index(g, NT_MAP_GEN, index);
    none = LLVMGetInsertBlock(g->b);
    nt_branch_null(g, gen, done, some);
    nt_at(g, some);
    is_first = LLVMBuildICmp(g->b, LLVMIntEQ, nt_get(g, g->i64, gen), nt_i64(g, 0), "");
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    return nt_phi(g, g->i1, nt_true(g), none, is_first, some);
}

static LLVMValueRef part_slot(struct nt_gen *g, const struct nt_slot_part *part,
                              LLVMValueRef is_first, LLVMValueRef key)
{
    LLVMBasicBlockRef first, second, done, from_first, from_second;
    LLVMValueRef a, b;

    if (!is_first)
        return slot_in(g, part, 0, key);
    first = nt_block_new(g, "buffer_a");
    second = nt_block_new(g, "buffer_b");
    done = nt_block_new(g, "slot");
    LLVMBuildCondBr(g->b, is_first, first, second);
    nt_at(g, first);
    a = slot_in(g, part, 0, key);
    from_first = LLVMGetInsertBlock(g->b);
    LLVMBuildBr(g->b, done);
    nt_at(g, second);
    b = slot_in(g, part, 1, key);
    from_second = LLVMGetInsertBlock(g->b);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    return nt_phi(g, g->ptr, a, from_first, b, from_second);
}

/* What an update takes of a value, as taken() of catalog/aggs.c: the number itself, its bucket, or
 * a mix of all its words. */
static LLVMValueRef taken(struct nt_gen *g, const struct nt_agg_use *use, const struct nt_val *arg)
{
    LLVMIntPredicate at_least = use->type && use->type->is_signed ? LLVMIntSGE : LLVMIntUGE;
    LLVMValueRef x = nt_i64(g, 0);

    for (unsigned i = 0; use->agg->of_anything && i < use->type->words; i++) {
        LLVMValueRef args[] = {x, arg->w[i] ? arg->w[i] : nt_i64(g, 0), nt_i32(g, i)};

        x = nt_rt(g, "nt_agg_mix", args, 3);
    }
    if (use->agg->of_anything)
        return x;
    for (uint16_t i = 0; i < use->nbounds; i++)
        x = LLVMBuildAdd(g->b, x,
                         nt_zext(g, LLVMBuildICmp(g->b, at_least, arg->w[0],
                                                  nt_i64(g, (uint64_t)use->bounds[i]), "")),
                         "");
    return use->nbounds ? x : arg->w[0] ? arg->w[0] : x;
}

static void update(struct nt_gen *g, const struct nt_agg_use *use, LLVMValueRef at,
                   const struct nt_val *arg, bool contended)
{
    LLVMBasicBlockRef yes = nt_block_new(g, "value"), done = nt_block_new(g, "updated");
    LLVMValueRef args[7];

    if (arg->there)
        LLVMBuildCondBr(g->b, arg->there, yes, done);
    else
        LLVMBuildBr(g->b, yes);
    nt_at(g, yes);
    args[0] = at;
    args[1] = taken(g, use, arg);
    args[2] = LLVMConstInt(g->i1, use->type && use->type->is_signed, false);
    args[3] = nt_i64(g, (uint64_t)use->lo);
    args[4] = nt_i64(g, (uint64_t)use->hi);
    args[5] = nt_i64(g, (uint64_t)use->step);
    args[6] = LLVMConstInt(g->i1, contended, false);
    nt_rt(g, use->agg->rt, args, 7);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}

static void update_part(struct nt_gen *g, const struct nt_table *t, const struct nt_slot_part *part,
                        LLVMValueRef slot, const struct nt_val *args)
{
    LLVMBasicBlockRef some = nt_block_new(g, "some"), done = nt_block_new(g, "aggregated");

    nt_branch_null(g, slot, done, some);
    nt_at(g, some);
    for (uint32_t i = 0; i < t->naggs; i++) {
        const struct nt_agg_use *use = &t->aggs[i];

        if (use->word >= part->word && use->word < part->word + part->words)
            update(g, use, nt_word_at(g, slot, (uint32_t)(use->word - part->word)), &args[i],
                   t->contended);
    }
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}

void nt_lower_agg(struct nt_gen *g, const struct nt_stmt *s)
{
    const struct nt_table *t = &g->u->program.tables[s->agg->table];
    struct nt_val *args = NT_NEW_N(g->u->cx->arena, struct nt_val, s->agg->nargs);
    LLVMValueRef key, is_first;

    for (uint32_t i = 0; i < s->agg->nargs; i++)
        if (s->agg->arg[i]) {
            nt_need_layers(g, s->agg->arg[i]->layers);
            args[i] = nt_lower(g, s->agg->arg[i]);
        }
    key = table_key(g, t, s->agg->key);
    is_first = first_buffer(g, s->agg->table);
    for (uint8_t i = 0; i < t->nparts; i++)
        update_part(g, t, &t->part[i], part_slot(g, &t->part[i], is_first, key), args);
}

/* -- rows ------------------------------------------------------------------------------------- */

/* A row of a program that kernels without ring buffers (before 5.8) run: built in this program's
 * own room, then copied out by bpf_perf_event_output. */
static LLVMValueRef begin_row(struct nt_gen *g, LLVMValueRef cpu, LLVMValueRef size)
{
    LLVMBasicBlockRef have, none, done, from;
    LLVMValueRef room, ring, row;

    if (g->u->program.uses_perf)
        return nt_map_lookup_index(g, "nt_rows", g->f.prog->index);
    have = nt_block_new(g, "ring");
    done = nt_block_new(g, "reserved");
    room = nt_scratch(g, 1);
    nt_put(g, cpu, room);
    ring = nt_map_lookup(g, nt_map(g, NT_MAP_RINGS), room);
    none = LLVMGetInsertBlock(g->b);
    nt_branch_null(g, ring, done, have);
    nt_at(g, have);
    row = nt_helper(g, RINGBUF_RESERVE, g->ptr, (LLVMValueRef[]){ring, size, nt_i64(g, 0)}, 3);
    from = LLVMGetInsertBlock(g->b);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    return nt_phi(g, g->ptr, LLVMConstNull(g->ptr), none, row, from);
}

/* Sends it off; NULL, or whether the kernel had no room for it. */
static LLVMValueRef end_row(struct nt_gen *g, LLVMValueRef row, LLVMValueRef size)
{
    LLVMValueRef perf[] = {g->f.ctx, nt_map(g, NT_MAP_RINGS), nt_i64(g, F_CURRENT_CPU), row, size};

    if (!g->u->program.uses_perf) {
        nt_helper(g, RINGBUF_SUBMIT, g->none, (LLVMValueRef[]){row, nt_i64(g, 0)}, 2);
        return NULL;
    }
    return LLVMBuildICmp(g->b, LLVMIntNE, nt_helper(g, PERF_EVENT_OUTPUT, g->i64, perf, 5),
                         nt_i64(g, 0), "");
}

void nt_lower_record(struct nt_gen *g, const struct nt_stmt *s)
{
    const struct nt_record *r = &g->u->program.records[s->record];
    LLVMBasicBlockRef full = nt_block_new(g, "ring_full"), write = nt_block_new(g, "row");
    LLVMBasicBlockRef done = nt_block_new(g, "sent");
    LLVMValueRef size = nt_i64(g, (NT_RECORD_HEADER_WORDS + r->body.words) * 8u), cpu, row, failed;

    /* Whatever the columns need is parsed before: reserved room must be given back on all ways. */
    for (uint32_t i = 0; i < s->narg; i++)
        nt_need_layers(g, s->arg[i]->layers);
    cpu = nt_helper(g, GET_SMP_PROCESSOR_ID, g->i32, NULL, 0);
    row = begin_row(g, cpu, size);
    nt_branch_null(g, row, full, write);
    nt_at(g, write);
    nt_put(g, nt_i32(g, s->record), row);
    nt_put(g, cpu, nt_byte_at(g, row, 4));
    nt_put(g, nt_ktime(g), nt_word_at(g, row, 1));
    nt_put_columns(g, &r->body, nt_word_at(g, row, NT_RECORD_HEADER_WORDS), s->arg);
    failed = end_row(g, row, size);
    if (failed)
        LLVMBuildCondBr(g->b, failed, full, done);
    else
        LLVMBuildBr(g->b, done);
    nt_at(g, full);
    nt_count(g, NT_CNT_RING_FULL);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}
