/* Values. */
#include "compiler/codegen/gen.h"

#include <errno.h>

enum {
    GET_SMP_PROCESSOR_ID = 8,
    GET_CURRENT_PID_TGID = 14,
    GET_CURRENT_COMM = 16,
    GET_STACKID = 27,
    GET_CURRENT_TASK = 35,
    GET_CURRENT_CGROUP_ID = 80,
    PROBE_READ_KERNEL = 113,
    GET_ATTACH_COOKIE = 174,
};
enum { F_USER_STACK = 1 << 8 };

static struct nt_val word(LLVMValueRef w)
{
    return (struct nt_val){.w = {w}};
}

static struct nt_val constant(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val v = {0};

    for (uint32_t i = 0; i < e->type->words; i++)
        v.w[i] = nt_i64(g, e->w[i]);
    if (!e->type->words)
        v.w[0] = nt_i64(g, e->w[0]);
    if (e->op == NT_E_ABSENT)
        v.there = nt_false(g);
    return v;
}

static struct nt_val offset_address(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val v = nt_lower(g, e->kid[0]);

    v.w[0] = LLVMBuildAdd(g->b, v.w[0], nt_i64(g, (uint64_t)(int64_t)e->offset), "");
    return v;
}

static struct nt_val element_address(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val base = nt_lower(g, e->kid[0]), index = nt_lower(g, e->kid[1]);
    LLVMValueRef by = LLVMBuildMul(g->b, index.w[0], nt_i64(g, e->index), "");
    struct nt_val v = {.there = nt_both(g, base.there, index.there)};

    if (e->w[0])
        v.there = nt_both(g, v.there,
                          LLVMBuildICmp(g->b, LLVMIntULT, index.w[0], nt_i64(g, e->w[0]), ""));
    v.w[0] = LLVMBuildAdd(g->b, base.w[0], by, "");
    return v;
}

/* ::ffff:a.b.c.d */
static struct nt_val ipv4(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val v = nt_lower(g, e->kid[0]);
    LLVMValueRef low = LLVMBuildAnd(g->b, v.w[0], nt_i64(g, 0xffffffff), "");

    v.w[0] = nt_i64(g, 0);
    v.w[1] = LLVMBuildOr(g->b, low, nt_i64(g, 0xffffull << 32), "");
    return v;
}

static struct nt_val comm(struct nt_gen *g)
{
    LLVMValueRef room = nt_scratch(g, 2);
    struct nt_val v = {0};

    nt_put(g, nt_i64(g, 0), room);
    nt_put(g, nt_i64(g, 0), nt_word_at(g, room, 1));
    nt_helper(g, GET_CURRENT_COMM, g->i64, (LLVMValueRef[]){room, nt_i32(g, 16)}, 2);
    for (uint32_t i = 0; i < 2; i++)
        v.w[i] = nt_get(g, g->i64, nt_word_at(g, room, i));
    return v;
}

/* Where there is none (-EFAULT: a kernel stack while user code runs, and the other way round)
 * nothing is lost. */
static struct nt_val stack(struct nt_gen *g, uint64_t flags)
{
    LLVMValueRef args[] = {g->f.ctx, nt_map(g, NT_MAP_STACKS), nt_i64(g, flags)};
    LLVMBasicBlockRef failed = nt_block_new(g, "no_stack"), done = nt_block_new(g, "stack");
    LLVMBasicBlockRef lost = nt_block_new(g, "stack_lost");
    struct nt_val v = {.w = {nt_helper(g, GET_STACKID, g->i64, args, 3)}};

    v.there = LLVMBuildICmp(g->b, LLVMIntSGE, v.w[0], nt_i64(g, 0), "");
    LLVMBuildCondBr(g->b, v.there, done, failed);
    nt_at(g, failed);
    LLVMBuildCondBr(g->b, LLVMBuildICmp(g->b, LLVMIntEQ, v.w[0], nt_i64(g, (uint64_t)-EFAULT), ""),
                    done, lost);
    nt_at(g, lost);
    nt_count(g, NT_CNT_STACK);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    return v;
}

/* Its addresses mean something in its process only. */
static struct nt_val user_stack(struct nt_gen *g)
{
    struct nt_val v = stack(g, F_USER_STACK);
    LLVMValueRef pid = nt_helper(g, GET_CURRENT_PID_TGID, g->i64, NULL, 0);

