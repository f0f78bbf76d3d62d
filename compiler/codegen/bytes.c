/* Values of bytes: address, bytes that may be read, bytes there were. They are copied where they
 * are kept, and parts of them where those are used. */
#include "compiler/codegen/gen.h"

#include "compiler/catalog/bytes.h"
#include "compiler/kernel/kernel.h"

#include <stdio.h>
#include <string.h>

enum { MAX_ATTRS = 64, MAX_ATTRS_UNROLLED = 24 };

/* No more than most: said where the helper is called that is to believe it, in instructions that
 * the optimiser leaves as they are. */
static LLVMValueRef at_most(struct nt_gen *g, LLVMValueRef n, uint32_t most)
{
    LLVMTypeRef type = LLVMFunctionType(g->i64, &g->i64, 1, false);
    static const char operands[] = "=r,0";
    char code[64];
    int len = snprintf(code, sizeof(code), "if $0 < %u goto +1; $0 = %u", most, most);

    return LLVMBuildCall2(g->b, type,
                          LLVMGetInlineAsm(type, code, (size_t)len, operands, sizeof(operands) - 1,
                                           false, false, LLVMInlineAsmDialectATT, false),
                          &n, 1, "");
}

static LLVMValueRef pointer(struct nt_gen *g, LLVMValueRef address)
{
    return LLVMBuildIntToPtr(g->b, address, g->ptr, "");
}

struct nt_val nt_lower_bytes(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val p = nt_lower(g, e->kid[0]), n = nt_lower(g, e->kid[1]), v = {0};
    LLVMValueRef most = nt_i64(g, e->type->most);
    LLVMValueRef fits = LLVMBuildICmp(g->b, LLVMIntULT, n.w[0], most, "");

    v.w[0] = p.w[0];
    v.w[1] = LLVMBuildSelect(g->b, fits, n.w[0], most, "");
    v.w[2] = n.w[0];
    v.there = nt_both(g, nt_both(g, p.there, n.there),
                      LLVMBuildICmp(g->b, LLVMIntSGE, n.w[0], nt_i64(g, 0), ""));
    return v;
}

struct nt_val nt_lower_slice(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val base = nt_lower(g, e->kid[0]), v = base;
    LLVMValueRef offset = nt_i64(g, (uint64_t)e->offset);

    v.there = nt_both(g, base.there, LLVMBuildICmp(g->b, LLVMIntUGE, base.w[1], offset, ""));
    v.w[0] = LLVMBuildAdd(g->b, base.w[0], offset, "");
    v.w[1] = LLVMBuildSub(g->b, base.w[1], offset, "");
    v.w[2] = LLVMBuildSub(g->b, base.w[2], offset, "");
    return v;
}

/* -- attributes ------------------------------------------------------------------------------- */

struct walk {
    LLVMValueRef at, left;               /* where the walk is, on the stack */
    LLVMBasicBlockRef found, none, more; /* more: there were more attributes than are walked */
    LLVMValueRef type;
};

/* One attribute; goes on at next unless it was the last or the one. */
static void step(struct nt_gen *g, const struct walk *w, LLVMBasicBlockRef next)
{
    LLVMValueRef args[] = {w->at, w->left, w->type}, done, r = nt_rt(g, "nt_attr_step", args, 3);
    LLVMBasicBlockRef other = nt_block_new(g, "other");

    done = LLVMBuildICmp(g->b, LLVMIntEQ, r, nt_i64(g, 1), "");
    LLVMBuildCondBr(g->b, done, w->found, other);
    nt_at(g, other);
    done = LLVMBuildICmp(g->b, LLVMIntSLT, r, nt_i64(g, 0), "");
    LLVMBuildCondBr(g->b, done, w->none, next);
}

static void loop(struct nt_gen *g, const struct walk *w)
{
    LLVMBasicBlockRef head = nt_block_new(g, "attr"), next = nt_block_new(g, "attr_next");
    LLVMBasicBlockRef before = LLVMGetInsertBlock(g->b);
    LLVMValueRef i, up, from[2];

    LLVMBuildBr(g->b, head);
    nt_at(g, head);
    i = LLVMBuildPhi(g->b, g->i64, "");
    step(g, w, next);
    nt_at(g, next);
    up = LLVMBuildAdd(g->b, i, nt_i64(g, 1), "");
    LLVMBuildCondBr(g->b, LLVMBuildICmp(g->b, LLVMIntULT, up, nt_i64(g, MAX_ATTRS), ""), head,
                    w->more);
    from[0] = nt_i64(g, 0);
    from[1] = up;
    LLVMAddIncoming(i, from, (LLVMBasicBlockRef[]){before, next}, 2);
}

