/* Statements. */
#include "compiler/codegen/gen.h"

static void let(struct nt_gen *g, const struct nt_stmt *s)
{
    nt_need_layers(g, s->expr->layers);
    g->f.locals[s->slot] = nt_lower(g, s->expr);
}

/* What is parsed on one of the ways only does not count behind them. */
static void arm(struct nt_gen *g, const struct nt_stmt *s, LLVMBasicBlockRef at,
                LLVMBasicBlockRef done)
{
    uint8_t layers = g->f.layers;

    nt_at(g, at);
    nt_lower_stmts(g, s);
    nt_jump(g, done);
    g->f.layers = layers;
}

static void branch(struct nt_gen *g, const struct nt_stmt *s)
{
    LLVMBasicBlockRef yes = nt_block_new(g, "then"), no = nt_block_new(g, "else");
    LLVMBasicBlockRef done = nt_block_new(g, "done"), asked;

    if (s->expr) {
        nt_need_layers(g, s->expr->layers);
        asked = s->guard ? nt_block_new(g, "limit") : yes;
        nt_lower_cond(g, s->expr, asked, no);
        if (s->guard)
            nt_at(g, asked);
    }
    /* A row that the limit holds back is no reason for `else`. */
    if (s->guard)
        nt_lower_guard(g, s->guard, yes, done);
    else if (!s->expr)
        LLVMBuildBr(g->b, yes);
    arm(g, s->then, yes, done);
    arm(g, s->other, no, done);
    nt_at(g, done);
}

void nt_lower_stmts(struct nt_gen *g, const struct nt_stmt *s)
{
    for (; s; s = s->next) {
        nt_set_location(g, s->at);
        switch (s->kind) {
        case NT_S_LET:
            let(g, s);
            break;
        case NT_S_IF:
            branch(g, s);
            break;
        case NT_S_RECORD:
            nt_lower_record(g, s);
            break;
        case NT_S_AGG:
            nt_lower_agg(g, s);
            break;
        case NT_S_START:
            nt_lower_start(g, s);
            break;
        case NT_S_FORGET:
            nt_lower_forget(g, s);
            break;
        case NT_S_RETURN:
            LLVMBuildBr(g->b, g->f.leave);
            nt_at(g, nt_block_new(g, "unreachable"));
            break;
        }
    }
}

/* -- limit ------------------------------------------------------------------------------------ */

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

void nt_lower_guard(struct nt_gen *g, const struct nt_guard *guard, LLVMBasicBlockRef yes,
                    LLVMBasicBlockRef no)
{
    LLVMBasicBlockRef some = nt_block_new(g, "limits"), held = nt_block_new(g, "held");
    LLVMValueRef slot = nt_map_lookup_index(g, "nt_limits", guard->index), window, n;

    nt_set_location(g, guard->at);
    nt_branch_null(g, slot, no, some);
    nt_at(g, some);
    window = LLVMBuildUDiv(g->b, nt_ktime(g), nt_i64(g, guard->per), "");
    window = LLVMBuildAnd(g->b, window, nt_i64(g, 0xffffffff), "");
    n = count_one(g, open_window(g, slot, window));
    n = LLVMBuildAnd(g->b, n, nt_i64(g, 0xffffffff), "");
    LLVMBuildCondBr(g->b, LLVMBuildICmp(g->b, LLVMIntULT, n, nt_i64(g, guard->count), ""), yes,
                    held);
    nt_at(g, held);
    nt_count(g, NT_CNT_HELD);
    LLVMBuildBr(g->b, no);
}
