/* The layers of the event's packet. A layer is parsed where the first thing that needs it stands,
 * if that is on every way to all later uses; f.layers says which are. The parse itself is C, in
 * compiler/bpf/packet.bpf.c. */
#include "compiler/codegen/gen.h"

#include "compiler/bpf/packet.h"

static LLVMValueRef field(struct nt_gen *g, const struct nt_expr *e, LLVMTypeRef type)
{
    LLVMValueRef v = e ? nt_lower(g, e).w[0] : nt_i64(g, 0xffff);

    return type == g->i64 ? v : LLVMBuildTrunc(g->b, v, type, "");
}

/* Has this packet been counted? Kept in registers. */
static LLVMValueRef counted(struct nt_gen *g)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(g->b);

    if (!g->f.counted) {
        nt_at(g, g->f.entry);
        g->f.counted = LLVMBuildAlloca(g->b, g->i1, "counted");
        nt_put(g, nt_false(g), g->f.counted);
        nt_at(g, here);
    }
    return g->f.counted;
}

/* A packet counts once, however many layers and bodies miss something of it. */
static void count_unparsed(struct nt_gen *g, LLVMValueRef have)
{
    LLVMBasicBlockRef yes = nt_block_new(g, "unparsed"), done = nt_block_new(g, "parsed");
    LLVMBasicBlockRef first = nt_block_new(g, "unparsed_first");
    LLVMValueRef bit = LLVMBuildAnd(g->b, have, nt_i64(g, NT_HAVE_UNPARSED), "");

    nt_branch(g, LLVMBuildICmp(g->b, LLVMIntNE, bit, nt_i64(g, 0), ""), yes, done);
    nt_at(g, yes);
    LLVMBuildCondBr(g->b, nt_get(g, g->i1, counted(g)), done, first);
    nt_at(g, first);
    nt_count(g, NT_CNT_UNPARSED);
    nt_put(g, nt_true(g), counted(g));
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}

static LLVMValueRef room_for(struct nt_gen *g, LLVMValueRef *room, uint32_t bytes, const char *name)
{
    if (!*room)
        *room = nt_room(g, (bytes + 7) / 8, name);
    return *room;
}

static void parse_l2(struct nt_gen *g, const struct nt_packet *p)
{
    LLVMValueRef args[] = {
        room_for(g, &g->f.l2_bytes, NT_L2_BYTES, "l2"),
        field(g, p->head, g->i64),
        field(g, p->data, g->i64),
        field(g, p->tail, g->i32),
        field(g, p->network, g->i32),
        field(g, p->mac, g->i32),
        nt_i32(g, p->place),
    };

    g->f.l2 = nt_rt(g, "nt_packet_l2", args, 7);
    count_unparsed(g, g->f.l2);
    g->f.layers |= NT_LAYER_L2;
}

/* Where a field of the skb lies, for what is read on rare ways only: in the skb itself where plain
 * loads will do, else its value on the stack. */
static LLVMValueRef field_at(struct nt_gen *g, const struct nt_expr *e)
{
    LLVMValueRef room;

    if (e && e->op == NT_E_LOAD && e->direct_base)
        return nt_byte_at(g, LLVMBuildIntToPtr(g->b, nt_lower(g, e->kid[0]).w[0], g->ptr, ""),
                          (uint32_t)e->offset);
    room = nt_room(g, 1, "field");
    nt_put(g, field(g, e, g->i64), room);
    return room;
}

static void parse_l3(struct nt_gen *g, const struct nt_packet *p)
{
    LLVMValueRef off = NULL;
    LLVMValueRef args[] = {
        room_for(g, &g->f.l3_bytes, NT_L3_BYTES, "l3"),
        room_for(g, &off, 4, "l3_off"),
        field(g, p->head, g->i64),
        field_at(g, p->data),
        field(g, p->tail, g->i32),
        field(g, p->network, g->i32),
        field_at(g, p->mac),
        field(g, p->protocol, g->i32),
        nt_i32(g, p->place),
    };

    g->f.l3 = nt_rt(g, "nt_packet_l3", args, 9);
    g->f.l3_off = nt_get(g, g->i32, off);
    count_unparsed(g, g->f.l3);
}

static void parse_upper(struct nt_gen *g, const struct nt_packet *p)
{
    LLVMValueRef args[] = {
        g->f.l3_bytes, g->f.l3, g->f.l3_off, field(g, p->head, g->i64), field(g, p->tail, g->i32),
    };

    g->f.upper = nt_rt(g, "nt_packet_upper", args, 5);
    count_unparsed(g, g->f.upper);
}

static void parse_l4(struct nt_gen *g, const struct nt_packet *p)
{
    LLVMValueRef args[] = {
        room_for(g, &g->f.l4_bytes, NT_L4_BYTES, "l4"),
        g->f.l3_bytes,
        g->f.l3,
        g->f.upper,
        field(g, p->head, g->i64),
        field(g, p->tail, g->i32),
    };

    g->f.l4 = nt_rt(g, "nt_packet_l4", args, 6);
    count_unparsed(g, g->f.l4);
}

