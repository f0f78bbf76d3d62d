/* What bodies of a path see besides the event: `path`, `stage`, `from`, `latency`, `joined`,
 * `hops`, and of each stage what it saw: `tap.src`, `tap.hop`. Values of stages that are passed
 * already are kept in the path's entry; only what some body asks for is. */
#include "compiler/bpf/path.h"
#include "compiler/sema/path.h"

#include <string.h>

const char *nt_path_part_name(const struct nt_scope *s)
{
    return s->on_path->name;
}

static struct nt_expr *entry_word(struct nt_unit *u, uint32_t word, const struct nt_type *type,
                                  struct nt_span at)
{
    struct nt_expr *e = nt_expr_new(u, NT_E_ENTRY, type, at);

    e->index = word;
    return e;
}

/* -- path, stage, from ------------------------------------------------------------------------ */

/* Opposite the choice of a parameter it is that choice's name: `path == $direction`. */
static struct nt_expr *path_name(struct nt_scope *s, const struct nt_type *want, struct nt_span at)
{
    const struct nt_path_build *p = s->on_path->path;
    const struct nt_enumerator *e;

    if (!want || want->kind != NT_KIND_ENUM || want == s->u->path_type)
        return nt_const(s->u, s->u->path_type, at, p->id);
    e = nt_enum_find(want, p->p.name, strlen(p->p.name));
    return nt_const(s->u, want, at, e ? (uint64_t)e->value : UINT64_MAX);
}

/* The name of the stage of that number, counted from 1: one of the first n. */
static struct nt_expr *stage_of(struct nt_scope *s, struct nt_expr *number, uint32_t n,
                                struct nt_span at)
{
    const struct nt_path_build *p = s->on_path->path;
    struct nt_unit *u = s->u;
    struct nt_expr *e = nt_absent(u, u->stage_type, at);

    for (uint32_t i = n; i-- > 0;)
        e = nt_cond(u, nt_comparison(u, NT_X_EQ, number, nt_const(u, &nt_type_uint, at, i + 1), at),
                    nt_const(u, u->stage_type, at, p->stage[i].id), e, at);
    return e;
}

static struct nt_expr *of_claim(struct nt_unit *u, uint32_t shift, struct nt_span at)
{
    struct nt_expr *claim = entry_word(u, NT_ENTRY_CLAIM, &nt_type_uint, at);

    if (shift)
        claim = nt_arith(u, NT_X_SHR, claim, nt_const(u, &nt_type_uint, at, shift), at);
    return nt_arith(u, NT_X_AND, claim, nt_const(u, &nt_type_uint, at, 0xff), at);
}

static bool passes_a_stage(const struct nt_on_path *on)
{
    return on->part == NT_PART_HOP || on->part == NT_PART_DONE;
}

/* Where a thing is, or was last: that is wrong unless every stage up to there is watched. */
static void use_stages(struct nt_path_build *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        p->stage[i].used = true;
}

static struct nt_expr *stage(struct nt_scope *s, struct nt_span at)
{
    struct nt_path_build *p = s->on_path->path;

    if (passes_a_stage(s->on_path))
        return nt_const(s->u, s->u->stage_type, at, p->stage[s->on_path->stage].id);
    use_stages(p, p->p.nstages);
    return stage_of(s, of_claim(s->u, 0, at), p->p.nstages, at);
}

static struct nt_expr *from(struct nt_scope *s, struct nt_span at)
{
    if (passes_a_stage(s->on_path) && s->on_path->stage == 0)
        return nt_absent(s->u, s->u->stage_type, at);
    if (passes_a_stage(s->on_path)) {
        use_stages(s->on_path->path, s->on_path->stage);
        return stage_of(s, of_claim(s->u, 0, at), s->on_path->stage, at);
    }
    use_stages(s->on_path->path, s->on_path->path->p.nstages);
    return stage_of(s, of_claim(s->u, 8, at), s->on_path->path->p.nstages, at);
}

/* -- times ------------------------------------------------------------------------------------ */

static struct nt_expr *since(struct nt_unit *u, uint32_t word, struct nt_span at)
{
    return nt_arith(u, NT_X_SUB, nt_expr_new(u, NT_E_SEEN, &nt_type_duration, at),
                    entry_word(u, word, &nt_type_duration, at), at);
}

static struct nt_expr *latency(struct nt_scope *s, struct nt_span at)
{
    if (s->on_path->part == NT_PART_HOP && s->on_path->stage == 0)
        return nt_absent(s->u, &nt_type_duration, at);
    return since(s->u, s->on_path->part == NT_PART_DONE ? NT_ENTRY_START : NT_ENTRY_LAST, at);
}

