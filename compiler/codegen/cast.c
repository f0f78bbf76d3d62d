/* Plain loads from memory that the verifier knows nothing of: bpf_rdonly_cast() (Linux 6.2) makes
 * of an address a pointer to a type that may be read, at no cost, as the verifier puts a move in
 * its place. Where nothing can be read such loads give 0.
 *
 * The type is struct pt_regs, for no more than its words: the first are 8 bytes each.
 * A call of the kernel's is spelled out in bytes. By its name libbpf would have to look for it, and
 * read all of the kernel's types. */
#include "compiler/codegen/gen.h"
#include "compiler/kernel/kernel.h"

#include <linux/btf.h>
#include <stdio.h>

/* r1: address, r2: type; gives r0. */
static LLVMValueRef cast(struct nt_gen *g, LLVMValueRef address)
{
    static const char operands[] = "={r0},={r1},={r2},1,2,~{r3},~{r4},~{r5}";
    const struct nt_kernel *k = g->u->cx->kernel;
    LLVMTypeRef results[] = {g->ptr, g->i64, g->i64}, args[] = {g->i64, g->i64};
    LLVMTypeRef type =
        LLVMFunctionType(LLVMStructTypeInContext(g->ctx, results, 3, false), args, 2, false);
    LLVMValueRef values[] = {address, nt_i64(g, nt_kernel_find(k, "pt_regs", BTF_KIND_STRUCT))};
    char code[64];
    int n = snprintf(code, sizeof(code), ".byte 0x85, 0x20, 0, 0\n.long %u",
                     nt_kernel_find(k, "bpf_rdonly_cast", BTF_KIND_FUNC));
    LLVMValueRef call = LLVMGetInlineAsm(type, code, (size_t)n, operands, sizeof(operands) - 1,
                                         false, false, LLVMInlineAsmDialectATT, false);

    return LLVMBuildExtractValue(g->b, LLVMBuildCall2(g->b, type, call, values, 2, ""), 0, "");
}

static void give(struct nt_gen *g, const char *name, LLVMValueRef (*value)(struct nt_gen *))
{
    g->f.fn = LLVMGetNamedFunction(g->module, name);
    nt_at(g, nt_block_new(g, "entry"));
    LLVMBuildRet(g->b, value(g));
    nt_make_inline(g, g->f.fn);
}

static LLVMValueRef can_cast(struct nt_gen *g)
{
    return LLVMConstInt(g->i1, nt_kernel_has(g->u->cx->kernel, NT_FEATURE_CAST), false);
}

static LLVMValueRef words(struct nt_gen *g)
{
    if (!nt_kernel_has(g->u->cx->kernel, NT_FEATURE_CAST))
        return LLVMConstNull(g->ptr);
    return cast(g, LLVMGetParam(g->f.fn, 0));
}

void nt_make_cast(struct nt_gen *g)
{
    give(g, "nt_can_cast", can_cast);
    give(g, "nt_cast", words);
}
