/* Stages of paths: an event finds the entry of its thing, moves it on, runs the bodies, ends it.
 * What is done with the maps is C, in compiler/bpf/path.bpf.c; what bodies read of an entry is read
 * before it can be gone. */
#include "compiler/codegen/path.h"

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
    LLVMValueRef id = nt_stage_ending_room(g);

    nt_stage_end(g, step, ending, id, done);
    nt_stage_count(g, step, NT_PATH_JOINED);
    nt_stage_count_late(g, step, id);
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
    struct nt_stage_key k;

    nt_stage_lower_key(g, also, &k);
    layers = g->f.layers;
    nt_stage_want_key(g, &k, done);
    nt_stage_put_key(g, p, &k, at);
    ending = nt_rt(g, "nt_path_also",
                   (LLVMValueRef[]){nt_map(g, p->keys), nt_map(g, p->entries), at, entry,
                                    nt_stage_id_room(g), nt_i32(g, step->stage + 1),
                                    nt_stage_ending_room(g)},
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
    entry = nt_stage_find(g, step, NULL, g->f.leave);
    nt_stage_read(g, step, entry);
    g->f.at.claim = nt_rt(
        g, claim,
        (LLVMValueRef[]){entry, nt_get(g, g->i64, nt_stage_id_room(g)), nt_i32(g, step->stage + 1)},
        3);
    nt_stage_only_if(g, LLVMBuildICmp(g->b, LLVMIntNE, g->f.at.claim, nt_i64(g, 0), ""),
                     g->f.taken);
    nt_put(g, g->f.at.now, nt_word_at(g, entry, NT_ENTRY_LAST));
    if (step->stage + 1u < p->nstages) {
        nt_stage_take_notes(g, step, entry);
        run_bodies(g, step, NT_PART_HOP);
        add_keys(g, step, entry);
        return;
    }
    nt_stage_end(g, step, entry, nt_stage_id_room(g), g->f.taken);
    nt_stage_count(g, step, NT_PATH_DONE);
    nt_stage_count_late(g, step, nt_stage_id_room(g));
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
    nt_stage_only_if(g, nt_rt(g, "nt_path_is_lost", (LLVMValueRef[]){lost, nt_stage_id_room(g)}, 2),
                     g->f.taken);
    nt_stage_end(g, step, entry, nt_stage_id_room(g), fresh);
    nt_rt(g, "nt_path_take", (LLVMValueRef[]){lost, nt_stage_id_room(g)}, 2);
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

    nt_stage_read(g, step, entry);
    g->f.at.claim = nt_get(g, g->i64, nt_word_at(g, entry, NT_ENTRY_CLAIM));
    nt_stage_end(g, step, entry, nt_stage_id_room(g), fresh);
    if (p->nstages == 1) {
        nt_stage_count_late(g, step, nt_stage_id_room(g));
    } else if (p->lost) {
        open = nt_block_new(g, "open");
        was_lost =
            nt_rt(g, "nt_path_take", (LLVMValueRef[]){nt_map(g, p->lost), nt_stage_id_room(g)}, 2);
        LLVMBuildCondBr(g->b, was_lost, fresh, open);
        nt_at(g, open);
    }
    nt_stage_count(g, step, NT_PATH_AGAIN);
    run_bodies(g, step, NT_PART_AGAIN);
    LLVMBuildBr(g->b, fresh);
}

/* Keys are written into the entry and found from there. One for which there is no room ends it. */
static void make_known(struct nt_gen *g, const struct nt_step *step, struct nt_stage_key *keys,
                       LLVMValueRef entry, LLVMBasicBlockRef full)
{
    const struct nt_path *p = &step->path->p;

    for (uint32_t i = 0; i < step->nkeys; i++) {
        LLVMBasicBlockRef next = nt_block_new(g, "next_key"), failed = nt_block_new(g, "no_key");
        LLVMValueRef at = nt_word_at(g, entry, p->refs_word + step->key[i].ref * p->key_words);
        LLVMValueRef args[] = {nt_map(g, p->keys), at, nt_stage_id_room(g)};

        nt_stage_want_key(g, &keys[i], next);
        nt_stage_put_key(g, p, &keys[i], at);
        LLVMBuildCondBr(g->b, nt_rt(g, "nt_path_known", args, 3), next, failed);
        nt_at(g, failed);
        nt_stage_end(g, step, entry, nt_stage_id_room(g), g->f.taken);
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
        (LLVMValueRef[]){nt_map(g, step->path->p.entries), zeros, g->f.at.now, nt_stage_id_room(g)},
        4);
    nt_branch_null(g, entry, full, made);
    nt_at(g, made);
    return entry;
}

static void want_some_key(struct nt_gen *g, const struct nt_step *step, struct nt_stage_key *keys)
{
    LLVMValueRef any = NULL;

    for (uint32_t i = 0; i < step->nkeys; i++) {
        nt_stage_lower_key(g, &step->key[i], &keys[i]);
        if (!keys[i].there)
            any = nt_true(g);
        else
            any = any ? LLVMBuildOr(g->b, any, keys[i].there, "") : keys[i].there;
    }
    nt_stage_only_if(g, any, g->f.leave);
}

static void start(struct nt_gen *g, const struct nt_step *step)
{
    LLVMBasicBlockRef fresh = nt_block_new(g, "fresh"), full = nt_block_new(g, "full");
    struct nt_stage_key keys[NT_MAX_PATH_KEYS];
    LLVMValueRef now, entry;

    want_some_key(g, step, keys);
    now = g->f.at.now = nt_ktime(g);
    entry = nt_stage_find(g, step, keys, fresh);
    if (step->path->once)
        keep_old(g, step, entry, fresh);
    else
        replace_old(g, step, entry, fresh);
    nt_at(g, fresh);
    g->f.at.now = g->f.at.last = g->f.at.start = now;
    g->f.at.claim = g->f.at.joined = nt_i64(g, 0);
    nt_stage_count(g, step, NT_PATH_STARTED);
    entry = make_entry(g, step, full);
    nt_stage_take_notes(g, step, entry);
    make_known(g, step, keys, entry, full);
    nt_stage_copy_notes(g, step, entry);
    run_bodies(g, step, NT_PART_HOP);
    add_keys(g, step, entry);
    LLVMBuildBr(g->b, g->f.taken);
    nt_at(g, full);
    nt_stage_count(g, step, NT_PATH_EVICTED);
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
    struct nt_stage_key k;

    nt_stage_lower_key(g, step->key, &k);
    nt_stage_want_key(g, &k, done);
    nt_stage_put_key(g, &step->path->p, &k, nt_stage_key_room(g));
    nt_map_delete(g, nt_map(g, step->path->p.keys), nt_stage_key_room(g));
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}