/* All stages are watched for it. */
static struct nt_expr *hops(struct nt_scope *s, struct nt_span at)
{
    struct nt_path_build *p = s->on_path->path;
    struct nt_enumerator *names =
        NT_NEW_N(s->u->cx->arena, struct nt_enumerator, p->p.nstages + 1u);
    struct nt_expr *e;

    for (uint32_t i = 0; i < p->p.nstages; i++)
        names[i] = (struct nt_enumerator){p->stage[i].name, i, true};
    if (!p->hops_type)
        p->hops_type = nt_type_new_hops(s->u->cx->arena, names, p->p.nstages);
    use_stages(p, p->p.nstages);
    e = nt_expr_new(s->u, NT_E_HOPS, p->hops_type, at);
    e->path = p;
    e->index = passes_a_stage(s->on_path) ? s->on_path->stage : NT_MAX_STAGES;
    e->cost = 1;
    if (s->handler)
        s->handler->step->reads_notes = true;
    return e;
}

struct nt_expr *nt_path_name(struct nt_scope *s, const struct nt_node *node,
                             const struct nt_type *want)
{
    if (!s->on_path)
        return NULL;
    if (strcmp(node->name, "path") == 0)
        return path_name(s, want, node->span);
    if (strcmp(node->name, "stage") == 0)
        return stage(s, node->span);
    if (strcmp(node->name, "from") == 0)
        return from(s, node->span);
    if (strcmp(node->name, "latency") == 0)
        return latency(s, node->span);
    if (strcmp(node->name, "hops") == 0)
        return hops(s, node->span);
    if (strcmp(node->name, "joined") == 0)
        return entry_word(s->u, NT_ENTRY_JOINED, &nt_type_int, node->span);
    return NULL;
}

void nt_path_each_name(struct nt_scope *s, void (*each)(const char *name, void *arg), void *arg)
{
    static const char *const own[] = {"path", "stage", "from", "latency", "hops", "joined"};

    for (size_t i = 0; s->on_path && i < sizeof(own) / sizeof(*own); i++)
        each(own[i], arg);
    for (uint32_t i = 0; s->on_path && i < s->on_path->path->p.nstages; i++)
        each(s->on_path->path->stage[i].name, arg);
}

void nt_path_hint(const struct nt_scope *s, struct nt_diag *d, const char *name)
{
    if (s->on_path && !s->bound)
        nt_hint(d, "what is lost has no event: %s.%s is what the stage '%s' saw",
                s->on_path->path->stage[0].name, name, s->on_path->path->stage[0].name);
}

/* -- STAGE.x ---------------------------------------------------------------------------------- */

/* The name that a chain of members begins with. */
static const struct nt_node *root_of(const struct nt_node *member)
{
    while (member->kind == NT_NODE_MEMBER)
        member = member->kid[0];
    return member->kind == NT_NODE_NAME ? member : NULL;
}

/* `tap.ip.src` without its first name, `ip.src`. */
static struct nt_node *without_root(struct nt_unit *u, const struct nt_node *member)
{
    struct nt_node *n = nt_node_new(u->cx, NT_NODE_NAME, member->span);

    n->name = member->name;
    n->name_at = member->span;
    if (member->kid[0]->kind == NT_NODE_NAME)
        return n;
    n->kind = NT_NODE_MEMBER;
    return nt_node_add(u->cx, n, without_root(u, member->kid[0]));
}

struct nt_expr *nt_note_here(struct nt_unit *u, const struct nt_note *note, struct nt_handler *h)
{
    struct nt_scope s = {.u = u, .bound = h->bound, .handler = h, .nlocals = &h->nlocals};

    return nt_decay(u, nt_value(&s, note->what, NULL));
}

/* Where the stage is never passed here: a value is absent, of the type that it would have. */
static const struct nt_type *type_as_if(struct nt_unit *u, const struct nt_stage *stage,
                                        const struct nt_note *note)
{
    const struct nt_type *type = &nt_type_int;

    nt_vec_each (h, &stage->never) {
        struct nt_expr *e = nt_note_here(u, note, *h);

        if (e->type->kind != NT_KIND_HEX)
            type = e->type;
        if (e->op != NT_E_ABSENT)
            break;
    }
    return type;
}

/* The type that a value has wherever the stage's events come from. */
static bool type_of_note(struct nt_unit *u, const struct nt_path_build *p, struct nt_note *note,
                         struct nt_span at)
{
    const struct nt_stage *stage = &p->stage[note->stage];

