/* Kernel memory and the program's context: the one place that reads them.
 *
 * `direct` pointers are followed by plain loads, which the kernel makes safe; all others by
 * bpf_probe_read_kernel. A pointer that can be null is tested before, which the verifier wants of
 * trusted ones. The context is addressed through llvm.preserve.static.offset, or the optimiser
 * would merge two accesses into one at a computed offset, which the verifier refuses. */
#include "compiler/codegen/gen.h"

#include <string.h>

enum {
    PROBE_READ_USER = 112,
    PROBE_READ_KERNEL = 113,
    PROBE_READ_USER_STR = 114,
    PROBE_READ_KERNEL_STR = 115,
};

LLVMValueRef nt_load_ctx(struct nt_gen *g, uint32_t offset, LLVMTypeRef type)
{
    static const char name[] = "llvm.preserve.static.offset";
    unsigned id = LLVMLookupIntrinsicID(name, sizeof(name) - 1);
    LLVMValueRef fn = LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0);
    LLVMValueRef base =
        LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->ctx, id, NULL, 0), fn, &g->f.ctx, 1, "");

    return nt_get(g, type, nt_byte_at(g, base, offset));
}

LLVMTypeRef nt_int_of(struct nt_gen *g, uint32_t size)
{
    return size == 1 ? g->i8 : size == 2 ? g->i16 : size == 4 ? g->i32 : g->i64;
}

static LLVMValueRef swap(struct nt_gen *g, LLVMValueRef v, uint32_t size)
{
    static const char name[] = "llvm.bswap";
    LLVMTypeRef type = nt_int_of(g, size);
    unsigned id = LLVMLookupIntrinsicID(name, sizeof(name) - 1);

    if (size == 1)
        return v;
    return LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->ctx, id, &type, 1),
                          LLVMGetIntrinsicDeclaration(g->module, id, &type, 1), &v, 1, "");
}

/* A number as it lies in memory -> the word of the language. */
LLVMValueRef nt_widen(struct nt_gen *g, const struct nt_expr *e, LLVMValueRef v)
{
    if (e->swapped)
        v = swap(g, v, e->size);
    if (e->bits) {
        v = LLVMBuildLShr(g->b, nt_zext(g, v), nt_i64(g, e->shift), "");
        if (!e->is_signed)
            return LLVMBuildAnd(g->b, v, nt_i64(g, e->bits >= 64 ? ~0ull : (1ull << e->bits) - 1),
                                "");
        v = LLVMBuildShl(g->b, v, nt_i64(g, 64u - e->bits), "");
        return LLVMBuildAShr(g->b, v, nt_i64(g, 64u - e->bits), "");
    }
    if (e->size == 8)
        return v;
    return e->is_signed ? LLVMBuildSExt(g->b, v, g->i64, "") : nt_zext(g, v);
}

/* Copies size bytes into room on the stack, zeroed before; gives whether it could. */
LLVMValueRef nt_copy_in(struct nt_gen *g, LLVMValueRef room, uint32_t words, uint32_t size,
                        LLVMValueRef from, unsigned helper)
{
    LLVMValueRef ret;

    for (uint32_t i = 0; i < words; i++)
        nt_put(g, nt_i64(g, 0), nt_word_at(g, room, i));
    ret = nt_helper(g, helper, g->i64, (LLVMValueRef[]){room, nt_i32(g, size), from}, 3);
    return LLVMBuildICmp(g->b, LLVMIntSGE, ret, nt_i64(g, 0), "");
}

/* Is a pointer other than null? Of a pointer that the verifier follows the test is hidden from the
 * optimiser, which would make one of two: (p | q) != 0, and nobody may compute with pointers. */
LLVMValueRef nt_not_null(struct nt_gen *g, LLVMValueRef pointer, bool followed)
{
    static const char code[] = "$0 = 1; if $1 != 0 goto +1; $0 = 0", operands[] = "=&r,r";
    LLVMTypeRef type = LLVMFunctionType(g->i64, &g->i64, 1, false);

    if (followed)
        pointer = LLVMBuildCall2(g->b, type,
                                 LLVMGetInlineAsm(type, code, sizeof(code) - 1, operands,
                                                  sizeof(operands) - 1, false, false,
                                                  LLVMInlineAsmDialectATT, false),
                                 &pointer, 1, "");
    return LLVMBuildICmp(g->b, LLVMIntNE, pointer, nt_i64(g, 0), "");
}

/* A word read behind a pointer that the verifier follows, hidden from the optimiser, which would
 * make one of the last reads of two branches: of one pointer or the other, and the verifier wants
 * an instruction's pointers to be alike. It is no more than a name: without a use it is dropped. */