    pid = LLVMBuildAnd(g->b, pid, nt_i64(g, ~0xffffffffull), "");
    v.w[0] = LLVMBuildOr(g->b, LLVMBuildAnd(g->b, v.w[0], nt_i64(g, 0xffffffff), ""), pid, "");
    return v;
}

/* A pointer that the verifier follows becomes a plain number by going through memory it can't. */
static struct nt_val number(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val v = nt_lower(g, e->kid[0]);
    LLVMValueRef from = nt_scratch(g, 2), to = nt_word_at(g, from, 1);

    nt_put(g, v.w[0], from);
    nt_put(g, nt_i64(g, 0), to);
    nt_helper(g, PROBE_READ_KERNEL, g->i64, (LLVMValueRef[]){to, nt_i32(g, 8), from}, 3);
    v.w[0] = nt_get(g, g->i64, to);
    return v;
}

/* -- arithmetic ------------------------------------------------------------------------------- */

/* BPF divides unsigned below instruction set v4: signs are taken off and put back. */
static LLVMValueRef divide(struct nt_gen *g, enum nt_xop op, bool is_signed, LLVMValueRef a,
                           LLVMValueRef b)
{
    LLVMValueRef sa, sb, q, sign;

    if (!is_signed)
        return op == NT_X_DIV ? LLVMBuildUDiv(g->b, a, b, "") : LLVMBuildURem(g->b, a, b, "");
    sa = LLVMBuildAShr(g->b, a, nt_i64(g, 63), "");
    sb = LLVMBuildAShr(g->b, b, nt_i64(g, 63), "");
    a = LLVMBuildSub(g->b, LLVMBuildXor(g->b, a, sa, ""), sa, "");
    b = LLVMBuildSub(g->b, LLVMBuildXor(g->b, b, sb, ""), sb, "");
    q = op == NT_X_DIV ? LLVMBuildUDiv(g->b, a, b, "") : LLVMBuildURem(g->b, a, b, "");
    sign = op == NT_X_DIV ? LLVMBuildXor(g->b, sa, sb, "") : sa;
    return LLVMBuildSub(g->b, LLVMBuildXor(g->b, q, sign, ""), sign, "");
}

static LLVMValueRef compute(struct nt_gen *g, const struct nt_expr *e, LLVMValueRef a,
                            LLVMValueRef b)
{
    switch (e->xop) {
    case NT_X_ADD:
        return LLVMBuildAdd(g->b, a, b, "");
    case NT_X_SUB:
        return LLVMBuildSub(g->b, a, b, "");
    case NT_X_MUL:
        return LLVMBuildMul(g->b, a, b, "");
    case NT_X_AND:
        return LLVMBuildAnd(g->b, a, b, "");
    case NT_X_OR:
        return LLVMBuildOr(g->b, a, b, "");
    case NT_X_XOR:
        return LLVMBuildXor(g->b, a, b, "");
    case NT_X_SHL:
        return LLVMBuildShl(g->b, a, LLVMBuildAnd(g->b, b, nt_i64(g, 63), ""), "");
    case NT_X_SHR:
        b = LLVMBuildAnd(g->b, b, nt_i64(g, 63), "");
        return e->is_signed ? LLVMBuildAShr(g->b, a, b, "") : LLVMBuildLShr(g->b, a, b, "");
    default:
        return divide(g, e->xop, e->is_signed, a, b);
    }
}

static struct nt_val arithmetic(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val a = nt_lower(g, e->kid[0]), b = nt_lower(g, e->kid[1]), v = {0};

    v.there = nt_both(g, a.there, b.there);
    if ((e->xop == NT_X_DIV || e->xop == NT_X_MOD) && !LLVMIsAConstantInt(b.w[0])) {
        LLVMValueRef ok = LLVMBuildICmp(g->b, LLVMIntNE, b.w[0], nt_i64(g, 0), "");

        v.there = nt_both(g, v.there, ok);
        b.w[0] = LLVMBuildSelect(g->b, ok, b.w[0], nt_i64(g, 1), "");
    } else if ((e->xop == NT_X_DIV || e->xop == NT_X_MOD) && LLVMIsNull(b.w[0])) {
        return (struct nt_val){.w = {nt_i64(g, 0)}, .there = nt_false(g)};
    }
    v.w[0] = compute(g, e, a.w[0], b.w[0]);
    return v;
}

