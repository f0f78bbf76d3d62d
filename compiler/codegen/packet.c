/* The layers of the event's packet. A layer is parsed where the first thing that needs it stands,
 * if that is on every way to all later uses; f.layers says which are. The parse itself is C, in
 * compiler/bpf/packet.bpf.c. */
#include "compiler/codegen/gen.h"
#include "compiler/kernel/kernel.h"

#include "compiler/bpf/packet.h"

static LLVMValueRef field(struct nt_gen *g, const struct nt_expr *e, LLVMTypeRef type)
{
    LLVMValueRef v = e ? nt_lower(g, e).w[0] : nt_i64(g, 0xffff);

    return type == g->i64 ? v : LLVMBuildTrunc(g->b, v, type, "");
}

/* Before layer 3: where reading a field takes a helper, head and tail are read once for it and all
 * that is parsed behind it. Elsewhere a load is cheaper than to keep them. */
static void read_bounds(struct nt_gen *g, const struct nt_packet *p)
{
    struct nt_parsed *of = &g->f.packet[0];
    bool once = p->place != NT_AT_TRANSPORT && p->head->op == NT_E_LOAD && !p->head->direct_base;

    of->head = once ? field(g, p->head, g->i64) : NULL;
    of->tail = once ? field(g, p->tail, g->i32) : NULL;
}

static LLVMValueRef head(struct nt_gen *g, const struct nt_packet *p)
{
    return g->f.packet[0].head ? g->f.packet[0].head : field(g, p->head, g->i64);
}

static LLVMValueRef tail(struct nt_gen *g, const struct nt_packet *p)
{
    return g->f.packet[0].tail ? g->f.packet[0].tail : field(g, p->tail, g->i32);
}

/* Is the verifier to forget what was found? Before 6.2, when it began to note what of a way
 * matters, it keeps ways apart anyhow: the more tests it can't decide, the more of them. */
static LLVMValueRef forgets(struct nt_gen *g)
{
    return LLVMConstInt(g->i1, nt_kernel_at_least(g->u->cx->kernel, "6.2"), false);
}

LLVMValueRef nt_found_bits(struct nt_gen *g, LLVMValueRef room)
{
    return nt_rt(g, "nt_packet_low", (LLVMValueRef[]){room, forgets(g)}, 2);
}

static LLVMValueRef found_above(struct nt_gen *g, LLVMValueRef room)
{
    return nt_rt(g, "nt_packet_high", (LLVMValueRef[]){room, forgets(g)}, 2);
}

LLVMValueRef nt_found(struct nt_gen *g, LLVMValueRef room)
{
    LLVMValueRef low = nt_found_bits(g, room);

    return LLVMBuildOr(g->b, low, LLVMBuildShl(g->b, found_above(g, room), nt_i64(g, 32), ""), "");
}

/* Has this packet been counted? */
static LLVMValueRef counted(struct nt_gen *g)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(g->b);

    if (!g->f.counted) {
        g->f.counted = nt_room(g, 1, "counted");
        nt_at(g, g->f.entry);
        nt_rt(g, "nt_packet_keep", (LLVMValueRef[]){g->f.counted, nt_i64(g, 0), forgets(g)}, 3);
        nt_at(g, here);
    }
    return g->f.counted;
}

/* A packet counts once, however many layers and bodies miss something of it. */
static void count_unparsed(struct nt_gen *g, LLVMValueRef found)
{
    LLVMBasicBlockRef yes = nt_block_new(g, "unparsed"), done = nt_block_new(g, "parsed");
    LLVMBasicBlockRef first = nt_block_new(g, "unparsed_first");
    LLVMValueRef args[] = {counted(g), forgets(g)};

    nt_branch(g, nt_any_bit(g, nt_found_bits(g, found), NT_HAVE_UNPARSED), yes, done);
    nt_at(g, yes);
    LLVMBuildCondBr(g->b, nt_rt(g, "nt_packet_count", args, 2), first, done);
    nt_at(g, first);
    nt_count(g, NT_CNT_UNPARSED);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}

