/* The kernel's helper functions, by number (uapi/linux/bpf.h, enum bpf_func_id). */
#include "compiler/codegen/gen.h"

enum { MAP_LOOKUP = 1, MAP_UPDATE = 2, MAP_DELETE = 3, KTIME_GET_NS = 5 };

LLVMValueRef nt_helper(struct nt_gen *g, unsigned id, LLVMTypeRef ret, LLVMValueRef *args,
                       unsigned nargs)
{
    LLVMTypeRef types[5];

    for (unsigned i = 0; i < nargs; i++)
        types[i] = LLVMTypeOf(args[i]);
    return LLVMBuildCall2(g->b, LLVMFunctionType(ret, types, nargs, false),
                          LLVMConstIntToPtr(nt_i64(g, id), g->ptr), args, nargs, "");
}

LLVMValueRef nt_map_lookup(struct nt_gen *g, LLVMValueRef map, LLVMValueRef key)
{
    return nt_helper(g, MAP_LOOKUP, g->ptr, (LLVMValueRef[]){map, key}, 2);
}

LLVMValueRef nt_map_lookup_index(struct nt_gen *g, const char *map, uint32_t index)
{
    if (!g->f.index)
        g->f.index = nt_room(g, 1, "index");
    nt_put(g, nt_i32(g, index), g->f.index);
    return nt_map_lookup(g, nt_map(g, map), g->f.index);
}

LLVMValueRef nt_map_update(struct nt_gen *g, LLVMValueRef map, LLVMValueRef key, LLVMValueRef value,
                           uint64_t flags)
{
    return nt_helper(g, MAP_UPDATE, g->i64, (LLVMValueRef[]){map, key, value, nt_i64(g, flags)}, 4);
}

void nt_map_delete(struct nt_gen *g, LLVMValueRef map, LLVMValueRef key)
{
    nt_helper(g, MAP_DELETE, g->i64, (LLVMValueRef[]){map, key}, 2);
}

LLVMValueRef nt_ktime(struct nt_gen *g)
{
    return nt_helper(g, KTIME_GET_NS, g->i64, NULL, 0);
}

/* This CPU's counter of this probe. Atomically: the program may be interrupted by itself here
 * (layout.c), and what counts losses is to lose nothing. In a stricter order LLVM might want the
 * old value back, which kernels before 5.12 do not give. */
void nt_count(struct nt_gen *g, enum nt_counter counter)
{
    LLVMBasicBlockRef some = nt_block_new(g, "count"), done = nt_block_new(g, "counted");
    LLVMValueRef counters = nt_map_lookup_index(g, NT_MAP_COUNTERS, g->f.prog->index), at;

    nt_branch_null(g, counters, done, some);
    nt_at(g, some);
    at = nt_word_at(g, counters, counter);
    LLVMBuildAtomicRMW(g->b, LLVMAtomicRMWBinOpAdd, at, nt_i64(g, 1), LLVMAtomicOrderingMonotonic,
                       false);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}
