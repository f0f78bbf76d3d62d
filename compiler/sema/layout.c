/* Pass "layout": numbers for everything. Before: typed bodies. After: u->progs for codegen/, and
 * u->program, the description that a runtime gets; only the object itself is missing. */
#include "compiler/base/str.h"
#include "compiler/catalog/bytes.h"
#include "compiler/kernel/kernel.h"
#include "compiler/sema/scope.h"

#include <linux/btf.h>
#include <string.h>

/* -- tables ----------------------------------------------------------------------------------- */

static void lay_out_key(struct nt_unit *u, struct nt_table_build *b)
{
    uint16_t words = 0;
    int16_t bits = 0;

    for (uint32_t i = 0; i < b->key.n; i++) {
        struct nt_column *c = &b->key.at[i];

        c->word = words;
        c->absent_bit = b->maybe[i] ? bits++ : (int16_t)-1;
        words = (uint16_t)(words + nt_type_kept_words(c->type));
    }
    b->t.key = (struct nt_layout){b->key.at, (uint16_t)b->key.n, (uint16_t)(words + (bits > 0)),
                                  bits ? (int16_t)words : (int16_t)-1};
    if (!b->t.key.words)
        b->t.key.words = 1;
    if (b->t.key.words > NT_MAX_KEY_WORDS)
        nt_error(u->cx, b->node->span, NT_TOO_MUCH,
                 "the keys of a table have at most %d bytes: these have %u", NT_MAX_KEY_WORDS * 8,
                 b->t.key.words * 8u);
}

/* What the kernel has for one value that each CPU has for itself. */
enum { MAX_SLOT_WORDS = 4096 };

static void place_uses(struct nt_table_build *b, bool shared, uint16_t *word)
{
    nt_vec_each (use, &b->aggs) {
        if (shared != (use->agg->is_large && b->key.n))
            continue;
        use->word = *word;
        use->words = use->agg->words(use);
        *word = (uint16_t)(*word + use->words);
    }
}

static void add_part(struct nt_unit *u, struct nt_table_build *b, uint32_t index, uint16_t from,
                     uint16_t to, bool shared)
{
    struct nt_slot_part *part = &b->t.part[b->t.nparts];
    const char *name = nt_sprintf(u->cx->arena, "nt_t%u_%s", index, shared ? "all_" : "");

    if (from == to)
        return;
    *part = (struct nt_slot_part){.shared = shared, .word = from, .words = (uint16_t)(to - from)};
    for (int i = 0; i < b->t.buffers; i++)
        part->map[i] = nt_sprintf(u->cx->arena, "%s%c", name, 'a' + i);
    part->others = nt_sprintf(u->cx->arena, "%sothers", name);
    b->t.nparts++;
}

/* What each CPU has for itself stands before what they share. */
static void lay_out_slot(struct nt_unit *u, struct nt_table_build *b, uint32_t index)
{
    uint16_t middle = 0, end;

    place_uses(b, false, &middle);
    end = middle;
    place_uses(b, true, &end);
    b->t.aggs = b->aggs.at;
    b->t.naggs = (uint16_t)b->aggs.n;
    b->t.slot_words = end;
    if (end > MAX_SLOT_WORDS)
        nt_error(u->cx, b->node->span, NT_TOO_MUCH,
                 "the aggregations of a table take at most %d bytes for a key: these take %u",
                 MAX_SLOT_WORDS * 8, end * 8u);
    b->t.buffers = b->cleared ? 2 : 1;
    if (!b->in_kernel)
        return;
    add_part(u, b, index, 0, middle, false);
    add_part(u, b, index, middle, end, true);
}

static bool end_prints(const struct nt_act *act, int table)
{
    for (; act; act = act->next)
        if ((act->kind == NT_ACT_PRINT && (act->table < 0 || act->table == table)) ||
            end_prints(act->then, table) || end_prints(act->other, table))
            return true;
    return false;
}

static void lay_out_tables(struct nt_unit *u)
{
    struct nt_table *tables = NT_NEW_N(u->cx->arena, struct nt_table, u->tables.n + 1);

    for (uint32_t i = 0; i < u->tables.n; i++) {
        struct nt_table_build *b = u->tables.at[i];

        lay_out_key(u, b);
        lay_out_slot(u, b, i);
        nt_vec_each (body, &u->bodies)
            if (body->when == NT_WHEN_END)
                b->t.end_prints |= end_prints(body->first, (int)i);
        tables[i] = b->t;
    }
    u->program.tables = tables;
    u->program.ntables = u->tables.n;
}

/* -- state ------------------------------------------------------------------------------------ */

