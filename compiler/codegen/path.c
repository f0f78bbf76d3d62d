/* Stages of paths: an event finds the entry of its thing, moves it on, runs the bodies, ends it.
 * What is done with the maps is C, in compiler/bpf/path.bpf.c; what bodies read of an entry is read
 * before it can be gone. */
#include "compiler/codegen/gen.h"

/* -- keys ------------------------------------------------------------------------------------- */

struct key {
    const struct nt_path_key *key;
    struct nt_val part[NT_MAX_PATH_KEYS];
    LLVMValueRef there; /* NULL: always */
};

static void lower_key(struct nt_gen *g, const struct nt_path_key *key, struct key *ret_key)
{
    *ret_key = (struct key){.key = key};
    for (uint32_t i = 0; i < key->nparts; i++) {
        nt_need_layers(g, key->part[i]->layers);
        ret_key->part[i] = nt_lower(g, key->part[i]);
        ret_key->there = nt_both(g, ret_key->there, ret_key->part[i].there);
    }
}

static void put_key(struct nt_gen *g, const struct nt_path *p, const struct key *k, LLVMValueRef to)
{
    uint32_t word = 1;

    nt_put(g, nt_i64(g, k->key->tag), to);
    for (uint32_t i = 0; i < k->key->nparts; i++)
        for (uint32_t w = 0; w < k->key->part[i]->type->words; w++)
            nt_put(g, k->part[i].w[w], nt_word_at(g, to, word++));
    while (word < p->key_words)
        nt_put(g, nt_i64(g, 0), nt_word_at(g, to, word++));
}

static LLVMValueRef key_room(struct nt_gen *g)
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

static LLVMValueRef id_room(struct nt_gen *g)
{
    return room(g, &g->f.path_id, "path_id");
}