    note->has_always = note->stage == 0;
    nt_vec_each (h, &stage->handler) {
        struct nt_expr *e = nt_note_here(u, note, *h);

        if (e->type->kind == NT_KIND_ERROR)
            return false;
        if (e->type->kind == NT_KIND_HEX) {
            nt_error(u->cx, at, NT_TYPE,
                     "a path keeps no bytes of a stage: keep the fields you need");
            return false;
        }
        note->has_always &= !e->maybe;
        if (e->op == NT_E_ABSENT)
            continue;
        if (note->type && note->type->kind != e->type->kind) {
            nt_error(u->cx, at, NT_TYPE, "'%s' is %s at one event of the stage, %s at another",
                     note->text, nt_type_said(u, note->type), nt_type_said(u, e->type));
            return false;
        }
        if (!note->type || note->type->words < e->type->words)
            note->type = e->type;
    }
    if (!note->type)
        note->type = type_as_if(u, stage, note);
    return note->type->kind != NT_KIND_ERROR;
}

/* What lies behind the kept values in the entry is laid out when all are known. */
static struct nt_note *keep(struct nt_unit *u, struct nt_path_build *p, const struct nt_note *new)
{
    struct nt_note *note = NT_NEW(u->cx->arena, struct nt_note);
    struct nt_stage *stage = &p->stage[new->stage];

    *note = *new;
    if (!p->p.words)
        p->p.words = (uint16_t)(NT_ENTRY_MARKS + p->p.nstages);
    note->word = p->p.words;
    p->p.words = (uint16_t)(p->p.words + note->type->words);
    if (!note->has_always)
        note->bit = stage->nmarks++;
    *nt_vec_push(u->cx->arena, &p->notes) = note;
    return note;
}

static struct nt_note *find_note(struct nt_scope *s, const struct nt_node *member, uint32_t stage)
{
    struct nt_path_build *p = s->on_path->path;
    struct nt_note new = {.text = nt_node_text(s->u->cx, member), .stage = stage};

    nt_vec_each (note, &p->notes)
        if ((*note)->stage == stage && strcmp((*note)->text, new.text) == 0)
            return *note;
    if (strcmp(member->name, "hop") == 0 && member->kid[0]->kind == NT_NODE_NAME)
        new.type = &nt_type_duration;
    else
        new.what = without_root(s->u, member);
    if (new.what && !type_of_note(s->u, p, &new, member->span))
        return NULL;
    if (p->stage[stage].nmarks == 64) {
        nt_error(s->u->cx, member->span, NT_TOO_MUCH, "a path keeps at most 64 values of a stage");
        return NULL;
    }
    return keep(s->u, p, &new);
}

struct nt_expr *nt_path_note(struct nt_scope *s, const struct nt_note *note, struct nt_span at)
{
    struct nt_expr *e = nt_expr_new(s->u, NT_E_ENTRY, note->type, at);

    e->note = note;
    e->index = note->word;
    e->maybe = !note->has_always;
    e->cost = 1;
    if (s->handler)
        s->handler->step->reads_notes = true;
    return e;
}

/* Of the stage that the event passes just now, a value is the event's own. */
static struct nt_expr *of_this_stage(struct nt_scope *s, const struct nt_node *member)
{
    struct nt_scope here = *s;

    here.on_path = NULL;
    here.locals = NULL;
    if (strcmp(member->name, "hop") == 0 && member->kid[0]->kind == NT_NODE_NAME)
        return s->on_path->stage ? since(s->u, NT_ENTRY_LAST, member->span)
                                 : nt_absent(s->u, &nt_type_duration, member->span);
    return nt_value(&here, without_root(s->u, member), NULL);
}

struct nt_expr *nt_path_member(struct nt_scope *s, const struct nt_node *member)
{
    const struct nt_node *root = s->on_path ? root_of(member) : NULL;
    struct nt_note *note;
    uint32_t stage;

    for (struct nt_local *l = s->locals; root && l; l = l->outer)
        if (strcmp(l->name, root->name) == 0)
            return NULL;
    stage = root ? nt_stage_find(s->on_path->path, root->name) : UINT32_MAX;
    if (!root || stage == s->on_path->path->p.nstages)
        return NULL;
    s->on_path->path->stage[stage].used = true;
    if (passes_a_stage(s->on_path) && s->on_path->stage == stage)
        return of_this_stage(s, member);
    note = find_note(s, member, stage);
    return note ? nt_path_note(s, note, member->span) : nt_broken(s->u, member->span);
}
