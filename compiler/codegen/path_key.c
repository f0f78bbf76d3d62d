/* Keys of paths: what an event knows its thing by, and the entry that is found so. */
#include "compiler/codegen/path.h"

void nt_stage_lower_key(struct nt_gen *g, const struct nt_path_key *key,
                        struct nt_stage_key *ret_key)
{
    *ret_key = (struct nt_stage_key){.key = key};
    for (uint32_t i = 0; i < key->nparts; i++) {
        nt_need_layers(g, key->part[i]->layers);
        ret_key->part[i] = nt_lower(g, key->part[i]);
        ret_key->there = nt_both(g, ret_key->there, ret_key->part[i].there);
    }
}

void nt_stage_put_key(struct nt_gen *g, const struct nt_path *p, const struct nt_stage_key *k,
                      LLVMValueRef to)
{
    uint32_t word = 1;

    nt_put(g, nt_i64(g, k->key->tag), to);
    for (uint32_t i = 0; i < k->key->nparts; i++)
        for (uint32_t w = 0; w < k->key->part[i]->type->words; w++)
            nt_put(g, k->part[i].w[w], nt_word_at(g, to, word++));
    while (word < p->key_words)
        nt_put(g, nt_i64(g, 0), nt_word_at(g, to, word++));
}

LLVMValueRef nt_stage_key_room(struct nt_gen *g)
{
    uint32_t words = 0;

    for (uint32_t i = 0; i < g->u->program.npaths; i++)
        if (g->u->program.paths[i].key_words > words)
            words = g->u->program.paths[i].key_words;
    if (!g->f.path_key)
        g->f.path_key = nt_room(g, words, "path_key");
    return g->f.path_key;
}

static LLVMValueRef room(struct nt_gen *g, LLVMValueRef *at, const char *name)
{
    if (!*at)
        *at = nt_room(g, 1, name);
    return *at;
}

LLVMValueRef nt_stage_id_room(struct nt_gen *g)
{
    return room(g, &g->f.path_id, "path_id");
}

LLVMValueRef nt_stage_ending_room(struct nt_gen *g)
{
    return room(g, &g->f.path_ending, "path_ending");
}

/* Goes on where the key is there, or at `absent`. */
void nt_stage_want_key(struct nt_gen *g, const struct nt_stage_key *k, LLVMBasicBlockRef absent)
{
    LLVMBasicBlockRef some;

    if (!k->there)
        return;
    some = nt_block_new(g, "key");
    LLVMBuildCondBr(g->b, k->there, some, absent);
    nt_at(g, some);
}

/* The entry of the first key that has one, its id in the id's room; or on at `none`. Keys that are
 * not lowered yet are, on the way. */
LLVMValueRef nt_stage_find(struct nt_gen *g, const struct nt_step *step,
                           struct nt_stage_key *lowered, LLVMBasicBlockRef none)
{
    const struct nt_path *p = &step->path->p;
    LLVMBasicBlockRef found = nt_block_new(g, "found"), from[NT_MAX_PATH_KEYS];
    LLVMValueRef entry[NT_MAX_PATH_KEYS], phi;
    uint8_t layers = g->f.layers;

    for (uint32_t i = 0; i < step->nkeys; i++) {
        LLVMBasicBlockRef next = i + 1 < step->nkeys ? nt_block_new(g, "next_key") : none;
        struct nt_stage_key own, *k = lowered ? &lowered[i] : &own;

        if (!lowered)
            nt_stage_lower_key(g, &step->key[i], k);
        if (i == 0)
            layers = g->f.layers;
        nt_stage_want_key(g, k, next);
        nt_stage_put_key(g, p, k, nt_stage_key_room(g));
        entry[i] = nt_rt(g, "nt_path_find",
                         (LLVMValueRef[]){nt_map(g, p->keys), nt_map(g, p->entries),
                                          nt_stage_key_room(g), nt_stage_id_room(g)},
                         4);
        from[i] = LLVMGetInsertBlock(g->b);
        LLVMBuildCondBr(g->b, nt_is_null(g, entry[i]), next, found);
        if (next != none)
            nt_at(g, next);
    }
    g->f.layers = layers; /* later keys are not asked on every way */
    nt_at(g, found);
    phi = LLVMBuildPhi(g->b, g->ptr, "");
    LLVMAddIncoming(phi, entry, from, step->nkeys);
    return phi;
}