/* Goes on where the key is there, or at `absent`. */
static void want_key(struct nt_gen *g, const struct key *k, LLVMBasicBlockRef absent)
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
static LLVMValueRef find(struct nt_gen *g, const struct nt_step *step, struct key *lowered,
                         LLVMBasicBlockRef none)
{
    const struct nt_path *p = &step->path->p;
    LLVMBasicBlockRef found = nt_block_new(g, "found"), from[NT_MAX_PATH_KEYS];
    LLVMValueRef entry[NT_MAX_PATH_KEYS], phi;
    uint8_t layers = g->f.layers;

    for (uint32_t i = 0; i < step->nkeys; i++) {
        LLVMBasicBlockRef next = i + 1 < step->nkeys ? nt_block_new(g, "next_key") : none;
        struct key own, *k = lowered ? &lowered[i] : &own;

        if (!lowered)
            lower_key(g, &step->key[i], k);
        if (i == 0)
            layers = g->f.layers;
        want_key(g, k, next);
        put_key(g, p, k, key_room(g));
        entry[i] = nt_rt(
            g, "nt_path_find",
            (LLVMValueRef[]){nt_map(g, p->keys), nt_map(g, p->entries), key_room(g), id_room(g)},
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

/* -- entries ---------------------------------------------------------------------------------- */

static void count(struct nt_gen *g, const struct nt_step *step, enum nt_path_counter counter)
{
    LLVMValueRef counts = nt_map_lookup_index(g, NT_MAP_PATHS, step->path->index);

    nt_rt(g, "nt_path_count", (LLVMValueRef[]){counts, nt_i32(g, counter)}, 2);
}

/* Goes on where yes is true, or at no. */
static void only_if(struct nt_gen *g, LLVMValueRef yes, LLVMBasicBlockRef no)
{
    LLVMBasicBlockRef go = nt_block_new(g, "go");

    LLVMBuildCondBr(g->b, yes, go, no);
    nt_at(g, go);
}

/* The notes that bodies read go to this program's own room: the entry may be gone by then. */
static void copy_notes(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry)
{
    const struct nt_path_build *p = step->path;
    uint32_t first = NT_ENTRY_MARKS, end = p->p.refs_word;
    LLVMBasicBlockRef some;

    if (!step->reads_notes)
        return;
    some = nt_block_new(g, "notes");
    g->f.at.notes = nt_map_lookup_index(g, "nt_notes", g->f.prog->index);
    nt_branch_null(g, g->f.at.notes, g->f.taken, some);
    nt_at(g, some);
    for (uint32_t i = first; i < end; i++)
        nt_put(g, nt_get(g, g->i64, nt_word_at(g, entry, i)), nt_word_at(g, g->f.at.notes, i));
}

static void read_entry(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry)
{
    LLVMValueRef last = nt_get(g, g->i64, nt_word_at(g, entry, NT_ENTRY_LAST)), late;

    late = LLVMBuildICmp(g->b, LLVMIntUGT, last, g->f.at.now, "");
    g->f.at.now = LLVMBuildSelect(g->b, late, last, g->f.at.now, ""); /* another CPU was here */
    g->f.at.last = last;
    g->f.at.start = nt_get(g, g->i64, nt_word_at(g, entry, NT_ENTRY_START));
    g->f.at.joined = nt_get(g, g->i64, nt_word_at(g, entry, NT_ENTRY_JOINED));
    copy_notes(g, step, entry);
}

struct nt_val nt_entry_value(struct nt_gen *g, const struct nt_expr *e)
{
    const struct nt_entry *at = &g->f.at;
    LLVMValueRef words[] = {[NT_ENTRY_CLAIM] = at->claim,
                            [NT_ENTRY_LAST] = at->last,
                            [NT_ENTRY_START] = at->start,
                            [NT_ENTRY_JOINED] = at->joined};
    struct nt_val v = {0};
    LLVMValueRef marks;

    if (!e->note)
        return (struct nt_val){.w = {words[e->index]}};
    for (uint32_t i = 0; i < e->type->words; i++)
        v.w[i] = nt_get(g, g->i64, nt_word_at(g, at->notes, e->note->word + i));
    if (e->note->has_always)
        return v;
    marks = nt_get(g, g->i64, nt_word_at(g, at->notes, NT_ENTRY_MARKS + e->note->stage));
    marks = LLVMBuildAnd(g->b, marks, nt_i64(g, 1ull << e->note->bit), "");
    v.there = LLVMBuildICmp(g->b, LLVMIntNE, marks, nt_i64(g, 0), "");
    return v;
}

/* As nt_hop_pack(). */
static LLVMValueRef pack_hop(struct nt_gen *g, LLVMValueRef ns)
{
    LLVMValueRef max = nt_i64(g, NT_HOP_MAX), us = LLVMBuildLShr(g->b, ns, nt_i64(g, 10), "");

    us = LLVMBuildSelect(g->b, LLVMBuildICmp(g->b, LLVMIntULT, us, max, ""), us, max, "");
    return LLVMBuildSelect(g->b, LLVMBuildICmp(g->b, LLVMIntULT, ns, max, ""),
                           LLVMBuildAdd(g->b, ns, nt_i64(g, 1), ""),
                           LLVMBuildOr(g->b, us, nt_i64(g, NT_HOP_LONG), ""), "");
}

struct nt_val nt_hops_value(struct nt_gen *g, const struct nt_expr *e)
{
    const struct nt_entry *at = &g->f.at;
    struct nt_val v = {0};

    for (uint32_t i = 0; i < e->type->nnames; i++) {
        bool is_now = i == e->index;
        LLVMValueRef time =
            is_now ? at->now
                   : nt_get(g, g->i64, nt_word_at(g, at->notes, e->path->p.times_word + i));
        LLVMValueRef half = pack_hop(g, LLVMBuildSub(g->b, time, at->start, ""));
        LLVMValueRef passed = LLVMBuildICmp(g->b, LLVMIntNE, time, nt_i64(g, 0), "");

        half = LLVMBuildSelect(g->b, passed, half, nt_i64(g, 0), "");
        if (i % 2)
            half = LLVMBuildShl(g->b, half, nt_i64(g, 32), "");
        v.w[i / 2] = v.w[i / 2] ? LLVMBuildOr(g->b, v.w[i / 2], half, "") : half;
    }
    return v;
}

/* What the path wants to know of this stage later. */
static void take_notes(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry)
{
    const struct nt_path_build *p = step->path;
    LLVMValueRef marks = nt_i64(g, 0);

    for (uint32_t i = 0; i < p->notes.n; i++) {
        const struct nt_note *note = p->notes.at[i];
        struct nt_val v = {0};

        if (note->stage != step->stage || (!note->what && !step->stage))
            continue;
        if (note->what) {
            nt_need_layers(g, step->keep[i]->layers);
            v = nt_lower(g, step->keep[i]);
        } else {
            v.w[0] = LLVMBuildSub(g->b, g->f.at.now, g->f.at.last, "");
        }
        for (uint32_t w = 0; w < note->type->words; w++) {
            bool has = v.w[w] && (!note->what || w < step->keep[i]->type->words);

            nt_put(g, has ? v.w[w] : nt_i64(g, 0), nt_word_at(g, entry, note->word + w));
        }
        if (!note->has_always) {
            LLVMValueRef bit = nt_i64(g, 1ull << note->bit);

            if (v.there)
                bit = LLVMBuildSelect(g->b, v.there, bit, nt_i64(g, 0), "");
            marks = LLVMBuildOr(g->b, marks, bit, "");
        }
    }
    if (p->stage[step->stage].nmarks)
        nt_put(g, marks, nt_word_at(g, entry, NT_ENTRY_MARKS + step->stage));
    if (p->hops_type)
        nt_put(g, g->f.at.now, nt_word_at(g, entry, p->p.times_word + step->stage));
}

/* Takes an entry out of the maps. Goes on where it was this event that did, or at `other`. */
static void end_entry(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry,
                      LLVMValueRef id, LLVMBasicBlockRef other)
{
    const struct nt_path *p = &step->path->p;

    for (uint32_t i = 0; i < p->nrefs; i++)
        nt_rt(g, "nt_path_forget",
              (LLVMValueRef[]){nt_map(g, p->keys),
                               nt_word_at(g, entry, p->refs_word + i * p->key_words), id},
              3);
    only_if(g, nt_rt(g, "nt_path_take", (LLVMValueRef[]){nt_map(g, p->entries), id}, 2), other);
}

/* It had been called lost: it is taken off that, and counts as late. */
static void count_late(struct nt_gen *g, const struct nt_step *step, LLVMValueRef id)
{
    const struct nt_path *p = &step->path->p;
    LLVMBasicBlockRef done;

    if (!p->lost)
        return;
    done = nt_block_new(g, "not_late");
    only_if(g, nt_rt(g, "nt_path_take", (LLVMValueRef[]){nt_map(g, p->lost), id}, 2), done);
    count(g, step, NT_PATH_LATE);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}

/* -- bodies ----------------------------------------------------------------------------------- */

/* `return` leaves one body, not those of others. */
static void run_bodies(struct nt_gen *g, const struct nt_step *step, enum nt_path_part part)
{
    LLVMBasicBlockRef leave = g->f.leave;
    uint8_t layers = g->f.layers;

    for (const struct nt_path_body *b = step->bodies; b; b = b->next) {
        if (b->part != part)
            continue;
        g->f.leave = nt_block_new(g, "body_end");
        nt_lower_stmts(g, b->code);
        nt_jump(g, g->f.leave);
        nt_at(g, g->f.leave);
        g->f.layers = layers;
    }
    g->f.leave = leave;
}

/* -- also ------------------------------------------------------------------------------------- */

/* One of two that go on as one ends. */
static void end_joined(struct nt_gen *g, const struct nt_step *step, LLVMValueRef ending,
                       LLVMBasicBlockRef done)
{
    LLVMValueRef id = room(g, &g->f.path_ending, "path_ending");

    end_entry(g, step, ending, id, done);
    count(g, step, NT_PATH_JOINED);
    count_late(g, step, id);
    LLVMBuildBr(g->b, done);
}

static void add_key(struct nt_gen *g, const struct nt_step *step, const struct nt_path_key *also,
                    LLVMValueRef entry)
{
    const struct nt_path *p = &step->path->p;
    LLVMBasicBlockRef joins = nt_block_new(g, "joins"), done = nt_block_new(g, "known");
    LLVMBasicBlockRef ended = nt_block_new(g, "joined");
    LLVMValueRef at = nt_word_at(g, entry, p->refs_word + also->ref * p->key_words), ending;
    uint8_t layers;
    struct key k;

    lower_key(g, also, &k);
    layers = g->f.layers;
    want_key(g, &k, done);
    put_key(g, p, &k, at);
    ending = nt_rt(g, "nt_path_also",
                   (LLVMValueRef[]){nt_map(g, p->keys), nt_map(g, p->entries), at, entry,
                                    id_room(g), nt_i32(g, step->stage + 1),
                                    room(g, &g->f.path_ending, "path_ending")},
                   7);
    LLVMBuildCondBr(g->b, nt_is_null(g, ending), done, joins);
    nt_at(g, joins);
    end_joined(g, step, ending, ended);
    nt_at(g, ended);
    LLVMBuildCondBr(g->b, LLVMBuildICmp(g->b, LLVMIntEQ, ending, entry, ""), g->f.taken, done);
    nt_at(g, done);
    g->f.layers = layers;
}

static void add_keys(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry)
{
    for (uint32_t i = 0; i < step->nalso; i++)
        add_key(g, step, &step->also[i], entry);
}

/* -- a stage that is not the first ------------------------------------------------------------ */

static void move_on(struct nt_gen *g, const struct nt_step *step)
{
    const struct nt_path *p = &step->path->p;
    const char *claim = g->has_fetch ? "nt_path_claim" : "nt_path_claim_plain";
    LLVMValueRef entry;

    g->f.at.now = nt_ktime(g);
    entry = find(g, step, NULL, g->f.leave);
    read_entry(g, step, entry);
    g->f.at.claim = nt_rt(
        g, claim,
        (LLVMValueRef[]){entry, nt_get(g, g->i64, id_room(g)), nt_i32(g, step->stage + 1)}, 3);
    only_if(g, LLVMBuildICmp(g->b, LLVMIntNE, g->f.at.claim, nt_i64(g, 0), ""), g->f.taken);
    nt_put(g, g->f.at.now, nt_word_at(g, entry, NT_ENTRY_LAST));
    if (step->stage + 1u < p->nstages) {
        take_notes(g, step, entry);
        run_bodies(g, step, NT_PART_HOP);
        add_keys(g, step, entry);
        return;
    }
    end_entry(g, step, entry, id_room(g), g->f.taken);
    count(g, step, NT_PATH_DONE);
    count_late(g, step, id_room(g));
    run_bodies(g, step, NT_PART_HOP);
    run_bodies(g, step, NT_PART_DONE);
}

/* -- the first stage -------------------------------------------------------------------------- */

/* An entry that the key leads to already: with `once` it stays, unless it is lost. */
static void keep_old(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry,
                     LLVMBasicBlockRef fresh)
{
    const struct nt_path *p = &step->path->p;
    LLVMValueRef lost = p->lost ? nt_map(g, p->lost) : NULL;

    if (!lost) {
        LLVMBuildBr(g->b, g->f.taken);
        return;
    }
    only_if(g, nt_rt(g, "nt_path_is_lost", (LLVMValueRef[]){lost, id_room(g)}, 2), g->f.taken);
    end_entry(g, step, entry, id_room(g), fresh);
    nt_rt(g, "nt_path_take", (LLVMValueRef[]){lost, id_room(g)}, 2);
    LLVMBuildBr(g->b, fresh);
}

/* Without `once` the new one takes its place. One that is lost stays lost, unless silence is what
 * the path measures: it has one stage. */
static void replace_old(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry,
                        LLVMBasicBlockRef fresh)
{
    const struct nt_path *p = &step->path->p;
    LLVMBasicBlockRef open;
    LLVMValueRef was_lost;

    read_entry(g, step, entry);
    g->f.at.claim = nt_get(g, g->i64, nt_word_at(g, entry, NT_ENTRY_CLAIM));
    end_entry(g, step, entry, id_room(g), fresh);
    if (p->nstages == 1) {
        count_late(g, step, id_room(g));
    } else if (p->lost) {
        open = nt_block_new(g, "open");
        was_lost = nt_rt(g, "nt_path_take", (LLVMValueRef[]){nt_map(g, p->lost), id_room(g)}, 2);
        LLVMBuildCondBr(g->b, was_lost, fresh, open);
        nt_at(g, open);
    }
    count(g, step, NT_PATH_AGAIN);
    run_bodies(g, step, NT_PART_AGAIN);
    LLVMBuildBr(g->b, fresh);
}

/* Keys are written into the entry and found from there. One for which there is no room ends it. */
static void make_known(struct nt_gen *g, const struct nt_step *step, struct key *keys,
                       LLVMValueRef entry, LLVMBasicBlockRef full)
{
    const struct nt_path *p = &step->path->p;

    for (uint32_t i = 0; i < step->nkeys; i++) {
        LLVMBasicBlockRef next = nt_block_new(g, "next_key"), failed = nt_block_new(g, "no_key");
        LLVMValueRef at = nt_word_at(g, entry, p->refs_word + step->key[i].ref * p->key_words);
        LLVMValueRef args[] = {nt_map(g, p->keys), at, id_room(g)};

        want_key(g, &keys[i], next);
        put_key(g, p, &keys[i], at);
        LLVMBuildCondBr(g->b, nt_rt(g, "nt_path_known", args, 3), next, failed);
        nt_at(g, failed);
        end_entry(g, step, entry, id_room(g), g->f.taken);
        LLVMBuildBr(g->b, full);
        nt_at(g, next);
    }
}

static LLVMValueRef make_entry(struct nt_gen *g, const struct nt_step *step, LLVMBasicBlockRef full)
{
    LLVMValueRef zeros = nt_map_lookup_index(g, "nt_zeros", 0), entry;
    LLVMBasicBlockRef some = nt_block_new(g, "zeros"), made = nt_block_new(g, "made");

    nt_branch_null(g, zeros, full, some);
    nt_at(g, some);
    entry = nt_rt(
        g, "nt_path_make",
        (LLVMValueRef[]){nt_map(g, step->path->p.entries), zeros, g->f.at.now, id_room(g)}, 4);
    nt_branch_null(g, entry, full, made);
    nt_at(g, made);
    return entry;
}

static void want_some_key(struct nt_gen *g, const struct nt_step *step, struct key *keys)
{
    LLVMValueRef any = NULL;

    for (uint32_t i = 0; i < step->nkeys; i++) {
        lower_key(g, &step->key[i], &keys[i]);
        if (!keys[i].there)
            any = nt_true(g);
        else
            any = any ? LLVMBuildOr(g->b, any, keys[i].there, "") : keys[i].there;
    }
    only_if(g, any, g->f.leave);
}

static void start(struct nt_gen *g, const struct nt_step *step)
{
    LLVMBasicBlockRef fresh = nt_block_new(g, "fresh"), full = nt_block_new(g, "full");
    struct key keys[NT_MAX_PATH_KEYS];
    LLVMValueRef now, entry;

    want_some_key(g, step, keys);
    now = g->f.at.now = nt_ktime(g);
    entry = find(g, step, keys, fresh);
    if (step->path->once)
        keep_old(g, step, entry, fresh);
    else
        replace_old(g, step, entry, fresh);
    nt_at(g, fresh);
    g->f.at.now = g->f.at.last = g->f.at.start = now;
    g->f.at.claim = g->f.at.joined = nt_i64(g, 0);
    count(g, step, NT_PATH_STARTED);
    entry = make_entry(g, step, full);
    take_notes(g, step, entry);
    make_known(g, step, keys, entry, full);
    copy_notes(g, step, entry);
    run_bodies(g, step, NT_PART_HOP);
    add_keys(g, step, entry);
    LLVMBuildBr(g->b, g->f.taken);
    nt_at(g, full);
    count(g, step, NT_PATH_EVICTED);
}

/* An event that finds no entry of its thing goes on at the end of the handler, where the stage
 * before this one may take it. */
void nt_lower_step(struct nt_gen *g, const struct nt_step *step)
{
    g->f.at = (struct nt_entry){0};
    if (step->stage)
        move_on(g, step);
    else
        start(g, step);
    nt_jump(g, g->f.taken);
    nt_at(g, nt_block_new(g, "unreachable"));
}

/* What its keys were addresses of is gone. */
void nt_lower_freed(struct nt_gen *g, const struct nt_step *step)
{
    LLVMBasicBlockRef done = nt_block_new(g, "freed");
    struct key k;

    lower_key(g, step->key, &k);
    want_key(g, &k, done);
    put_key(g, &step->path->p, &k, key_room(g));
    nt_map_delete(g, nt_map(g, step->path->p.keys), key_room(g));
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}
