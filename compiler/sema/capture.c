/* `capture`: a row with the packet's bytes, for the pcapng file. It is made of what any script
 * could say; ntrace puts the Ethernet header together again, as not every hook has it in front of
 * the packet. */
#include "compiler/bpf/packet.h"
#include "compiler/sema/scope.h"
#include "compiler/syntax/parse.h"

#include <string.h>

enum { DEFAULT_BYTES = 256, MOST_BYTES = 2048 };

/* Where the bytes behind the Ethernet header begin, how many are there, and what they are. */
struct payload {
    const char *from, *len, *type;
};

static struct payload payload_at(uint8_t place)
{
    static const struct payload at_network = {"skb.head + skb.network_header",
                                              "skb.tail - skb.network_header", "skb.protocol"};
    static const struct payload behind_mac = {"skb.data", "skb.tail - (skb.data - skb.head)",
                                              "skb.protocol"};
    static const struct payload in_data = {"skb.data + 14", "skb.tail - (skb.data - skb.head) - 14",
                                           "eth.type"};

    return place == NT_AT_DATA ? in_data : place == NT_AT_MAC ? behind_mac : at_network;
}

static struct nt_node *parsed(struct nt_unit *u, const char *text)
{
    return nt_parse_expr(u->cx, nt_source_add(u->cx, "capture", text, (uint32_t)strlen(text)));
}

static bool how_many(struct nt_scope *s, const struct nt_node *call, uint64_t *ret_n)
{
    *ret_n = DEFAULT_BYTES;
    if (call->kind != NT_NODE_CALL || !call->nkids)
        return true;
    if (!nt_constant(s, call->kid[0], ret_n))
        return false;
    if (call->nkids == 1 && *ret_n >= 1 && *ret_n <= MOST_BYTES)
        return true;
    nt_error(s->u->cx, call->span, NT_ARGUMENTS, "capture(n) takes 1 to %d bytes of each packet",
             MOST_BYTES);
    return false;
}

/* The tag that the kernel keeps apart from the packet; -1: none. */
static const char vlan_tag[] =
    "(skb.vlan_all ?? skb.vlan_present ?? (skb.vlan_tci & 0x1000)) != 0 ? skb.vlan_tci : -1";

struct nt_node *nt_capture_columns(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_unit *u = s->u;
    struct nt_node *list = nt_node_new(u->cx, NT_NODE_EMIT, node->span);
    struct payload p;
    uint64_t n;

    if (!how_many(s, node->kid[0]->kid[0], &n))
        return NULL;
    if (!s->handler || !s->handler->packet || s->handler->packet->place == NT_AT_TRANSPORT) {
        nt_error(u->cx, node->span, NT_PLACE, "there is no packet here to capture");
        return NULL;
    }
    p = payload_at(s->handler->packet->place);
    const char *const texts[NT_CAPTURE_COLUMNS] = {
        [NT_CAPTURE_DEV] = "dev",
        [NT_CAPTURE_DST] = "eth.dst",
        [NT_CAPTURE_SRC] = "eth.src",
        [NT_CAPTURE_TYPE] = p.type,
        [NT_CAPTURE_TAG] = vlan_tag,
        [NT_CAPTURE_LEN] = "len",
        [NT_CAPTURE_BYTES] =
            nt_sprintf(u->cx->arena, "bytes(%s, %s, %u)", p.from, p.len, (unsigned)n),
    };
    for (int i = 0; i < NT_CAPTURE_COLUMNS; i++)
        nt_node_add(u->cx, list,
                    nt_node_with(u->cx, NT_NODE_COLUMN, node->span, 1, parsed(u, texts[i])));
    list->span = node->span;
    return list;
}
