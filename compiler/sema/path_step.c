/* What each stage of a path does: the keys it is found by, the keys it adds, what it keeps. */
#include "compiler/sema/path.h"

#include <string.h>

/* Keys match by type and value: the name of the type, hashed. Numbers are one type. */
static uint64_t tag_of(const struct nt_type *t)
{
    const char *name = t->kind == NT_KIND_UINT ? nt_type_int.name : t->name;
    uint64_t h = 0xcbf29ce484222325 ^ (uint64_t)t->kind;

    if (t->kind == NT_KIND_UINT)
        h = 0xcbf29ce484222325 ^ (uint64_t)NT_KIND_INT;
    if (t->kind == NT_KIND_STRING)
        name = "string";
    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * 0x100000001b3;
    return h | 1;
}

static bool add_part(struct nt_scope *s, const struct nt_node *node, struct nt_path_key *key)
{
    struct nt_expr *e = nt_decay(s->u, nt_value(s, node, NULL));

    if (e->type->kind == NT_KIND_ERROR)
        return false;
    if (e->type->kind == NT_KIND_HEX) {
        nt_error(s->u->cx, node->span, NT_TYPE, "bytes are no key of a path: name their fields");
        return false;
    }
    key->part[key->nparts++] = e;
    key->tag = (key->tag ^ tag_of(e->type)) * 0x100000001b3 | 1;
    return true;
}

bool nt_path_key(struct nt_scope *s, struct nt_path_build *p, const struct nt_node *node,
                 struct nt_path_key *key)
{
    uint32_t words = 1;
    bool ok = true;

    if (node->kind == NT_NODE_TUPLE && node->nkids > NT_MAX_PATH_KEYS) {
        nt_error(s->u->cx, node->span, NT_TOO_MUCH, "a key has at most %d parts", NT_MAX_PATH_KEYS);
        return false;
    }
    if (node->kind == NT_NODE_TUPLE)
        nt_kid_each (part, node)
            ok &= add_part(s, *part, key);
    else
        ok = add_part(s, node, key);
    for (uint32_t i = 0; i < key->nparts; i++)
        words += key->part[i]->type->words;
    if (words > NT_MAX_PATH_KEY_WORDS) {
        nt_error(s->u->cx, node->span, NT_TOO_MUCH, "a key of a path has at most %d bytes",
                 (NT_MAX_PATH_KEY_WORDS - 1) * 8);
        return false;
    }
    if (words > p->p.key_words)
        p->p.key_words = (uint16_t)words;
    return ok;
}

static bool make_keys(struct nt_scope *s, struct nt_path_build *p, struct nt_node **nodes,
                      uint32_t n, struct nt_path_key **ret_keys, uint32_t *ret_n)
{
    bool ok = true;

    *ret_keys = NT_NEW_N(s->u->cx->arena, struct nt_path_key, n + 1);
    for (uint32_t i = 0; i < n; i++)
        ok &= nt_path_key(s, p, nodes[i], &(*ret_keys)[i]);
    *ret_n = n;
    return ok;
}

static uint32_t first_keys(const struct nt_path_build *p)
{
    return p->stage[0].node->kid[2] ? 1 : p->node->kid[0]->nkids;
}

/* The keys that an entry is known by: those of the first stage, then what the stages add. */
static bool step_keys(struct nt_unit *u, struct nt_path_build *p, uint32_t k, struct nt_handler *h)
{
    const struct nt_node *stage = p->stage[k].node;
    struct nt_scope s = {.u = u, .bound = h->bound, .handler = h, .nlocals = &h->nlocals};
    struct nt_node *own = stage->kid[2];
    struct nt_step *step = h->step;
    uint32_t ref = first_keys(p);

    if (!make_keys(&s, p, own ? &own : p->node->kid[0]->kid, own ? 1 : p->node->kid[0]->nkids,
                   &step->key, &step->nkeys) ||
        !make_keys(&s, p, stage->kid[3]->kid, stage->kid[3]->nkids, &step->also, &step->nalso))
        return false;
    for (uint32_t i = 0; i < step->nkeys; i++)
        step->key[i].ref = i;
    for (uint32_t i = 0; i < k; i++)
        ref += p->stage[i].node->kid[3]->nkids;
    for (uint32_t i = 0; i < step->nalso; i++)
        step->also[i].ref = ref + i;
    return true;
}