static LLVMValueRef read_apart(struct nt_gen *g, LLVMValueRef word)
{
    static const char operands[] = "=r,0", memory[] = "memory";
    LLVMTypeRef type = LLVMFunctionType(g->i64, &g->i64, 1, false);
    LLVMValueRef code = LLVMGetInlineAsm(type, "", 0, operands, sizeof(operands) - 1, false, false,
                                         LLVMInlineAsmDialectATT, false);
    unsigned kind = LLVMGetEnumAttributeKindForName(memory, sizeof(memory) - 1);

    word = LLVMBuildCall2(g->b, type, code, &word, 1, "");
    LLVMAddCallSiteAttribute(word, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                             LLVMCreateEnumAttribute(g->ctx, kind, 0));
    return word;
}

/* -- reading behind a pointer ----------------------------------------------------------------- */

static LLVMValueRef pointer_to(struct nt_gen *g, const struct nt_expr *e, struct nt_val base)
{
    return nt_byte_at(g, LLVMBuildIntToPtr(g->b, base.w[0], g->ptr, ""), e->offset);
}

/* The packet was tested where the program begins. Other arguments are tested though only some can
 * be null: the verifier has a list of its own (raw_tp_null_args). */
static bool is_tested(struct nt_gen *g, const struct nt_expr *base)
{
    const struct nt_packet *p = g->f.handler->packet;

    return p && base->op == NT_E_ARG && p->skb->op == NT_E_ARG && base->index == p->skb->index;
}

/* What is read where the base is there; its words are 0 elsewhere. */
struct guarded {
    LLVMBasicBlockRef before, read, done; /* NULL: no test was needed */
};

static struct guarded begin_read(struct nt_gen *g, const struct nt_expr *e, struct nt_val base)
{
    struct guarded r = {0};
    LLVMValueRef ok;

    if (is_tested(g, e->kid[0]))
        return r;
    r.read = nt_block_new(g, "read");
    r.done = nt_block_new(g, "read_done");
    ok = nt_both(g, base.there, nt_not_null(g, base.w[0], e->direct_base));
    r.before = LLVMGetInsertBlock(g->b);
    LLVMBuildCondBr(g->b, ok, r.read, r.done);
    nt_at(g, r.read);
    return r;
}

static struct nt_val end_read(struct nt_gen *g, const struct guarded *r, const struct nt_expr *e,
                              struct nt_val v)
{
    LLVMBasicBlockRef from = LLVMGetInsertBlock(g->b);

    if (!r->done)
        return v;
    LLVMBuildBr(g->b, r->done);
    nt_at(g, r->done);
    for (uint32_t i = 0; i < e->type->words; i++)
        v.w[i] = nt_phi(g, g->i64, nt_i64(g, 0), r->before, v.w[i], from);
    if (e->maybe)
        v.there = nt_phi(g, g->i1, nt_false(g), r->before, v.there ? v.there : nt_true(g), from);
    return v;
}

struct nt_val nt_load(struct nt_gen *g, const struct nt_expr *e, struct nt_val base)
{
    struct guarded r = begin_read(g, e, base);
    LLVMTypeRef type = nt_int_of(g, e->size);
    LLVMValueRef from = pointer_to(g, e, base), room;
    struct nt_val v = {0};

    if (e->direct_base) {
        v.w[0] = nt_get(g, type, from);
    } else {
        room = nt_scratch(g, 1);
        v.there =
            nt_copy_in(g, room, 1, e->size, from, e->user ? PROBE_READ_USER : PROBE_READ_KERNEL);
        v.w[0] = nt_get(g, type, room);
    }
    v.w[0] = nt_widen(g, e, v.w[0]);
    if (e->direct_base)
        v.w[0] = read_apart(g, v.w[0]);
    return end_read(g, &r, e, v);
}

