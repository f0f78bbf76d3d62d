/* Paths by name: declarations, and what `on PATH.PART` means. */
#include "compiler/sema/path.h"

#include <string.h>

static const char *const parts[] = {
    [NT_PART_DONE] = "done", [NT_PART_AGAIN] = "again", [NT_PART_LOST] = "lost"};

enum { DEFAULT_MAX = 10240, LARGEST_MAX = 1 << 22 };

/* -- the names of all stages and paths -------------------------------------------------------- */

/* One enum for all paths, so that rows of several can share a table. */
struct names {
    NT_VEC(struct nt_enumerator) list;
};

static uint32_t number_of(struct nt_unit *u, struct names *names, const char *name)
{
    uint32_t number = names->list.n;

    nt_vec_each (e, &names->list)
        if (strcmp(e->name, name) == 0)
            return (uint32_t)e->value;
    *nt_vec_push(u->cx->arena, &names->list) = (struct nt_enumerator){name, number, true};
    return number;
}

/* -- declarations ----------------------------------------------------------------------------- */

static void stage_name(struct nt_unit *u, const struct nt_path_build *p, const struct nt_node *node)
{
    uint32_t before = nt_stage_find(p, node->name);

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (parts[i] && strcmp(node->name, parts[i]) == 0)
            nt_hint(nt_error(u->cx, node->name_at, NT_DUPLICATE,
                             "a stage can't be called '%s': every path has that already",
                             node->name),
                    "give it another name");
    if (before < p->p.nstages)
        nt_label(nt_error(u->cx, node->name_at, NT_DUPLICATE, "the path has two stages '%s'",
                          node->name),
                 p->stage[before].node->name_at, "first here");
}

static void declare(struct nt_unit *u, const struct nt_node *node, struct names *stages,
                    struct names *paths)
{
    struct nt_path_build *p = NT_NEW(u->cx->arena, struct nt_path_build);
    const struct nt_node *list = node->kid[1];
    struct nt_scope s = {.u = u};
    uint32_t errors = u->cx->diags.nerrors;
    uint64_t max = DEFAULT_MAX;

    p->node = node;
    p->p.name = node->name;
    p->once = node->flag;
    p->index = u->paths.n;
    p->id = number_of(u, paths, node->name);
    p->stage = NT_NEW_N(u->cx->arena, struct nt_stage, list->nkids + 1);
    if (list->nkids > NT_MAX_STAGES)
        nt_error(u->cx, node->name_at, NT_TOO_MUCH, "a path has at most %d stages", NT_MAX_STAGES);
    if (node->kid[0]->nkids > NT_MAX_PATH_KEYS)
        nt_error(u->cx, node->kid[0]->span, NT_TOO_MUCH, "a path has at most %d keys",
                 NT_MAX_PATH_KEYS);
    if (!list->nkids)
        nt_error(u->cx, node->name_at, NT_VALUE, "a path needs a stage: NAME: EVENT");
    for (struct nt_node **stage = list->kid; p->p.nstages < list->nkids; stage++) {
        stage_name(u, p, *stage);
        p->stage[p->p.nstages++] = (struct nt_stage){
            .name = (*stage)->name, .node = *stage, .id = number_of(u, stages, (*stage)->name)};
    }
    if (node->kid[2] && nt_constant(&s, node->kid[2], &max) && (max < 1 || max > LARGEST_MAX))
        nt_error(u->cx, node->kid[2]->span, NT_VALUE, "a path follows 1 to %d at a time",
                 LARGEST_MAX);
    p->p.max = (uint32_t)max;
    p->dead = u->cx->diags.nerrors != errors;
    *nt_vec_push(u->cx->arena, &u->paths) = p;
}

void nt_paths_declare(struct nt_unit *u)
{
    struct names stages = {0}, paths = {0};

    u->paths.n = u->path_ons.n = 0;
    nt_kid_each (item, u->script)
        if ((*item)->kind == NT_NODE_PATH)
            declare(u, *item, &stages, &paths);
    u->stage_type = nt_type_new_enum(u->cx->arena, "stage", false, stages.list.at, stages.list.n);
    u->path_type = nt_type_new_enum(u->cx->arena, "path", false, paths.list.at, paths.list.n);
}

uint32_t nt_stage_find(const struct nt_path_build *p, const char *name)
{
    uint32_t i = 0;

    while (i < p->p.nstages && strcmp(p->stage[i].name, name) != 0)
        i++;
    return i;
}

/* -- on PATH.PART ----------------------------------------------------------------------------- */

static void unknown_part(struct nt_unit *u, const struct nt_path_build *p,
                         const struct nt_node *ref, const char *name)
{
    struct nt_diag *d = nt_error(u->cx, ref->span, NT_UNKNOWN_EVENT,
                                 "the path '%s' has no stage '%s'", p->p.name, name);
    struct nt_guess g = nt_guess(name);
    const char *all = "done, lost, again";

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (parts[i])
            nt_guess_try(&g, parts[i]);
    for (uint32_t i = 0; i < p->p.nstages; i++) {
        nt_guess_try(&g, p->stage[i].name);
        all = nt_sprintf(u->cx->arena, "%s, %s", all, p->stage[i].name);
    }
    nt_hint_guess(d, &g);
    if (!d->hint)
        nt_hint(d, "it has %s", all);
}

static void find_part(struct nt_unit *u, const char *name, struct nt_path_on *on)
{
    on->part = NT_PART_HOP;
    on->stage = NT_MAX_STAGES;
    if (!name)
        return;
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (parts[i] && strcmp(name, parts[i]) == 0) {
            on->part = (enum nt_path_part)i;
            return;
        }
    on->stage = nt_stage_find(on->path, name);
    if (on->stage == on->path->p.nstages) {
        unknown_part(u, on->path, on->ref, name);
        on->path = NULL;
    }
}

bool nt_path_ref(struct nt_unit *u, const struct nt_node *ref, struct nt_path_on *ret_on)
{
    const char *dot = ref->kind == NT_NODE_EVENTREF ? strchr(ref->name, '.') : NULL;
    size_t len = dot ? (size_t)(dot - ref->name) : ref->name ? strlen(ref->name) : 0;

    if (ref->kind != NT_NODE_EVENTREF)
        return false;
    nt_vec_each (p, &u->paths)
        if (strncmp((*p)->p.name, ref->name, len) == 0 && !(*p)->p.name[len]) {
            *ret_on = (struct nt_path_on){.ref = ref, .path = *p};
            find_part(u, dot ? dot + 1 : NULL, ret_on);
            return true;
        }
    return false;
}
