/* A probe's arguments, from its context: words of a trampoline or tracepoint, fields of a record,
 * registers, the stack. */
#include "compiler/codegen/gen.h"

enum { PROBE_READ_USER = 112, PROBE_READ_KERNEL = 113 };

/* The calling convention: where struct pt_regs has what. */
#if defined(__x86_64__)
enum { REGISTER_ARGS = 6, REGS_RETVAL = 80, REGS_SP = 152, RETURN_ADDRESS = 8 };
static const uint32_t regs_args[REGISTER_ARGS] = {112, 104, 96, 88, 72, 64}; /* di si dx cx r8 r9 */
#elif defined(__aarch64__)
enum { REGISTER_ARGS = 8, REGS_RETVAL = 0, REGS_SP = 31 * 8, RETURN_ADDRESS = 0 };
static const uint32_t regs_args[REGISTER_ARGS] = {0, 8, 16, 24, 32, 40, 48, 56}; /* user_pt_regs */
#else
#error "the calling convention of this architecture is not known to ntrace"
#endif

/* The return has taken the address to go back to off the stack. */
LLVMValueRef nt_stack_pointer(struct nt_gen *g, bool returning)
{
    LLVMValueRef sp = nt_load_ctx(g, REGS_SP, g->i64);

    return returning ? LLVMBuildSub(g->b, sp, nt_i64(g, RETURN_ADDRESS), "") : sp;
}

/* Up to 8 bytes of a tracepoint's record, in pieces as they are aligned: the verifier takes no
 * other. */
static LLVMValueRef record_word(struct nt_gen *g, uint32_t offset, uint32_t left)
{
    LLVMValueRef word = nt_i64(g, 0);

    for (uint32_t done = 0, size; done < 8 && done < left; done += size) {
        LLVMValueRef part;

        for (size = 8; (offset + done) % size || size > left - done || size > 8 - done;)
            size /= 2;
        part = nt_zext(g, nt_load_ctx(g, offset + done, nt_int_of(g, size)));
        word = LLVMBuildOr(g->b, word, LLVMBuildShl(g->b, part, nt_i64(g, done * 8), ""), "");
    }
    return word;
}

static struct nt_val record_string(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val v = {0};

    for (uint32_t i = 0; i < e->type->words; i++)
        v.w[i] = record_word(g, (uint32_t)e->offset + i * 8, e->size - i * 8);
    nt_cut_text(g, &v, e->type->words);
    return v;
}

/* An argument as it stands in the context, loaded where the program begins: what the verifier
 * learns about one copy of a pointer it does not know of another. */
static LLVMValueRef argument(struct nt_gen *g, uint32_t index)
{
    bool regs = g->f.prog->bound->target.args == NT_ARGS_REGS;
    LLVMBasicBlockRef here = LLVMGetInsertBlock(g->b);

    if (!g->f.arg[index]) {
        nt_at(g, g->f.entry);
        g->f.arg[index] = nt_load_ctx(g, regs ? regs_args[index] : index * 8, g->i64);
        nt_at(g, here);
    }
    return g->f.arg[index];
}

/* Of a USDT probe: a constant, a register, or user memory. */
static struct nt_val operand(struct nt_gen *g, uint32_t index)
{
    const struct nt_operand *o = g->f.prog->bound->target.arg[index].operand;
    LLVMValueRef at, room;
    struct nt_val v = {.w = {nt_i64(g, (uint64_t)o->value)}};

    if (o->kind == NT_OPERAND_CONST)
        return v;
    v.w[0] = nt_load_ctx(g, o->reg, g->i64);
    if (o->kind == NT_OPERAND_REG)
        return v;
    at = LLVMBuildAdd(g->b, v.w[0], nt_i64(g, (uint64_t)o->value), "");
    if (o->has_index)
        at = LLVMBuildAdd(
            g->b, at, LLVMBuildMul(g->b, nt_load_ctx(g, o->index, g->i64), nt_i64(g, o->scale), ""),
            "");
    room = nt_scratch(g, 1);
    v.there =
        nt_copy_in(g, room, 1, o->size, LLVMBuildIntToPtr(g->b, at, g->ptr, ""), PROBE_READ_USER);
    v.w[0] = nt_get(g, g->i64, room);
    return v;
}

/* A word that no load of the verifier's gets at: an argument on the stack, or, in a trampoline's
 * context, a pointer to something else than a struct. */
static struct nt_val copied_argument(struct nt_gen *g, uint32_t index)
{
    bool regs = g->f.prog->bound->target.args == NT_ARGS_REGS;
    LLVMValueRef room = nt_scratch(g, 1), ok, from;
    struct nt_val v = {0};

    if (regs)
        from = LLVMBuildIntToPtr(
            g->b,
            LLVMBuildAdd(g->b, nt_stack_pointer(g, false),
                         nt_i64(g, RETURN_ADDRESS + (index - REGISTER_ARGS) * 8ull), ""),
            g->ptr, "");
    else
        from = nt_byte_at(g, g->f.ctx, index * 8);
    ok = nt_copy_in(g, room, 1, 8, from,
                    g->f.prog->bound->target.user ? PROBE_READ_USER : PROBE_READ_KERNEL);
    v.w[0] = nt_get(g, g->i64, room);
    v.there = regs ? ok : NULL;
    return v;
}

struct nt_val nt_load_arg(struct nt_gen *g, const struct nt_expr *e)
{
    enum nt_args args = g->f.prog->bound->target.args;
    LLVMTypeRef type = nt_int_of(g, e->size);
    struct nt_val v = {0};

    if (args == NT_ARGS_RECORD && e->type->kind == NT_KIND_STRING)
        return record_string(g, e);
    if (args == NT_ARGS_RECORD) {
        v.w[0] = LLVMBuildTrunc(g->b, record_word(g, (uint32_t)e->offset, e->size), type, "");
    } else {
        if (e->op == NT_E_ARG && args == NT_ARGS_PLACES)
            v = operand(g, e->index);
        else if (e->op == NT_E_RETVAL && args == NT_ARGS_REGS)
            v.w[0] = nt_load_ctx(g, REGS_RETVAL, g->i64);
        else if (e->copied || (args == NT_ARGS_REGS && e->index >= REGISTER_ARGS))
            v = copied_argument(g, e->index);
        else
            v.w[0] = argument(g, e->index);
        if (e->size < 8)
            v.w[0] = LLVMBuildTrunc(g->b, v.w[0], type, "");
    }
    v.w[0] = nt_widen(g, e, v.w[0]);
    if (e->nullable)
        v.there = nt_both(g, v.there, nt_not_null(g, v.w[0], e->direct));
    return v;
}