/* -- choices ---------------------------------------------------------------------------------- */

static struct nt_val merge(struct nt_gen *g, uint32_t words, const struct nt_val *a,
                           LLVMBasicBlockRef from_a, const struct nt_val *b,
                           LLVMBasicBlockRef from_b)
{
    struct nt_val v = {0};

    for (uint32_t i = 0; i < words; i++)
        v.w[i] = nt_phi(g, g->i64, a->w[i] ? a->w[i] : nt_i64(g, 0), from_a,
                        b->w[i] ? b->w[i] : nt_i64(g, 0), from_b);
    if (a->there || b->there)
        v.there = nt_phi(g, g->i1, a->there ? a->there : nt_true(g), from_a,
                         b->there ? b->there : nt_true(g), from_b);
    return v;
}

/* One of the sides, with what it alone needs parsed on its way only. */
static struct nt_val side(struct nt_gen *g, const struct nt_expr *e, LLVMBasicBlockRef done,
                          LLVMBasicBlockRef *ret_from)
{
    uint16_t layers = g->f.layers;
    struct nt_val v;

    nt_need_layers(g, e->layers);
    v = nt_lower(g, e);
    g->f.layers = layers;
    *ret_from = LLVMGetInsertBlock(g->b);
    LLVMBuildBr(g->b, done);
    return v;
}

static struct nt_val choice(struct nt_gen *g, const struct nt_expr *e)
{
    LLVMBasicBlockRef yes = nt_block_new(g, "yes"), no = nt_block_new(g, "no"), from_a, from_b;
    LLVMBasicBlockRef done = nt_block_new(g, "chosen");
    struct nt_val a, b;

    nt_lower_cond(g, e->kid[0], yes, no);
    nt_at(g, yes);
    a = side(g, e->kid[1], done, &from_a);
    nt_at(g, no);
    b = side(g, e->kid[2], done, &from_b);
    nt_at(g, done);
    return merge(g, e->type->words, &a, from_a, &b, from_b);
}

static struct nt_val or_else(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val a = nt_lower(g, e->kid[0]), there, b;
    LLVMBasicBlockRef from_a = LLVMGetInsertBlock(g->b), from_b;
    LLVMBasicBlockRef no = nt_block_new(g, "else"), done = nt_block_new(g, "either");

    if (!a.there) {
        LLVMDeleteBasicBlock(no);
        LLVMDeleteBasicBlock(done);
        return a;
    }
    LLVMBuildCondBr(g->b, a.there, done, no);
    nt_at(g, no);
    b = side(g, e->kid[1], done, &from_b);
    nt_at(g, done);
    there = a;
    there.there = NULL;
    return merge(g, e->type->words, &there, from_a, &b, from_b);
}

/* -- flow ------------------------------------------------------------------------------------- */

static LLVMValueRef or_zero(struct nt_gen *g, struct nt_val v)
{
    return v.there ? LLVMBuildSelect(g->b, v.there, v.w[0], nt_i64(g, 0), "") : v.w[0];
}

static LLVMValueRef field_at(struct nt_gen *g, LLVMValueRef v, uint32_t bits, uint32_t shift)
{
    v = LLVMBuildAnd(g->b, v, nt_i64(g, (1ull << bits) - 1), "");
    return shift ? LLVMBuildShl(g->b, v, nt_i64(g, shift), "") : v;
}

static struct nt_val flow(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val src = nt_lower(g, e->kid[0]), dst = nt_lower(g, e->kid[1]), v = {0};
    LLVMValueRef proto = or_zero(g, nt_lower(g, e->kid[2]));
    LLVMValueRef sport = or_zero(g, nt_lower(g, e->kid[3]));
    LLVMValueRef dport = or_zero(g, nt_lower(g, e->kid[4])), last;
    bool is_ip = e->kid[0]->type->kind == NT_KIND_IP;

    v.there = nt_both(g, src.there, dst.there);
    v.w[0] = src.w[0];
    v.w[1] = is_ip ? src.w[1] : nt_i64(g, 0);
    v.w[2] = dst.w[0];
    v.w[3] = is_ip ? dst.w[1] : nt_i64(g, 0);
    last = LLVMBuildOr(g->b, field_at(g, sport, 16, 48), field_at(g, dport, 16, 32), "");
    last = LLVMBuildOr(g->b, last, field_at(g, proto, 16, 16), "");
    v.w[4] = LLVMBuildOr(g->b, last, nt_i64(g, is_ip ? NT_FLOW_IP : NT_FLOW_ETH), "");
    return v;
}

