/* Entries of paths: what is kept of a thing, read before it can be gone, and how it ends. */
#include "compiler/codegen/path.h"

void nt_stage_count(struct nt_gen *g, const struct nt_step *step, enum nt_path_counter counter)
{
    LLVMValueRef counts = nt_map_lookup_index(g, NT_MAP_PATHS, step->path->index);

    nt_rt(g, "nt_path_count", (LLVMValueRef[]){counts, nt_i32(g, counter)}, 2);
}

/* Goes on where yes is true, or at no. */
void nt_stage_only_if(struct nt_gen *g, LLVMValueRef yes, LLVMBasicBlockRef no)
{
    LLVMBasicBlockRef go = nt_block_new(g, "go");

    LLVMBuildCondBr(g->b, yes, go, no);
    nt_at(g, go);
}

/* The notes that bodies read go to this program's own room: the entry may be gone by then. */
void nt_stage_copy_notes(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry)
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

void nt_stage_read(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry)
{
    LLVMValueRef last = nt_get(g, g->i64, nt_word_at(g, entry, NT_ENTRY_LAST)), late;

    late = LLVMBuildICmp(g->b, LLVMIntUGT, last, g->f.at.now, "");
    g->f.at.now = LLVMBuildSelect(g->b, late, last, g->f.at.now, ""); /* another CPU was here */
    g->f.at.last = last;
    g->f.at.start = nt_get(g, g->i64, nt_word_at(g, entry, NT_ENTRY_START));
    g->f.at.joined = nt_get(g, g->i64, nt_word_at(g, entry, NT_ENTRY_JOINED));
    nt_stage_copy_notes(g, step, entry);
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
void nt_stage_take_notes(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry)
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
void nt_stage_end(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry, LLVMValueRef id,
                  LLVMBasicBlockRef other)
{
    const struct nt_path *p = &step->path->p;

    for (uint32_t i = 0; i < p->nrefs; i++)
        nt_rt(g, "nt_path_forget",
              (LLVMValueRef[]){nt_map(g, p->keys),
                               nt_word_at(g, entry, p->refs_word + i * p->key_words), id},
              3);
    nt_stage_only_if(g, nt_rt(g, "nt_path_take", (LLVMValueRef[]){nt_map(g, p->entries), id}, 2),
                     other);
}

/* It had been called lost: it is taken off that, and counts as late. */
void nt_stage_count_late(struct nt_gen *g, const struct nt_step *step, LLVMValueRef id)
{
    const struct nt_path *p = &step->path->p;
    LLVMBasicBlockRef done;

    if (!p->lost)
        return;
    done = nt_block_new(g, "not_late");
    nt_stage_only_if(g, nt_rt(g, "nt_path_take", (LLVMValueRef[]){nt_map(g, p->lost), id}, 2),
                     done);
    nt_stage_count(g, step, NT_PATH_LATE);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
}
