/* What hardly ever runs goes to the end of a function, after the passes: the BPF back end leaves
 * blocks in the order in which they stand, and a packet finds the instruction cache cold. */
#include "compiler/codegen/gen.h"

#include <stdlib.h>

enum { RARE = 100 }; /* a way so much less likely than its alternative */

struct blocks {
    LLVMBasicBlockRef *at; /* sorted by address */
    bool *usual;
    LLVMBasicBlockRef *todo;
    unsigned n, ntodo, prof;
};

static int compare(const void *a, const void *b)
{
    const LLVMBasicBlockRef *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void reach(struct blocks *b, LLVMBasicBlockRef block)
{
    LLVMBasicBlockRef *found = bsearch(&block, b->at, b->n, sizeof(block), compare);

    if (b->usual[found - b->at])
        return;
    b->usual[found - b->at] = true;
    b->todo[b->ntodo++] = block;
}

/* Weights are the last operands: the name stands first, and where they come from may follow. */
static bool is_rare(const struct blocks *b, LLVMValueRef branch, unsigned way)
{
    LLVMValueRef weights = LLVMGetMetadata(branch, b->prof), operands[4];
    unsigned n = weights ? LLVMGetMDNodeNumOperands(weights) : 0;

    if (n < 3 || n > 4 || LLVMGetNumSuccessors(branch) != 2)
        return false;
    LLVMGetMDNodeOperands(weights, operands);
    return LLVMConstIntGetZExtValue(operands[n - 2 + way]) * RARE <
           LLVMConstIntGetZExtValue(operands[n - 1 - way]);
}

static void follow_usual_ways(struct blocks *b, LLVMBasicBlockRef entry)
{
    reach(b, entry);
    while (b->ntodo) {
        LLVMValueRef branch = LLVMGetBasicBlockTerminator(b->todo[--b->ntodo]);

        for (unsigned i = 0; i < LLVMGetNumSuccessors(branch); i++)
            if (!is_rare(b, branch, i))
                reach(b, LLVMGetSuccessor(branch, i));
    }
}

static void order(struct nt_gen *g, LLVMValueRef fn)
{
    struct nt_arena *a = g->u->cx->arena;
    struct blocks b = {.n = LLVMCountBasicBlocks(fn),
                       .prof = LLVMGetMDKindIDInContext(g->ctx, "prof", 4)};
    LLVMBasicBlockRef last = LLVMGetLastBasicBlock(fn), block, next;

    b.at = NT_NEW_N(a, LLVMBasicBlockRef, b.n);
    b.todo = NT_NEW_N(a, LLVMBasicBlockRef, b.n);
    b.usual = NT_NEW_N(a, bool, b.n);
    LLVMGetBasicBlocks(fn, b.at);
    block = b.at[0];
    qsort(b.at, b.n, sizeof(*b.at), compare);
    follow_usual_ways(&b, block);
    for (unsigned i = 0; i < b.n; i++, block = next) {
        LLVMBasicBlockRef *found = bsearch(&block, b.at, b.n, sizeof(block), compare);

        next = LLVMGetNextBasicBlock(block);
        if (b.usual[found - b.at])
            continue;
        if (block != last)
            LLVMMoveBasicBlockAfter(block, last);
        last = block;
    }
}

void nt_order_blocks(struct nt_gen *g)
{
    for (LLVMValueRef fn = LLVMGetFirstFunction(g->module); fn; fn = LLVMGetNextFunction(fn))
        if (!LLVMIsDeclaration(fn))
            order(g, fn);
}