static void lay_out_states(struct nt_unit *u)
{
    struct nt_kept *kept = NT_NEW_N(u->cx->arena, struct nt_kept, u->states.n + 1);

    for (uint32_t i = 0; i < u->states.n; i++) {
        struct nt_state *state = u->states.at[i];

        if (!state->nkeys)
            state->max = 1;
        kept[i] = (struct nt_kept){
            .name = state->name,
            .map = state->map,
            .type = state->type,
            .nkeys = state->nkeys,
            .value_words = (uint16_t)(nt_type_kept_words(state->type) + (state->ttl != 0)),
            .ttl = state->ttl,
        };
        for (uint8_t k = 0; k < state->nkeys; k++) {
            kept[i].key[k] = state->key[k];
            kept[i].key_words = (uint16_t)(kept[i].key_words + state->key[k]->words);
        }
        if (!kept[i].key_words)
            kept[i].key_words = 1;
    }
    u->program.limit_words = u->own_limits.at;
    u->program.nlimits = u->own_limits.n;
    u->program.commands = u->commands.at;
    u->program.ncommands = u->commands.n;
    u->program.sets = u->sets.at;
    u->program.nsets = u->sets.n;
    u->program.kept = kept;
    u->program.nkept = u->states.n;
}

/* -- records ---------------------------------------------------------------------------------- */

static void point_at_records(struct nt_unit *u, const struct nt_act *first)
{
    for (struct nt_act *act = (struct nt_act *)first; act; act = (struct nt_act *)act->next) {
        if (act->kind == NT_ACT_RECORD)
            act->record = &u->records.at[act->slot];
        point_at_records(u, act->then);
        point_at_records(u, act->other);
    }
}

static void lay_out_records(struct nt_unit *u)
{
    nt_vec_each (body, &u->bodies)
        point_at_records(u, body->first);
    u->program.records = u->records.at;
    u->program.nrecords = u->records.n;
    u->program.bodies = u->bodies.at;
    u->program.nbodies = u->bodies.n;
}

static bool sends_rows(const struct nt_stmt *s)
{
    for (; s; s = s->next) {
        if (s->kind == NT_S_RECORD || sends_rows(s->then) || sends_rows(s->other))
            return true;
        for (const struct nt_path_body *b = s->step ? s->step->bodies : NULL; b; b = b->next)
            if (sends_rows(b->code))
                return true;
    }
    return false;
}

/* -- programs --------------------------------------------------------------------------------- */

static const char *prog_name(struct nt_unit *u, const struct nt_bound *b)
{
    char *name = nt_sprintf(u->cx->arena, "p%u_%s", u->progs.n, b->name);

    for (char *c = name; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9')))
            *c = '_';
    return name;
}

static void add_prog(struct nt_unit *u, struct nt_handler **handlers, uint32_t n, uint32_t first)
{
    const struct nt_bound *b = handlers[first]->bound;
    struct nt_prog p = {.name = prog_name(u, b), .bound = b, .index = u->progs.n};

    p.handler = NT_NEW_N(u->cx->arena, struct nt_handler *, n);
    for (uint32_t i = first; i < n; i++)
        if (handlers[i]->bound->id == b->id)
            p.handler[p.nhandlers++] = handlers[i];
    *nt_vec_push(u->cx->arena, &u->progs) = p;
}

/* The bodies of one probe are one program: its packet is parsed once. */
static void group(struct nt_unit *u, struct nt_handler **handlers, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        bool seen = false;

        for (uint32_t j = 0; j < i && !seen; j++)
            seen = handlers[j]->bound->id == handlers[i]->bound->id;
        if (!seen)
            add_prog(u, handlers, n, i);
    }
}

static bool fills(const struct nt_stmt *s, uint32_t table)
{
    for (; s; s = s->next)
        if ((s->kind == NT_S_AGG && s->agg->table == table) || fills(s->then, table) ||
            fills(s->other, table))
            return true;
    return false;
}

static bool prog_fills(const struct nt_prog *p, uint32_t table)
{
    for (uint32_t i = 0; i < p->nhandlers; i++)
        if (fills(p->handler[i]->body, table))
            return true;
    return false;
}

/* From 6.1 on a program does not interrupt itself: the kernel skips that, and counts it by this
 * function. Programs on user functions are an exception: a task may be preempted in one, and the
 * next on its CPU come there too. */
static bool interrupts_itself(const struct nt_unit *u, const struct nt_prog *p)
{
    enum nt_attach_kind kind = p->bound->target.attach.kind;

    return kind == NT_ATTACH_UPROBE || kind == NT_ATTACH_URETPROBE ||
           !nt_kernel_find(u->cx->kernel, "bpf_prog_inc_misses_counter", BTF_KIND_FUNC);
}

static void find_contended(struct nt_unit *u)
{
    for (uint32_t i = 0; i < u->tables.n; i++) {
        uint32_t writers = 0;

        nt_vec_each (p, &u->progs)
            if (prog_fills(p, i))
                writers += interrupts_itself(u, p) ? 2 : 1;
        ((struct nt_table *)u->program.tables)[i].contended = writers > 1;
    }
}