static void keep(struct nt_gen *g, LLVMValueRef *room, const char *name, LLVMValueRef found)
{
    if (!*room)
        *room = nt_room(g, 1, name);
    nt_rt(g, "nt_packet_keep", (LLVMValueRef[]){*room, found, forgets(g)}, 3);
    count_unparsed(g, *room);
}

/* Layer 3, and above its bits where it begins. */
static void keep_l3(struct nt_gen *g, LLVMValueRef *room, LLVMValueRef found, LLVMValueRef off)
{
    off = LLVMBuildShl(g->b, nt_zext(g, nt_get(g, g->i32, off)), nt_i64(g, 32), "");
    keep(g, room, "l3_found", LLVMBuildOr(g->b, found, off, ""));
}

static LLVMValueRef l3_off(struct nt_gen *g, const struct nt_parsed *of)
{
    return LLVMBuildTrunc(g->b, found_above(g, of->l3), g->i32, "");
}

static LLVMValueRef room_for(struct nt_gen *g, LLVMValueRef *room, uint32_t bytes, const char *name)
{
    if (!*room)
        *room = nt_room(g, (bytes + 7) / 8, name);
    return *room;
}

static void parse_l2(struct nt_gen *g, const struct nt_packet *p)
{
    struct nt_parsed *of = &g->f.packet[0];
    LLVMValueRef args[] = {
        room_for(g, &of->l2_bytes, NT_L2_BYTES, "l2"),
        field(g, p->head, g->i64),
        field(g, p->data, g->i64),
        field(g, p->tail, g->i32),
        field(g, p->network, g->i32),
        field(g, p->mac, g->i32),
        nt_i32(g, p->place),
    };

    keep(g, &of->l2, "l2_found", nt_rt(g, "nt_packet_l2", args, 7));
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

static LLVMValueRef word_or_zero(struct nt_gen *g, const struct nt_val *v, uint32_t i)
{
    return v->there ? LLVMBuildSelect(g->b, v->there, v->w[i], nt_i64(g, 0), "") : v->w[i];
}

/* An IP header as it will be made, as far as the socket knows it. */
static void make_l3(struct nt_gen *g, const struct nt_packet *p)
{
    struct nt_parsed *of = &g->f.packet[0];
    struct nt_val src = nt_lower(g, p->src), dst = nt_lower(g, p->dst),
                  proto = nt_lower(g, p->proto);
    LLVMValueRef off = NULL;
    LLVMValueRef args[] = {
        room_for(g, &of->l3_bytes, NT_L3_BYTES, "l3"),
        room_for(g, &off, 4, "l3_off"),
        LLVMBuildSub(g->b, field(g, p->data, g->i64), head(g, p), ""),
        word_or_zero(g, &src, 0),
        word_or_zero(g, &src, 1),
        word_or_zero(g, &dst, 0),
        word_or_zero(g, &dst, 1),
        word_or_zero(g, &proto, 0),
    };

    keep_l3(g, &of->l3, nt_rt(g, "nt_packet_l3_of_socket", args, 8), off);
}

static void parse_l3(struct nt_gen *g, const struct nt_packet *p)
{
    struct nt_parsed *of = &g->f.packet[0];
    LLVMValueRef off = NULL;
    LLVMValueRef args[] = {
        room_for(g, &of->l3_bytes, NT_L3_BYTES, "l3"),
        room_for(g, &off, 4, "l3_off"),
        head(g, p),
        field_at(g, p->data),
        tail(g, p),
        field(g, p->network, g->i32),
        field_at(g, p->mac),
        field(g, p->protocol, g->i32),
        nt_i32(g, p->place),
    };

    keep_l3(g, &of->l3, nt_rt(g, "nt_packet_l3", args, 9), off);
}

/* Behind layer 3, of the packet itself and of the inner one alike. */
static void parse_upper(struct nt_gen *g, const struct nt_packet *p, struct nt_parsed *of)
{
    LLVMValueRef args[] = {
        of->l3_bytes, nt_found_bits(g, of->l3), l3_off(g, of), head(g, p), tail(g, p),
    };

    keep(g, &of->upper, "upper_found", nt_rt(g, "nt_packet_upper", args, 5));
}

static void parse_l4(struct nt_gen *g, const struct nt_packet *p, struct nt_parsed *of)
{
    LLVMValueRef args[] = {
        room_for(g, &of->l4_bytes, NT_L4_BYTES, "l4"),
        of->l3_bytes,
        nt_found_bits(g, of->l3),
        nt_found(g, of->upper),
        head(g, p),
        tail(g, p),
    };

    keep(g, &of->l4, "l4_found", nt_rt(g, "nt_packet_l4", args, 6));
}

static void parse_tunnel(struct nt_gen *g, const struct nt_packet *p)
{
    const struct nt_parsed *of = &g->f.packet[0];
    LLVMValueRef args[] = {
        room_for(g, &g->f.tunnel_bytes, NT_TUNNEL_BYTES, "tunnel"),
        nt_found(g, of->upper),
        of->l4_bytes,
        nt_found_bits(g, of->l4),
        head(g, p),
        tail(g, p),
    };

    keep(g, &g->f.tunnel, "tunnel_found", nt_rt(g, "nt_packet_tunnel", args, 6));
}

static void parse_inner_l2(struct nt_gen *g, const struct nt_packet *p)
{
    struct nt_parsed *of = &g->f.packet[1];
    LLVMValueRef args[] = {
        room_for(g, &of->l2_bytes, NT_L2_BYTES, "inner_l2"),
        nt_found(g, g->f.tunnel),
        head(g, p),
        tail(g, p),
    };

    keep(g, &of->l2, "l2_found", nt_rt(g, "nt_packet_inner_l2", args, 4));
}

static void parse_inner_l3(struct nt_gen *g, const struct nt_packet *p)
{
    struct nt_parsed *of = &g->f.packet[1];
    LLVMValueRef off = NULL;
    LLVMValueRef args[] = {
        room_for(g, &of->l3_bytes, NT_L3_BYTES, "inner_l3"),
        room_for(g, &off, 4, "inner_l3_off"),
        nt_found(g, g->f.tunnel),
        head(g, p),
        tail(g, p),
    };

    keep_l3(g, &of->l3, nt_rt(g, "nt_packet_inner_l3", args, 5), off);
}

static void parse_inner(struct nt_gen *g, const struct nt_packet *p, unsigned missing)
{
    if (missing & NT_LAYER_L2)
        parse_inner_l2(g, p);
    if (missing & NT_LAYER_L3)
        parse_inner_l3(g, p);
    if (missing & NT_LAYER_UPPER)
        parse_upper(g, p, &g->f.packet[1]);
    if (missing & NT_LAYER_L4)
        parse_l4(g, p, &g->f.packet[1]);
}

void nt_need_layers(struct nt_gen *g, uint16_t layers)
{
    const struct nt_packet *p = g->f.handler->packet;
    uint16_t missing = layers & (uint16_t)~g->f.layers;

    if (missing & NT_LAYER_L2)
        parse_l2(g, p);
    if (missing & NT_LAYER_L3)
        read_bounds(g, p);
    if (missing & NT_LAYER_L3 && p->place == NT_AT_TRANSPORT)
        make_l3(g, p);
    else if (missing & NT_LAYER_L3)
        parse_l3(g, p);
    if (missing & NT_LAYER_UPPER)
        parse_upper(g, p, &g->f.packet[0]);
    if (missing & NT_LAYER_L4)
        parse_l4(g, p, &g->f.packet[0]);
    if (missing & NT_LAYER_TUNNEL)
        parse_tunnel(g, p);
    parse_inner(g, p, missing >> NT_INNER_SHIFT);
    g->f.layers |= layers;
    if (missing & NT_LAYER_LATENCY)
        g->f.latency = nt_find_latency(g);
}

static struct nt_parsed *packet_of(struct nt_gen *g, const struct nt_expr *e)
{
    return &g->f.packet[e->inner];
}

LLVMValueRef nt_has_header(struct nt_gen *g, const struct nt_expr *e)
{
    const struct nt_parsed *of = packet_of(g, e);
    enum nt_layer layer = e->header->layer;
    LLVMValueRef have = layer == NT_LAYER_TUNNEL ? g->f.tunnel
                        : layer == NT_LAYER_L2   ? of->l2
                        : layer == NT_LAYER_L3   ? of->l3
                                                 : of->l4;

    return nt_any_bit(g, nt_found_bits(g, have), e->header->have);
}

struct nt_val nt_header_value(struct nt_gen *g, const struct nt_expr *e)
{
    const struct nt_parsed *of = packet_of(g, e);
    enum nt_layer layer = e->header->layer;
    LLVMValueRef bytes = layer == NT_LAYER_TUNNEL ? g->f.tunnel_bytes
                         : layer == NT_LAYER_L2   ? of->l2_bytes
                         : layer == NT_LAYER_L3   ? of->l3_bytes
                                                  : of->l4_bytes;
    uint32_t offset = (uint32_t)e->offset;
    struct nt_val v = {.there = nt_has_header(g, e)};

    if (e->size == 16) {
        v.w[0] = nt_wire_number(g, bytes, offset, 8);
        v.w[1] = nt_wire_number(g, bytes, offset + 8, 8);
    } else {
        v.w[0] = nt_wire_number(g, bytes, offset, e->size);
    }
    return v;
}

static struct nt_val inner_length(struct nt_gen *g, const struct nt_packet *p)
{
    LLVMValueRef args[] = {
        nt_found(g, g->f.tunnel),
        head(g, p),
        field(g, p->data, g->i64),
        field(g, p->len, g->i32),
    };

    return (struct nt_val){.w = {nt_rt(g, "nt_packet_inner_len", args, 4)},
                           .there = nt_any_bit(g, nt_found_bits(g, g->f.tunnel), NT_HAVE_INNER)};
}

/* With the headers that are still to come. */
static struct nt_val length_to_be(struct nt_gen *g, const struct nt_packet *p)
{
    const struct nt_parsed *of = &g->f.packet[0];
    LLVMValueRef ahead = LLVMBuildSelect(g->b, nt_any_bit(g, nt_found_bits(g, of->l3), NT_HAVE_IP6),
                                         nt_i64(g, 54), nt_i64(g, 34), "");

    return (struct nt_val){.w = {LLVMBuildAdd(g->b, field(g, p->len, g->i64), ahead, "")},
                           .there =
                               nt_any_bit(g, nt_found_bits(g, of->l3), NT_HAVE_IP | NT_HAVE_IP6)};
}

struct nt_val nt_frame_length(struct nt_gen *g, const struct nt_expr *e)
{
    const struct nt_packet *p = g->f.handler->packet;
    LLVMValueRef args[] = {
        field(g, p->head, g->i64), field(g, p->data, g->i64), field(g, p->network, g->i32),
        field(g, p->mac, g->i32),  field(g, p->len, g->i32),
    };

    if (e->inner)
        return inner_length(g, p);
    if (p->place == NT_AT_TRANSPORT)
        return length_to_be(g, p);
    if (p->place == NT_AT_DATA) /* it begins there, whatever the packet says of its headers yet */
        return (struct nt_val){.w = {field(g, p->len, g->i64)}};
    return (struct nt_val){.w = {nt_rt(g, "nt_packet_frame_len", args, 5)}};
}

LLVMValueRef nt_packet_mark(struct nt_gen *g)
{
    const struct nt_parsed *of = &g->f.packet[0];

    return nt_rt(g, "nt_packet_mark", (LLVMValueRef[]){of->l3_bytes, nt_found_bits(g, of->l3)}, 2);
}

struct nt_val nt_l4_proto(struct nt_gen *g, const struct nt_expr *e)
{
    const struct nt_parsed *of = packet_of(g, e);
    struct nt_val v = {.there = nt_any_bit(g, nt_found_bits(g, of->l3), NT_HAVE_IP | NT_HAVE_IP6)};

    v.w[0] = LLVMBuildAnd(g->b, nt_found_bits(g, of->upper), nt_i64(g, NT_UPPER_PROTO(~0ull)), "");
    return v;
}
