/* Statements. */
#include "compiler/codegen/gen.h"
#include "compiler/kernel/kernel.h"

static void let(struct nt_gen *g, const struct nt_stmt *s)
{
    nt_need_layers(g, s->expr->layers);
    g->f.locals[s->slot] = nt_lower(g, s->expr);
}

/* What is parsed on one of the ways only does not count behind them. */
static void arm(struct nt_gen *g, const struct nt_stmt *s, LLVMBasicBlockRef at,
                LLVMBasicBlockRef done)
{
    uint16_t layers = g->f.layers;

    nt_at(g, at);
    nt_lower_stmts(g, s);
    nt_jump(g, done);
    g->f.layers = layers;
}

static void branch(struct nt_gen *g, const struct nt_stmt *s)
{
    LLVMBasicBlockRef yes = nt_block_new(g, "then"), no = nt_block_new(g, "else");
    LLVMBasicBlockRef done = nt_block_new(g, "done"), asked;
    uint16_t layers;

    if (s->expr) {
        nt_need_layers(g, s->expr->layers);
        asked = s->guard ? nt_block_new(g, "limit") : yes;
        nt_lower_cond(g, s->expr, asked, no);
        if (s->guard)
            nt_at(g, asked);
    }
    /* A row that the limit holds back is no reason for `else`. */
    layers = g->f.layers;
    if (s->guard)
        nt_lower_guard(g, s->guard, yes, done);
    else if (!s->expr)
        LLVMBuildBr(g->b, yes);
    arm(g, s->then, yes, done);
    g->f.layers = layers;
    arm(g, s->other, no, done);
    nt_at(g, done);
}

/* What is parsed in it may have been left out by a `return`. */
static void call(struct nt_gen *g, const struct nt_stmt *s)
{
    LLVMBasicBlockRef leave = g->f.leave, done = nt_block_new(g, "returned");
    uint16_t layers = g->f.layers;

    g->f.leave = done;
    nt_lower_stmts(g, s->then);
    nt_jump(g, done);
    nt_at(g, done);
    g->f.leave = leave;
    g->f.layers = layers;
}

static void turn(struct nt_gen *g, const struct nt_stmt *s, LLVMValueRef i)
{
    uint16_t layers = g->f.layers;

    g->f.locals[s->slot] = (struct nt_val){.w = {i}};
    nt_lower_stmts(g, s->then);
    g->f.layers = layers;
}

/* Kernels before 5.3 run no loops: they get its turns one by one. */
static void loop(struct nt_gen *g, const struct nt_stmt *s)
{
    LLVMBasicBlockRef before, head, done, end;
    LLVMValueRef i, next;

    if (!nt_kernel_has(g->u->cx->kernel, NT_FEATURE_LONG)) {
        for (uint64_t n = s->first; (int64_t)n <= (int64_t)s->last; n++)
            turn(g, s, nt_i64(g, n));
        return;
    }
    before = LLVMGetInsertBlock(g->b);
    head = nt_block_new(g, "for");
    done = nt_block_new(g, "for_done");
    LLVMBuildBr(g->b, head);
    nt_at(g, head);
    i = LLVMBuildPhi(g->b, g->i64, "");
    turn(g, s, i);
    end = LLVMGetInsertBlock(g->b);
    next = LLVMBuildAdd(g->b, i, nt_i64(g, 1), "");
    LLVMBuildCondBr(g->b, LLVMBuildICmp(g->b, LLVMIntNE, i, nt_i64(g, s->last), ""), head, done);
    LLVMAddIncoming(i, (LLVMValueRef[]){nt_i64(g, s->first), next},
                    (LLVMBasicBlockRef[]){before, end}, 2);
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
        case NT_S_KEEP:
            nt_lower_keep(g, s);
            break;
        case NT_S_DELETE:
            nt_lower_delete(g, s);
            break;
        case NT_S_START:
            nt_lower_start(g, s);
            break;
        case NT_S_FORGET:
            nt_lower_forget(g, s);
            break;
        case NT_S_ENTER:
            nt_lower_enter(g);
            break;
        case NT_S_STEP:
            nt_lower_step(g, s->step);
            break;
        case NT_S_CALL:
            call(g, s);
            break;
        case NT_S_FOR:
            loop(g, s);
            break;
        case NT_S_FREED:
            nt_lower_freed(g, s->step);
            break;
        case NT_S_RETURN:
            LLVMBuildBr(g->b, g->f.leave);
            nt_at(g, nt_block_new(g, "unreachable"));
            break;
        }
    }
}
