/* Addresses of packets and of their buffers are used again, at once as a rule. A path that knows
 * things by them has to hear of their end, or it takes another packet for one that was dropped:
 * probes where packets are freed take the key away. The thing itself stays, to be found by its
 * other keys or to be lost. Clones share a buffer, which is free with the last of them. */
#include "compiler/sema/path.h"

static bool is_known_by(const struct nt_path_build *p, uint64_t tag)
{
    for (uint32_t k = 0; k < p->p.nstages; k++)
        nt_vec_each (h, &p->stage[k].handler) {
            const struct nt_step *step = (*h)->step;

            for (uint32_t i = 0; i < step->nkeys; i++)
                if (step->key[i].tag == tag)
                    return true;
            for (uint32_t i = 0; i < step->nalso; i++)
                if (step->also[i].tag == tag)
                    return true;
        }
    return false;
}

static struct nt_node *name_node(struct nt_unit *u, const char *name, struct nt_span at)
{
    struct nt_node *node = nt_node_new(u->cx, NT_NODE_NAME, at);

    node->name = name;
    return node;
}

/* `skb.unshared` */
static struct nt_expr *is_last(struct nt_scope *s, struct nt_span at)
{
    struct nt_node *node =
        nt_node_with(s->u->cx, NT_NODE_MEMBER, at, 1, name_node(s->u, "skb", at));

    node->name = "unshared";
    return nt_condition(s, node);
}

static void add_probe(struct nt_unit *u, struct nt_path_build *p, const struct nt_bound *b,
                      const char *key, bool is_buffer)
{
    struct nt_handler *h = NT_NEW(u->cx->arena, struct nt_handler);
    struct nt_step *step = NT_NEW(u->cx->arena, struct nt_step);
    struct nt_span at = p->node->name_at;
    struct nt_scope s = {.u = u, .bound = b, .handler = h, .nlocals = &h->nlocals};

    *h = (struct nt_handler){.bound = b, .at = at, .why = "end of a packet"};
    nt_handler_packet(&s, at);
    *step = (struct nt_step){.path = p, .nkeys = 1};
    step->key = NT_NEW(u->cx->arena, struct nt_path_key);
    if (!nt_path_key(&s, p, name_node(u, key, at), step->key) || !is_known_by(p, step->key->tag) ||
        !nt_set_where(u, h, nt_and(u, nt_event_where(&s), is_buffer ? is_last(&s, at) : NULL)))
        return;
    h->body = NT_NEW(u->cx->arena, struct nt_stmt);
    *h->body = (struct nt_stmt){.kind = NT_S_FREED, .at = at, .step = step};
    *nt_vec_push(u->cx->arena, &u->ends) = h;
}

void nt_path_freed(struct nt_unit *u, struct nt_path_build *p)
{
    static const char *const events[] = {"skb_drop", "skb_consume"};

    for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++) {
        const struct nt_node *event = nt_names_find(&u->events, events[i]);
        const struct nt_bounds *bounds = event ? nt_event_bounds(u, event) : NULL;

        for (uint32_t k = 0; bounds && k < bounds->n; k++) {
            add_probe(u, p, bounds->at[k], "skb", false);
            add_probe(u, p, bounds->at[k], "head", true);
        }
    }
}
