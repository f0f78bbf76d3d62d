#include "runtime/body.h"
#include "runtime/eval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct run {
    const struct nt_body_ops *ops;
    struct nt_xenv env;
    struct nt_xval *locals;
    struct nt_body_result result;
    bool returned;
};

static struct nt_value value_of(const struct nt_xval *v, const struct nt_type *type)
{
    struct nt_value value = {.shape = v->absent ? NT_SHAPE_ABSENT : NT_SHAPE_WORDS, .type = type};

    if (!v->absent)
        memcpy(value.w, v->w, sizeof(value.w));
    return value;
}

static int run_record(struct run *run, const struct nt_act *act)
{
    struct nt_value *values = calloc(act->nargs + 1u, sizeof(*values));
    int r;

    if (!values)
        return -ENOMEM;
    for (uint16_t i = 0; i < act->nargs; i++) {
        struct nt_xval v = nt_eval(&run->env, act->args[i]);

        values[i] = value_of(&v, act->args[i]->type);
    }
    r = run->ops->record(run->ops->arg, act->record, values);
    free(values);
    return r;
}

static void run_exit(struct run *run, const struct nt_act *act)
{
    struct nt_xval code = {0};

    if (act->expr)
        code = nt_eval(&run->env, act->expr);
    run->result = (struct nt_body_result){true, code.absent ? 0 : (int)(code.w[0] & 0xff)};
}

/* The key as the kernel's side writes it: what is absent has zeros and a bit. */
static void put_key(struct run *run, const struct nt_act *act, const struct nt_layout *layout,
                    uint64_t *key)
{
    for (uint16_t i = 0; i < layout->ncolumns; i++) {
        const struct nt_column *c = &layout->columns[i];
        struct nt_xval v = nt_eval(&run->env, act->args[i]);

        if (!v.absent)
            memcpy(key + c->word, v.w, c->type->words * sizeof(v.w[0]));
        else if (c->absent_bit >= 0)
            key[layout->absent_word] |= 1ull << c->absent_bit;
    }
}

static int run_aggregate(struct run *run, const struct nt_act *act)
{
    const struct nt_table *table = &run->ops->program->tables[act->table];
    uint64_t *key = calloc(table->key.words + table->slot_words + 1u, sizeof(*key));
    uint64_t *slot = key + table->key.words;
    int r;

    if (!key)
        return -ENOMEM;
    put_key(run, act, &table->key, key);
    for (uint16_t i = 0; i < table->naggs; i++) {
        const struct nt_x *arg = act->args[table->key.ncolumns + i];
        struct nt_xval v = arg ? nt_eval(&run->env, arg) : (struct nt_xval){0};

        if (!v.absent)
            nt_agg_update(&table->aggs[i], slot, arg ? v.w : NULL);
    }
    r = run->ops->aggregate(run->ops->arg, (uint32_t)act->table, key, slot);
    free(key);
    return r;
}

static int run_keep(struct run *run, const struct nt_act *act)
{
    uint64_t key[NT_MAX_KEPT_WORDS];
    struct nt_xval v = nt_eval(&run->env, act->expr);

    if (v.absent || !nt_eval_key(&run->env, &run->env.states[act->slot], act->args, key))
        return 0;
    return run->ops->keep(run->ops->arg, act->slot, key, v.w);
}

static int run_delete(struct run *run, const struct nt_act *act)
{
    uint64_t key[NT_MAX_KEPT_WORDS];

    if (!nt_eval_key(&run->env, &run->env.states[act->slot], act->args, key))
        return 0;
    return run->ops->forget(run->ops->arg, act->slot, key);
}

static int run_acts(struct run *run, const struct nt_act *act);

/* What is held back counts where the gate is asked. */
static int run_gate(struct run *run, const struct nt_act *act)
{
    uint64_t *key = calloc(act->gate->key.words + 1u, sizeof(*key));
    bool passes;

    if (!key)
        return -ENOMEM;
    put_key(run, act, &act->gate->key, key);
    passes = run->ops->passes(run->ops->arg, act->gate, key);
    free(key);
    return passes ? run_acts(run, act->then) : 0;
}

static int run_loop(struct run *run, const struct nt_act *act)
{
    int r = 0;

    for (uint64_t i = act->first; (int64_t)i <= (int64_t)act->last && r == 0; i++) {
        if (run->result.exited || run->returned)
            break;
        run->locals[act->slot] = (struct nt_xval){.w = {i}};
        r = run_acts(run, act->then);
    }
    return r;
}

static int run_act(struct run *run, const struct nt_act *act)
{
    int r;

    switch (act->kind) {
    case NT_ACT_PRINT:
        return run->ops->print(run->ops->arg, act);
    case NT_ACT_CLEAR:
        return run->ops->clear(run->ops->arg, act->table);
    case NT_ACT_EXIT:
        run_exit(run, act);
        return 0;
    case NT_ACT_RECORD:
        return run_record(run, act);
    case NT_ACT_IF:
        return run_acts(run, nt_eval_true(&run->env, act->expr) ? act->then : act->other);
    case NT_ACT_LET:
        run->locals[act->slot] = nt_eval(&run->env, act->expr);
        return 0;
    case NT_ACT_AGG:
        return run_aggregate(run, act);
    case NT_ACT_KEEP:
        return run_keep(run, act);
    case NT_ACT_DELETE:
        return run_delete(run, act);
    case NT_ACT_CALL:
        r = run_acts(run, act->then);
        run->returned = false;
        return r;
    case NT_ACT_FOR:
        return run_loop(run, act);
    case NT_ACT_GATE:
        return run_gate(run, act);
    case NT_ACT_START:
        return run->ops->start(run->ops->arg, act->slot);
    case NT_ACT_STOP:
        return run->ops->stop(run->ops->arg, act->slot);
    case NT_ACT_RETURN:
        run->returned = true;
        return 0;
    }
    return 0;
}

/* In order, until the end, an error, `return` or exit(). */
static int run_acts(struct run *run, const struct nt_act *act)
{
    int r = 0;

    for (; act && r == 0 && !run->result.exited && !run->returned; act = act->next)
        r = run_act(run, act);
    return r;
}

int nt_body_run(const struct nt_body *body, const struct nt_body_ops *ops,
                struct nt_body_result *ret_result)
{
    struct run run = {.ops = ops};
    int r;

    run.locals = calloc(body->nslots + 1u, sizeof(run.locals[0]));
    if (!run.locals)
        return -ENOMEM;
    run.env = (struct nt_xenv){
        .locals = run.locals,
        .now = ops->now(ops->arg),
        .attached = ops->attached,
        .entry = ops->entry,
        .kept = ops->kept,
        .states = ops->program ? ops->program->kept : NULL,
        .arg = ops->arg,
    };
    r = run_acts(&run, body->first);
    free(run.locals);
    *ret_result = run.result;
    return r;
}
