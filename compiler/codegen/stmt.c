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
        case NT_S_RETURN:
            LLVMBuildBr(g->b, g->f.leave);
            nt_at(g, nt_block_new(g, "unreachable"));
            break;
        }
    }
}