static void unrolled(struct nt_gen *g, const struct walk *w)
{
    for (uint32_t i = 0; i < MAX_ATTRS_UNROLLED; i++) {
        LLVMBasicBlockRef next = nt_block_new(g, "attr");

        step(g, w, next);
        nt_at(g, next);
    }
    LLVMBuildBr(g->b, w->more);
}

struct nt_val nt_lower_attr(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val base = nt_lower(g, e->kid[0]), v = {0};
    LLVMBasicBlockRef begin = nt_block_new(g, "attrs"), done = nt_block_new(g, "attr_done");
    LLVMBasicBlockRef before = LLVMGetInsertBlock(g->b);
    struct walk w = {nt_room(g, 1, "attr_at"),      nt_room(g, 1, "attr_left"),
                     nt_block_new(g, "attr_found"), nt_block_new(g, "attr_none"),
                     nt_block_new(g, "attr_more"),  nt_i64(g, e->index)};

    LLVMBuildCondBr(g->b, base.there ? base.there : nt_true(g), begin, done);
    nt_at(g, begin);
    nt_put(g, base.w[0], w.at);
    nt_put(g, base.w[1], w.left);
    if (nt_kernel_has(g->u->cx->kernel, NT_FEATURE_LONG))
        loop(g, &w);
    else
        unrolled(g, &w);
    nt_at(g, w.more);
    nt_count(g, NT_CNT_UNPARSED);
    LLVMBuildBr(g->b, w.none);
    nt_at(g, w.none);
    LLVMBuildBr(g->b, done);
    nt_at(g, w.found);
    v.w[0] = nt_get(g, g->i64, w.at);
    v.w[1] = nt_get(g, g->i64, w.left);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    v.there = LLVMBuildPhi(g->b, g->i1, "");
    LLVMAddIncoming(v.there, (LLVMValueRef[]){nt_false(g), nt_false(g), nt_true(g)},
                    (LLVMBasicBlockRef[]){before, w.none, w.found}, 3);
    for (uint32_t i = 0; i < 2; i++) {
        LLVMValueRef phi = LLVMBuildPhi(g->b, g->i64, "");

        LLVMAddIncoming(phi, (LLVMValueRef[]){nt_i64(g, 0), nt_i64(g, 0), v.w[i]},
                        (LLVMBasicBlockRef[]){before, w.none, w.found}, 3);
        v.w[i] = phi;
    }
    v.w[2] = v.w[1];
    return v;
}

/* -- parts ------------------------------------------------------------------------------------ */

/* What is read where there are bytes for it: begin, then end with what was read. */
struct part {
    LLVMBasicBlockRef before, done;
};

static struct part begin_part(struct nt_gen *g, LLVMValueRef there)
{
    struct part p = {LLVMGetInsertBlock(g->b), nt_block_new(g, "part_done")};
    LLVMBasicBlockRef read = nt_block_new(g, "part");

    LLVMBuildCondBr(g->b, there ? there : nt_true(g), read, p.done);
    nt_at(g, read);
    return p;
}

static struct nt_val end_part(struct nt_gen *g, const struct part *p, struct nt_val v,
                              uint32_t words)
{
    LLVMBasicBlockRef from = LLVMGetInsertBlock(g->b);

    LLVMBuildBr(g->b, p->done);
    nt_at(g, p->done);
    for (uint32_t i = 0; i < words; i++)
        v.w[i] = nt_phi(g, g->i64, nt_i64(g, 0), p->before, v.w[i], from);
    v.there = nt_phi(g, g->i1, nt_false(g), p->before, v.there, from);
    return v;
}

/* A copy of size bytes, as a condition whether it could be made. */
static LLVMValueRef copy(struct nt_gen *g, const struct nt_expr *e, bool text, LLVMValueRef to,
                         LLVMValueRef size, LLVMValueRef from)
{
    unsigned helper = (e->user ? 112u : 113u) + (text ? 2u : 0u); /* probe_read_user(_str), ... */
    LLVMValueRef args[] = {to, size, pointer(g, from)};
    LLVMValueRef r = nt_helper(g, helper, g->i64, args, 3);

    return LLVMBuildICmp(g->b, LLVMIntSGE, r, nt_i64(g, 0), "");
}

static LLVMValueRef clean_room(struct nt_gen *g, uint32_t words)
{
    LLVMValueRef room = nt_scratch(g, words);

    for (uint32_t i = 0; i < words; i++)
        nt_put(g, nt_i64(g, 0), nt_word_at(g, room, i));
    return room;
}

