#include "compiler/codegen/gen.h"

LLVMValueRef nt_i64(struct nt_gen *g, uint64_t value)
{
    return LLVMConstInt(g->i64, value, false);
}

LLVMValueRef nt_i32(struct nt_gen *g, uint32_t value)
{
    return LLVMConstInt(g->i32, value, false);
}

LLVMValueRef nt_true(struct nt_gen *g)
{
    return LLVMConstInt(g->i1, 1, false);
}

LLVMValueRef nt_false(struct nt_gen *g)
{
    return LLVMConstInt(g->i1, 0, false);
}

LLVMBasicBlockRef nt_block_new(struct nt_gen *g, const char *name)
{
    return LLVMAppendBasicBlockInContext(g->ctx, g->f.fn, name);
}

void nt_at(struct nt_gen *g, LLVMBasicBlockRef block)
{
    LLVMPositionBuilderAtEnd(g->b, block);
}

void nt_jump(struct nt_gen *g, LLVMBasicBlockRef to)
{
    if (!LLVMGetBasicBlockTerminator(LLVMGetInsertBlock(g->b)))
        LLVMBuildBr(g->b, to);
}

LLVMValueRef nt_room(struct nt_gen *g, uint32_t words, const char *name)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(g->b);
    LLVMValueRef room;

    nt_at(g, g->f.entry);
    room = LLVMBuildAlloca(g->b, LLVMArrayType2(g->i64, words), name);
    LLVMSetAlignment(room, 8);
    nt_at(g, here);
    return room;
}

LLVMValueRef nt_scratch(struct nt_gen *g, uint32_t words)
{
    if (!g->f.scratch)
        g->f.scratch = nt_room(g, NT_MAX_WORDS + 1, "scratch");
    if (words > g->f.scratch_words)
        g->f.scratch_words = words;
    return g->f.scratch;
}

void nt_fit_scratch(struct nt_gen *g)
{
    LLVMValueRef widest = g->f.scratch;

    if (!widest)
        return;
    g->f.scratch = nt_room(g, g->f.scratch_words, "scratch");
    LLVMReplaceAllUsesWith(widest, g->f.scratch);
    LLVMInstructionEraseFromParent(widest);
}

LLVMValueRef nt_byte_at(struct nt_gen *g, LLVMValueRef base, int64_t offset)
{
    LLVMValueRef index = nt_i64(g, (uint64_t)offset);

    return offset ? LLVMBuildGEP2(g->b, g->i8, base, &index, 1, "") : base;
}

LLVMValueRef nt_word_at(struct nt_gen *g, LLVMValueRef base, uint32_t word)
{
    return nt_byte_at(g, base, word * 8ll);
}

LLVMValueRef nt_get(struct nt_gen *g, LLVMTypeRef type, LLVMValueRef at)
{
    return LLVMBuildLoad2(g->b, type, at, "");
}

void nt_put(struct nt_gen *g, LLVMValueRef value, LLVMValueRef at)
{
    LLVMBuildStore(g->b, value, at);
}

LLVMValueRef nt_phi(struct nt_gen *g, LLVMTypeRef type, LLVMValueRef a, LLVMBasicBlockRef from_a,
                    LLVMValueRef b, LLVMBasicBlockRef from_b)
{
    LLVMValueRef phi = LLVMBuildPhi(g->b, type, "");
    LLVMValueRef values[] = {a, b};
    LLVMBasicBlockRef blocks[] = {from_a, from_b};

    LLVMAddIncoming(phi, values, blocks, 2);
    return phi;
}

LLVMValueRef nt_both(struct nt_gen *g, LLVMValueRef a, LLVMValueRef b)
{
    if (!a || !b)
        return a ? a : b;
    return LLVMBuildAnd(g->b, a, b, "");
}

LLVMValueRef nt_any_bit(struct nt_gen *g, LLVMValueRef bits, uint32_t mask)
{
    return LLVMBuildICmp(g->b, LLVMIntNE, LLVMBuildAnd(g->b, bits, nt_i64(g, mask), ""),
                         nt_i64(g, 0), "");
}

LLVMValueRef nt_is_null(struct nt_gen *g, LLVMValueRef pointer)
{
    return LLVMBuildICmp(g->b, LLVMIntEQ, pointer, LLVMConstNull(LLVMTypeOf(pointer)), "");
}

void nt_branch(struct nt_gen *g, LLVMValueRef cond, LLVMBasicBlockRef rare, LLVMBasicBlockRef usual)
{
    static const char prof[] = "prof", name[] = "branch_weights";
    LLVMMetadataRef weights[] = {
        LLVMMDStringInContext2(g->ctx, name, sizeof(name) - 1),
        LLVMValueAsMetadata(nt_i32(g, 1)),
        LLVMValueAsMetadata(nt_i32(g, 2000)),
    };
    LLVMValueRef branch = LLVMBuildCondBr(g->b, cond, rare, usual);

    LLVMSetMetadata(branch, LLVMGetMDKindIDInContext(g->ctx, prof, sizeof(prof) - 1),
                    LLVMMetadataAsValue(g->ctx, LLVMMDNodeInContext2(g->ctx, weights, 3)));
}

void nt_branch_null(struct nt_gen *g, LLVMValueRef pointer, LLVMBasicBlockRef null,
                    LLVMBasicBlockRef some)
{
    nt_branch(g, nt_is_null(g, pointer), null, some);
}

LLVMValueRef nt_zext(struct nt_gen *g, LLVMValueRef value)
{
    return LLVMBuildZExt(g->b, value, g->i64, "");
}

LLVMValueRef nt_rt(struct nt_gen *g, const char *name, LLVMValueRef *args, unsigned nargs)
{
    LLVMValueRef fn = LLVMGetNamedFunction(g->module, name);
    LLVMTypeRef type = LLVMGlobalGetValueType(fn);

    return LLVMBuildCall2(g->b, type, fn, args, nargs, "");
}

void nt_set_location(struct nt_gen *g, struct nt_span at)
{
    struct nt_pos pos = nt_pos_of(g->u->cx, at);

    LLVMSetCurrentDebugLocation2(
        g->b, LLVMDIBuilderCreateDebugLocation(g->ctx, pos.line, pos.col, g->f.scope, NULL));
}