static struct nt_val lower(struct nt_gen *g, const struct nt_expr *e)
{
    switch (e->op) {
    case NT_E_CONST:
    case NT_E_ABSENT:
        return constant(g, e);
    case NT_E_ARG:
    case NT_E_RETVAL:
        return nt_load_arg(g, e);
    case NT_E_COOKIE:
        return word(nt_helper(g, GET_ATTACH_COOKIE, g->i64, &g->f.ctx, 1));
    case NT_E_KEPT:
        return nt_load_kept(g, e);
    case NT_E_AFTER: /* of a call that keeps nothing */
        return nt_lower(g, e->kid[0]);
    case NT_E_ADDR:
        return offset_address(g, e);
    case NT_E_ELEM:
        return element_address(g, e);
    case NT_E_LOAD:
        return nt_load(g, e, nt_lower(g, e->kid[0]));
    case NT_E_STRING:
        return nt_load_string(g, e, nt_lower(g, e->kid[0]));
    case NT_E_BYTES16:
        return nt_load_bytes16(g, e, nt_lower(g, e->kid[0]));
    case NT_E_BYTES:
        return nt_lower_bytes(g, e);
    case NT_E_SLICE:
        return nt_lower_slice(g, e);
    case NT_E_ATTR:
        return nt_lower_attr(g, e);
    case NT_E_PART:
        return nt_lower_part(g, e);
    case NT_E_HOST:
        return nt_lower_host(g, e);
    case NT_E_TEXT:
        return nt_lower_text(g, e);
    case NT_E_IP4:
        return ipv4(g, e);
    case NT_E_HEADER:
        return nt_header_value(g, e);
    case NT_E_FRAMELEN:
        return nt_frame_length(g, e);
    case NT_E_L4PROTO:
        return nt_l4_proto(g, e);
    case NT_E_IDENTITY:
        return nt_packet_identity(g, e);
    case NT_E_EXCHANGE:
        return nt_packet_exchange(g, e);
    case NT_E_MARK:
        return word(nt_packet_mark(g));
    case NT_E_NOW:
        return word(nt_ktime(g));
    case NT_E_CPU:
        return word(nt_zext(g, nt_helper(g, GET_SMP_PROCESSOR_ID, g->i32, NULL, 0)));
    case NT_E_PID:
        return word(LLVMBuildLShr(g->b, nt_helper(g, GET_CURRENT_PID_TGID, g->i64, NULL, 0),
                                  nt_i64(g, 32), ""));
    case NT_E_TID:
        return word(LLVMBuildAnd(g->b, nt_helper(g, GET_CURRENT_PID_TGID, g->i64, NULL, 0),
                                 nt_i64(g, 0xffffffff), ""));
    case NT_E_COMM:
        return comm(g);
    case NT_E_CGROUP:
        return word(nt_helper(g, GET_CURRENT_CGROUP_ID, g->i64, NULL, 0));
    case NT_E_THREAD:
        return word(nt_helper(g, GET_CURRENT_TASK, g->i64, NULL, 0));
    case NT_E_KSTACK:
        return stack(g, 0);
    case NT_E_USTACK:
        return user_stack(g);
    case NT_E_LATENCY:
        return g->f.latency;
    case NT_E_STATE:
        return nt_load_state(g, e);
    case NT_E_ENTRY:
        return nt_entry_value(g, e);
    case NT_E_HOPS:
        return nt_hops_value(g, e);
    case NT_E_SEEN:
        return word(g->f.at.now);
    case NT_E_LOCAL:
        return g->f.locals[e->index];
    case NT_E_NUMBER:
        return number(g, e);
    case NT_E_ARITH:
        return arithmetic(g, e);
    case NT_E_COND:
        return choice(g, e);
    case NT_E_ELSE:
        return or_else(g, e);
    case NT_E_FLOW:
        return flow(g, e);
    default: /* truth values */
        return word(nt_zext(g, nt_lower_truth(g, e)));
    }
}

/* A text may stand where a longer one is meant: what it lacks is 0. */
struct nt_val nt_lower(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val v = lower(g, e);

    for (uint32_t i = 1; i < e->type->words; i++)
        if (!v.w[i])
            v.w[i] = nt_i64(g, 0);
    return v;
}