struct nt_val nt_lower_part(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val base = nt_lower(g, e->kid[0]), v = {0};
    LLVMValueRef end = nt_i64(g, (uint64_t)e->offset + e->size), room;
    struct part p =
        begin_part(g, nt_both(g, base.there, LLVMBuildICmp(g->b, LLVMIntUGE, base.w[1], end, "")));

    room = clean_room(g, e->size > 8 ? 2 : 1);
    base.w[0] = LLVMBuildAdd(g->b, base.w[0], nt_i64(g, (uint64_t)e->offset), "");
    v.there = copy(g, e, false, room, nt_i64(g, e->size), base.w[0]);
    v.w[0] = e->swapped ? nt_wire_number(g, room, 0, e->size > 8 ? 8 : e->size)
                        : nt_get(g, g->i64, room);
    if (e->size > 8)
        v.w[1] = nt_wire_number(g, room, 8, e->size - 8u);
    return end_part(g, &p, v, e->type->words);
}

struct nt_val nt_lower_host(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val base = nt_lower(g, e->kid[0]), v = {0};
    LLVMValueRef some = LLVMBuildICmp(g->b, LLVMIntNE, base.w[1], nt_i64(g, 0), ""), room;
    struct part p = begin_part(g, nt_both(g, base.there, some));

    room = clean_room(g, 1);
    v.there = copy(g, e, false, room, at_most(g, base.w[1], 8), base.w[0]);
    v.w[0] = nt_get(g, g->i64, room);
    return end_part(g, &p, v, 1);
}

struct nt_val nt_lower_text(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val base = nt_lower(g, e->kid[0]), v = {0};
    uint32_t words = e->type->words;
    struct part p = begin_part(g, base.there);
    LLVMValueRef room = clean_room(g, words), size;

    /* With a byte more for the NUL that the helper puts at the end. */
    size = LLVMBuildAdd(g->b, at_most(g, base.w[1], words * 8 - 1), nt_i64(g, 1), "");
    v.there = copy(g, e, true, room, size, base.w[0]);
    for (uint32_t i = 0; i < words; i++)
        v.w[i] = nt_get(g, g->i64, nt_word_at(g, room, i));
    return end_part(g, &p, v, words);
}

/* -- keeping ---------------------------------------------------------------------------------- */

LLVMValueRef nt_put_bytes(struct nt_gen *g, const struct nt_type *type, const struct nt_expr *e,
                          const struct nt_val *v, LLVMValueRef to, bool fill)
{
    LLVMBasicBlockRef some, done, before, from;
    LLVMValueRef size, ok;

    for (uint32_t i = 0; i < (fill ? nt_type_kept_words(type) : 1); i++)
        nt_put(g, nt_i64(g, 0), nt_word_at(g, to, i));
    if (e->op == NT_E_ABSENT)
        return nt_false(g);
    some = nt_block_new(g, "bytes");
    done = nt_block_new(g, "bytes_kept");
    before = LLVMGetInsertBlock(g->b);
    LLVMBuildCondBr(g->b, v->there ? v->there : nt_true(g), some, done);
    nt_at(g, some);
    size = LLVMBuildOr(g->b, v->w[1], LLVMBuildShl(g->b, v->w[2], nt_i64(g, 32), ""), "");
    nt_put(g, size, to);
    ok = copy(g, e, false, nt_word_at(g, to, 1), at_most(g, v->w[1], type->most), v->w[0]);
    from = LLVMGetInsertBlock(g->b);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    return nt_phi(g, g->i1, nt_false(g), before, ok, from);
}

/* A pointer to memory of the program becomes an address that can be computed with. */
struct nt_val nt_kept_bytes(struct nt_gen *g, LLVMValueRef at)
{
    LLVMValueRef from = nt_scratch(g, 2), to = nt_word_at(g, from, 1), head = nt_get(g, g->i64, at);
    struct nt_val v = {0};

    nt_put(g, LLVMBuildPtrToInt(g->b, nt_word_at(g, at, 1), g->i64, ""), from);
    nt_put(g, nt_i64(g, 0), to);
    nt_helper(g, 113, g->i64, (LLVMValueRef[]){to, nt_i32(g, 8), from}, 3);
    v.w[0] = nt_get(g, g->i64, to);
    v.w[1] = LLVMBuildAnd(g->b, head, nt_i64(g, 0xffffffff), "");
    v.w[2] = LLVMBuildLShr(g->b, head, nt_i64(g, 32), "");
    return v;
}
