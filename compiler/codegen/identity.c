/* What packets are recognised by; see compiler/bpf/identity.bpf.c. */
#include "compiler/codegen/gen.h"

#include "compiler/bpf/packet.h"

/* Of UDP only: the length of each datagram that this one is cut into, or 0. */
static LLVMValueRef udp_segment(struct nt_gen *g, const struct nt_parsed *of,
                                const struct nt_expr *size)
{
    LLVMBasicBlockRef before = LLVMGetInsertBlock(g->b), from;
    LLVMBasicBlockRef udp = nt_block_new(g, "udp"), done = nt_block_new(g, "segment");
    LLVMValueRef bytes;
    struct nt_val v;

    LLVMBuildCondBr(g->b, nt_any_bit(g, nt_found_bits(g, of->l4), NT_HAVE_UDP), udp, done);
    nt_at(g, udp);
    v = nt_lower(g, size);
    bytes = v.there ? LLVMBuildSelect(g->b, v.there, v.w[0], nt_i64(g, 0), "") : v.w[0];
    bytes = LLVMBuildTrunc(g->b, bytes, g->i32, "");
    from = LLVMGetInsertBlock(g->b);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    return nt_phi(g, g->i32, nt_i32(g, 0), before, bytes, from);
}

/* There only where all it is made of could be read, so that it is the same everywhere. */
struct nt_val nt_packet_identity(struct nt_gen *g, const struct nt_expr *e)
{
    const struct nt_parsed *of = &g->f.packet[e->inner];
    LLVMValueRef args[] = {
        of->l3_bytes, nt_found_bits(g, of->l3), nt_found(g, of->upper),
        of->l4_bytes, nt_found_bits(g, of->l4), udp_segment(g, of, e->kid[0]),
    };
    LLVMValueRef missed =
        nt_any_bit(g, LLVMBuildOr(g->b, nt_found_bits(g, of->upper), nt_found_bits(g, of->l4), ""),
                   NT_HAVE_UNPARSED);
    /* IPv4 counts with its id, which is not known before the header is made. */
    bool made = e->inner || g->f.handler->packet->place != NT_AT_TRANSPORT;
    LLVMValueRef has = nt_any_bit(g, nt_found_bits(g, of->l3),
                                  made ? NT_HAVE_IP | NT_HAVE_IP6 | NT_HAVE_ARP : NT_HAVE_IP6);

    return (struct nt_val){.w = {nt_rt(g, "nt_packet_identity", args, 6)},
                           .there = LLVMBuildAnd(g->b, LLVMBuildNot(g->b, missed, ""), has, "")};
}

struct nt_val nt_packet_exchange(struct nt_gen *g, const struct nt_expr *e)
{
    const struct nt_parsed *of = &g->f.packet[e->inner];
    const struct nt_packet *p = g->f.handler->packet;
    LLVMValueRef tail = LLVMBuildTrunc(g->b, nt_lower(g, p->tail).w[0], g->i32, "");
    LLVMValueRef args[] = {
        of->l3_bytes, nt_found_bits(g, of->l3), nt_found(g, of->upper),
        of->l4_bytes, nt_found_bits(g, of->l4), nt_lower(g, p->head).w[0],
        tail,
    };
    struct nt_val v = {.w = {nt_rt(g, "nt_packet_exchange", args, 7)}};

    v.there = LLVMBuildICmp(g->b, LLVMIntNE, v.w[0], nt_i64(g, 0), "");
    return v;
}