void nt_cut_text(struct nt_gen *g, struct nt_val *v, uint32_t words)
{
    LLVMValueRef open = nt_i64(g, ~0ull); /* all ones until a NUL was seen */

    for (uint32_t i = 0; i < words; i++) {
        LLVMValueRef w = LLVMBuildAnd(g->b, v->w[i], open, "");
        LLVMValueRef zeros = LLVMBuildSub(g->b, w, nt_i64(g, 0x0101010101010101), "");
        LLVMValueRef first, mask;

        zeros = LLVMBuildAnd(g->b, zeros, LLVMBuildNot(g->b, w, ""), "");
        zeros = LLVMBuildAnd(g->b, zeros, nt_i64(g, 0x8080808080808080), "");
        /* The lowest mark is the first NUL's; none: 0 - 1 is all ones. */
        first = LLVMBuildAnd(g->b, zeros, LLVMBuildNeg(g->b, zeros, ""), "");
        mask = LLVMBuildSub(g->b, LLVMBuildLShr(g->b, first, nt_i64(g, 7), ""), nt_i64(g, 1), "");
        v->w[i] = LLVMBuildAnd(g->b, w, mask, "");
        if (i + 1 < words) {
            LLVMValueRef none = LLVMBuildICmp(g->b, LLVMIntEQ, zeros, nt_i64(g, 0), "");

            open = LLVMBuildSelect(g->b, none, open, nt_i64(g, 0), "");
        }
    }
}

/* Up to 8 bytes of a text as a word. */
static LLVMValueRef text_word(struct nt_gen *g, LLVMValueRef from, uint32_t offset, uint32_t left)
{
    LLVMValueRef word = nt_i64(g, 0);
    uint32_t done = 0;

    if (left > 8)
        left = 8;
    while (done < left) {
        uint32_t size = left - done >= 8 ? 8 : left - done >= 4 ? 4 : left - done >= 2 ? 2 : 1;
        LLVMValueRef part =
            nt_zext(g, nt_get(g, nt_int_of(g, size), nt_byte_at(g, from, offset + done)));

        part = read_apart(g, part);
        word = LLVMBuildOr(g->b, word, LLVMBuildShl(g->b, part, nt_i64(g, done * 8), ""), "");
        done += size;
    }
    return word;
}

struct nt_val nt_load_string(struct nt_gen *g, const struct nt_expr *e, struct nt_val base)
{
    struct guarded r = begin_read(g, e, base);
    LLVMValueRef from = pointer_to(g, e, base), room;
    uint32_t words = e->type->words;
    struct nt_val v = {0};

    if (e->direct) {
        for (uint32_t i = 0; i < words; i++)
            v.w[i] = text_word(g, from, i * 8, e->size > i * 8 ? e->size - i * 8 : 0);
        nt_cut_text(g, &v, words);
    } else {
        room = nt_scratch(g, words);
        v.there = nt_copy_in(g, room, words, e->size, from,
                             e->user ? PROBE_READ_USER_STR : PROBE_READ_KERNEL_STR);
        for (uint32_t i = 0; i < words; i++)
            v.w[i] = nt_get(g, g->i64, nt_word_at(g, room, i));
    }
    /* A direct read from where no device is gives zeros; no interface's name is empty. */
    if (e->maybe && e->type->kind == NT_KIND_IFNAME)
        v.there = nt_both(g, v.there, LLVMBuildICmp(g->b, LLVMIntNE, v.w[0], nt_i64(g, 0), ""));
    return end_read(g, &r, e, v);
}

/* An IPv6 address, or one that IPv4 is mapped into: the same words. */
struct nt_val nt_load_bytes16(struct nt_gen *g, const struct nt_expr *e, struct nt_val base)
{
    struct guarded r = begin_read(g, e, base);
    LLVMValueRef from = pointer_to(g, e, base);
    struct nt_val v = {0};

    if (!e->direct) {
        LLVMValueRef room = nt_scratch(g, 2);

        v.there = nt_copy_in(g, room, 2, 16, from, e->user ? PROBE_READ_USER : PROBE_READ_KERNEL);
        from = room;
    }
    for (uint32_t i = 0; i < 2; i++) {
        v.w[i] = swap(g, nt_get(g, g->i64, nt_word_at(g, from, i)), 8);
        if (e->direct)
            v.w[i] = read_apart(g, v.w[i]);
    }
    return end_read(g, &r, e, v);
}

LLVMValueRef nt_swap(struct nt_gen *g, LLVMValueRef word)
{
    return swap(g, word, 8);
}

LLVMValueRef nt_wire_number(struct nt_gen *g, LLVMValueRef buffer, uint32_t offset, uint32_t size)
{
    LLVMValueRef v = NULL;

    while (size) {
        uint32_t part = 8;
        LLVMValueRef p;

        while (part > size || offset % part)
            part /= 2;
        p = nt_zext(g, swap(g, nt_get(g, nt_int_of(g, part), nt_byte_at(g, buffer, offset)), part));
        v = v ? LLVMBuildOr(g->b, LLVMBuildShl(g->b, v, nt_i64(g, part * 8), ""), p, "") : p;
        offset += part;
        size -= part;
    }
    return v;
}