static void describe_probes(struct nt_unit *u)
{
    struct nt_probe *probes = NT_NEW_N(u->cx->arena, struct nt_probe, u->progs.n + 1);

    for (uint32_t i = 0; i < u->progs.n; i++) {
        const struct nt_prog *p = &u->progs.at[i];
        const struct nt_handler *h = p->handler[0];

        probes[i] = (struct nt_probe){
            .prog = p->name,
            .section = p->bound->target.section,
            .event = p->bound->name,
            .hook = p->bound->hook,
            .why = h->why,
            .at = h->at,
            .btf_id = p->bound->target.btf_id,
            .attach = p->bound->target.attach,
        };
    }
    u->program.probes = probes;
    u->program.nprobes = u->progs.n;
}

/* -- paths ------------------------------------------------------------------------------------ */

/* An entry is found by as many keys as it has room for; what races leave behind is a few more. */
static uint32_t room_for_keys(const struct nt_path *p)
{
    return p->max * p->nrefs + p->max / 8 + 64;
}

static void lay_out_paths(struct nt_unit *u)
{
    struct nt_path *paths = NT_NEW_N(u->cx->arena, struct nt_path, u->paths.n + 1);

    for (uint32_t i = 0; i < u->paths.n; i++) {
        struct nt_path *p = &u->paths.at[i]->p;

        p->entries = nt_sprintf(u->cx->arena, "nt_path%u", i);
        p->keys = nt_sprintf(u->cx->arena, "nt_path%u_keys", i);
        p->lost = p->lost_after ? nt_sprintf(u->cx->arena, "nt_path%u_lost", i) : NULL;
        p->max_keys = room_for_keys(p);
        paths[i] = *p;
    }
    u->program.paths = paths;
    u->program.npaths = u->paths.n;
}

void nt_layout(struct nt_unit *u)
{
    lay_out_tables(u);
    lay_out_states(u);
    lay_out_records(u);
    lay_out_paths(u);
    group(u, u->entries.at, u->entries.n);
    group(u, u->starts.at, u->starts.n);
    group(u, u->handlers.at, u->handlers.n);
    group(u, u->ends.at, u->ends.n);
    find_contended(u);
    describe_probes(u);
    nt_vec_each (h, &u->handlers)
        u->program.uses_rings |= sends_rows((*h)->body);
    u->program.uses_perf =
        u->program.uses_rings && !nt_kernel_has(u->cx->kernel, NT_FEATURE_RINGBUF);
    u->program.uses_stacks = u->uses_stacks;
}

/* -- dump ------------------------------------------------------------------------------------- */

static void dump_layout(const struct nt_layout *l, FILE *out)
{
    for (uint32_t i = 0; i < l->ncolumns; i++) {
        const struct nt_column *c = &l->columns[i];

        fprintf(out, "  [%u] %s: %s", c->word, *c->name ? c->name : "-", c->type->name);
        if (c->absent_bit >= 0)
            fprintf(out, ", absent bit %d", c->absent_bit);
        fputc('\n', out);
    }
    if (l->absent_word >= 0)
        fprintf(out, "  [%d] absent bits\n", l->absent_word);
}

void nt_layout_dump(struct nt_unit *u, FILE *out)
{
    for (uint32_t i = 0; i < u->program.ntables; i++) {
        const struct nt_table *t = &u->program.tables[i];

        fprintf(out, "table %s max %u key %u words, slot %u words%s\n", t->name, t->max,
                t->key.words, t->slot_words,
                !t->nparts       ? ", in ntrace"
                : t->buffers > 1 ? ", two buffers"
                                 : "");
        if (t->contended)
            fputs("  atomically\n", out);
        dump_layout(&t->key, out);
        for (uint32_t j = 0; j < t->naggs; j++)
            fprintf(out, "  slot [%u] %s, %u words\n", t->aggs[j].word, t->aggs[j].name,
                    t->aggs[j].words);
        for (uint32_t j = 0; j < t->nparts; j++)
            if (t->part[j].shared)
                fprintf(out, "  slot [%u] on: shared by all CPUs\n", t->part[j].word);
    }
    for (uint32_t i = 0; i < u->program.nrecords; i++) {
        const struct nt_record *r = &u->program.records[i];

        fprintf(out, "record %u %s of '%s', %u words\n", i,
                r->kind == NT_RECORD_EMIT     ? "emit"
                : r->kind == NT_RECORD_PRINTF ? "printf"
                                              : "capture",
                r->event, r->body.words);
        dump_layout(&r->body, out);
    }
    for (uint32_t i = 0; i < u->program.npaths; i++) {
        const struct nt_path *p = &u->program.paths[i];

        fprintf(out, "path %s max %u: entry %u words, %u keys of %u words from [%u]\n", p->name,
                p->max, p->words, p->nrefs, p->key_words, p->refs_word);
        nt_vec_each (note, &u->paths.at[i]->notes)
            fprintf(out, "  [%u] %s: %s\n", (*note)->word, (*note)->text, (*note)->type->name);
    }
    for (uint32_t i = 0; i < u->program.nprobes; i++)
        fprintf(out, "program %s on %s: %s, %s\n", u->program.probes[i].prog,
                u->program.probes[i].section, u->program.probes[i].event, u->program.probes[i].why);
}
