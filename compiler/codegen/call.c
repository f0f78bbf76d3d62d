/* Calls: what is kept at the entry, and found again at the return.
 *
 * A call is told from all others by its thread and its place on the thread's stack: nested and
 * interrupted calls have places of their own, and a call whose return was missed gives way to the
 * next one at its place. */
#include "compiler/codegen/gen.h"

enum { GET_CURRENT_TASK = 35, PROBE_READ_KERNEL = 113 };
enum { BPF_NOEXIST = 1 };

/* A trampoline runs both of a call's programs with one context. */
static LLVMValueRef context_address(struct nt_gen *g)
{
    LLVMValueRef from = nt_scratch(g, 2), to = nt_word_at(g, from, 1);

    nt_put(g, LLVMBuildPtrToInt(g->b, g->f.ctx, g->i64, ""), from);
    nt_put(g, nt_i64(g, 0), to);
    nt_helper(g, PROBE_READ_KERNEL, g->i64, (LLVMValueRef[]){to, nt_i32(g, 8), from}, 3);
    return nt_get(g, g->i64, to);
}

static LLVMValueRef place(struct nt_gen *g)
{
    if (g->f.prog->bound->target.args == NT_ARGS_BTF)
        return context_address(g);
    return nt_stack_pointer(g, g->f.handler->returning);
}

static LLVMValueRef call_key(struct nt_gen *g)
{
    LLVMValueRef thread = nt_helper(g, GET_CURRENT_TASK, g->i64, NULL, 0);
    LLVMValueRef at = place(g), key = nt_scratch(g, 2);

    nt_put(g, thread, key);
    nt_put(g, at, nt_word_at(g, key, 1));
    return key;
}

void nt_lower_enter(struct nt_gen *g)
{
    const struct nt_frame *f = g->f.handler->frame;
    LLVMBasicBlockRef stale = nt_block_new(g, "stale"), made = nt_block_new(g, "made");
    LLVMBasicBlockRef full = nt_block_new(g, "full"), some = nt_block_new(g, "frame");
    LLVMBasicBlockRef zeroed = nt_block_new(g, "zeroed"), done = nt_block_new(g, "entered");
    LLVMValueRef map = nt_map(g, f->map), zeros, key, there, value;

    zeros = nt_map_lookup_index(g, "nt_zeros", 0);
    nt_branch_null(g, zeros, done, zeroed);
    nt_at(g, zeroed);
    key = call_key(g);
    there = LLVMBuildICmp(g->b, LLVMIntNE, nt_map_update(g, map, key, zeros, BPF_NOEXIST),
                          nt_i64(g, 0), "");
    nt_branch(g, there, stale, made);
    nt_at(g, made);
    value = nt_map_lookup(g, map, key);
    nt_branch_null(g, value, full, some);
    nt_at(g, stale); /* an older call's, whose return was not seen */
    nt_count(g, NT_CNT_NO_RETURN);
    nt_jump(g, made);
    nt_at(g, full);
    nt_count(g, NT_CNT_START_FULL);
    LLVMBuildBr(g->b, done);
    nt_at(g, some);
    nt_put_columns(g, &f->layout, nt_word_at(g, value, 1), f->kept);
    if (f->timed)
        nt_put(g, nt_ktime(g), value);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}

void nt_open_frame(struct nt_gen *g, LLVMBasicBlockRef none)
{
    const struct nt_frame *f = g->f.handler->frame;
    LLVMBasicBlockRef lost = nt_block_new(g, "no_entry"), some = nt_block_new(g, "frame");

    g->f.frame = nt_map_lookup(g, nt_map(g, f->map), call_key(g));
    nt_branch_null(g, g->f.frame, lost, some);
    nt_at(g, lost);
    if (f->every)
        nt_count(g, NT_CNT_NO_START);
    LLVMBuildBr(g->b, none);
    nt_at(g, some);
    if (f->timed)
        g->f.latency = (struct nt_val){
            .w = {LLVMBuildSub(g->b, nt_ktime(g), nt_get(g, g->i64, g->f.frame), "")}};
}

void nt_close_frame(struct nt_gen *g)
{
    nt_map_delete(g, nt_map(g, g->f.handler->frame->map), call_key(g));
}

struct nt_val nt_load_kept(struct nt_gen *g, const struct nt_expr *e)
{
    const struct nt_layout *l = &g->f.handler->frame->layout;
    const struct nt_column *c = &l->columns[e->index];
    struct nt_val v = {0};
    LLVMValueRef bits;

    if (c->type->kind == NT_KIND_HEX)
        v = nt_kept_bytes(g, nt_word_at(g, g->f.frame, 1u + c->word));
    for (uint32_t i = 0; i < c->type->words && c->type->kind != NT_KIND_HEX; i++)
        v.w[i] = nt_get(g, g->i64, nt_word_at(g, g->f.frame, 1u + c->word + i));
    if (c->absent_bit < 0)
        return v;
    bits = nt_get(g, g->i64, nt_word_at(g, g->f.frame, 1u + (uint32_t)l->absent_word));
    bits = LLVMBuildAnd(g->b, bits, nt_i64(g, 1ull << c->absent_bit), "");
    v.there = LLVMBuildICmp(g->b, LLVMIntEQ, bits, nt_i64(g, 0), "");
    return v;
}