void nt_need_layers(struct nt_gen *g, uint16_t layers)
{
    const struct nt_packet *p = g->f.handler->packet;
    uint16_t missing = layers & (uint16_t)~g->f.layers;

    if (missing & NT_LAYER_L2)
        parse_l2(g, p);
    if (missing & NT_LAYER_L3)
        parse_l3(g, p);
    if (missing & NT_LAYER_UPPER)
        parse_upper(g, p);
    if (missing & NT_LAYER_L4)
        parse_l4(g, p);
    g->f.layers |= layers;
    if (missing & NT_LAYER_LATENCY)
        g->f.latency = nt_find_latency(g);
}

static LLVMValueRef result_of(struct nt_gen *g, enum nt_layer layer)
{
    return layer == NT_LAYER_L2 ? g->f.l2 : layer == NT_LAYER_L3 ? g->f.l3 : g->f.l4;
}

LLVMValueRef nt_has_header(struct nt_gen *g, const struct nt_header *h)
{
    LLVMValueRef bit = LLVMBuildAnd(g->b, result_of(g, h->layer), nt_i64(g, h->have), "");

    return LLVMBuildICmp(g->b, LLVMIntNE, bit, nt_i64(g, 0), "");
}

struct nt_val nt_header_value(struct nt_gen *g, const struct nt_expr *e)
{
    enum nt_layer layer = e->header->layer;
    LLVMValueRef bytes = layer == NT_LAYER_L2   ? g->f.l2_bytes
                         : layer == NT_LAYER_L3 ? g->f.l3_bytes
                                                : g->f.l4_bytes;
    uint32_t offset = (uint32_t)e->offset;
    struct nt_val v = {.there = nt_has_header(g, e->header)};

    if (e->size == 16) {
        v.w[0] = nt_wire_number(g, bytes, offset, 8);
        v.w[1] = nt_wire_number(g, bytes, offset + 8, 8);
    } else {
        v.w[0] = nt_wire_number(g, bytes, offset, e->size);
    }
    return v;
}

LLVMValueRef nt_frame_length(struct nt_gen *g)
{
    const struct nt_packet *p = g->f.handler->packet;
    LLVMValueRef args[] = {
        field(g, p->head, g->i64), field(g, p->data, g->i64), field(g, p->network, g->i32),
        field(g, p->mac, g->i32),  field(g, p->len, g->i32),
    };

    return nt_rt(g, "nt_packet_frame_len", args, 5);
}

LLVMValueRef nt_packet_mark(struct nt_gen *g)
{
    return nt_rt(g, "nt_packet_mark", (LLVMValueRef[]){g->f.l3_bytes, g->f.l3}, 2);
}

/* Of UDP only: the length of each datagram that this one is cut into, or 0. */
static LLVMValueRef udp_segment(struct nt_gen *g, const struct nt_expr *size)
{
    LLVMBasicBlockRef before = LLVMGetInsertBlock(g->b), from;
    LLVMBasicBlockRef udp = nt_block_new(g, "udp"), done = nt_block_new(g, "segment");
    LLVMValueRef bit = LLVMBuildAnd(g->b, g->f.l4, nt_i64(g, NT_HAVE_UDP), ""), bytes;
    struct nt_val v;

    LLVMBuildCondBr(g->b, LLVMBuildICmp(g->b, LLVMIntNE, bit, nt_i64(g, 0), ""), udp, done);
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
    LLVMValueRef args[] = {
        g->f.l3_bytes, g->f.l3, g->f.upper, g->f.l4_bytes, g->f.l4, udp_segment(g, e->kid[0]),
    };
    LLVMValueRef missed = LLVMBuildAnd(g->b, LLVMBuildOr(g->b, g->f.upper, g->f.l4, ""),
                                       nt_i64(g, NT_HAVE_UNPARSED), "");
    LLVMValueRef has =
        LLVMBuildAnd(g->b, g->f.l3, nt_i64(g, NT_HAVE_IP | NT_HAVE_IP6 | NT_HAVE_ARP), "");
    struct nt_val v = {.w = {nt_rt(g, "nt_packet_identity", args, 6)}};

    v.there = LLVMBuildAnd(g->b, LLVMBuildICmp(g->b, LLVMIntEQ, missed, nt_i64(g, 0), ""),
                           LLVMBuildICmp(g->b, LLVMIntNE, has, nt_i64(g, 0), ""), "");
    return v;
}

struct nt_val nt_packet_exchange(struct nt_gen *g)
{
    const struct nt_packet *p = g->f.handler->packet;
    LLVMValueRef args[] = {
        g->f.l3_bytes,
        g->f.l3,
        g->f.upper,
        g->f.l4_bytes,
        g->f.l4,
        field(g, p->head, g->i64),
        field(g, p->tail, g->i32),
    };
    struct nt_val v = {.w = {nt_rt(g, "nt_packet_exchange", args, 7)}};

    v.there = LLVMBuildICmp(g->b, LLVMIntNE, v.w[0], nt_i64(g, 0), "");
    return v;
}

struct nt_val nt_l4_proto(struct nt_gen *g)
{
    LLVMValueRef ip = LLVMBuildAnd(g->b, g->f.l3, nt_i64(g, NT_HAVE_IP | NT_HAVE_IP6), "");
    struct nt_val v = {.there = LLVMBuildICmp(g->b, LLVMIntNE, ip, nt_i64(g, 0), "")};

    v.w[0] = LLVMBuildAnd(g->b, g->f.upper, nt_i64(g, NT_UPPER_PROTO(~0ull)), "");
    return v;
}