/* A stage that is looked up by what no stage before it knows would never be passed. */
static void check_known(struct nt_unit *u, const struct nt_path_build *p, uint32_t k,
                        const struct nt_handler *h)
{
    const struct nt_path_key *keys = h->step->key;

    for (uint32_t i = 0; i < h->step->nkeys; i++)
        for (uint32_t before = 0; before < k; before++)
            nt_vec_each (it, &p->stage[before].handler) {
                const struct nt_step *step = (*it)->step;

                for (uint32_t j = 0; before == 0 && j < step->nkeys; j++)
                    if (step->key[j].tag == keys[i].tag)
                        return;
                for (uint32_t j = 0; j < step->nalso; j++)
                    if (step->also[j].tag == keys[i].tag)
                        return;
            }
    nt_hint(nt_error(u->cx, p->stage[k].node->span, NT_NEVER_EQUAL,
                     "no stage before '%s' makes a thing known by %s", p->stage[k].name,
                     nt_type_said(u, keys[0].part[0]->type)),
            "keys match by type and value; `also E` behind a stage adds one");
}

static void step_keep(struct nt_unit *u, struct nt_path_build *p, uint32_t k, struct nt_handler *h)
{
    struct nt_scope s = {.u = u, .bound = h->bound, .handler = h, .nlocals = &h->nlocals};

    h->step->nkept = p->notes.n;
    h->step->keep = NT_NEW_N(u->cx->arena, struct nt_expr *, p->notes.n + 1);
    for (uint32_t i = 0; i < p->notes.n; i++) {
        const struct nt_note *note = p->notes.at[i];

        if (note->stage == k && note->what)
            h->step->keep[i] = nt_fit(&s, nt_note_here(u, note, h), note->type);
    }
}

static bool is_attached(const struct nt_path_build *p, uint32_t k)
{
    return k == 0 || k + 1 == p->p.nstages || p->stage[k].used || p->stage[k].node->kid[3]->nkids;
}

static void lay_out_entry(struct nt_unit *u, struct nt_path_build *p)
{
    uint32_t nrefs = first_keys(p);
    const char **names = NT_NEW_N(u->cx->arena, const char *, p->p.nstages);

    for (uint32_t k = 0; k < p->p.nstages; k++) {
        nrefs += p->stage[k].node->kid[3]->nkids;
        names[k] = p->stage[k].name;
    }
    p->p.stages = names;
    p->p.times_word = p->p.words;
    if (p->hops_type)
        p->p.words = (uint16_t)(p->p.words + p->p.nstages);
    p->p.refs_word = p->p.words;
    p->p.nrefs = (uint16_t)nrefs;
    p->p.words = (uint16_t)(p->p.words + nrefs * p->p.key_words);
}

void nt_path_steps(struct nt_unit *u, struct nt_path_build *p)
{
    for (uint32_t k = 0; k < p->p.nstages; k++)
        nt_vec_each (h, &p->stage[k].handler) {
            if (!step_keys(u, p, k, *h))
                return;
            if (k && is_attached(p, k))
                check_known(u, p, k, *h);
            step_keep(u, p, k, *h);
        }
    nt_path_freed(u, p);
    lay_out_entry(u, p);
    for (uint32_t k = p->p.nstages; k-- > 0;)
        nt_vec_each (h, &p->stage[k].handler)
            if (is_attached(p, k)) {
                (*h)->body = NT_NEW(u->cx->arena, struct nt_stmt);
                *(*h)->body =
                    (struct nt_stmt){.kind = NT_S_STEP, .at = (*h)->at, .step = (*h)->step};
                *nt_vec_push(u->cx->arena, &u->handlers) = nt_split_call(u, *h);
            }
}
