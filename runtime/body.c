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

static int run_acts(struct run *run, const struct nt_act *act);

static int run_act(struct run *run, const struct nt_act *act)
{
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
    }
    return 0;
}

/* In order, until the end, an error or exit(). */
static int run_acts(struct run *run, const struct nt_act *act)
{
    int r = 0;

    for (; act && r == 0 && !run->result.exited; act = act->next)
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
    run.env = (struct nt_xenv){run.locals, ops->now(ops->arg), ops->attached};
    r = run_acts(&run, body->first);
    free(run.locals);
    *ret_result = run.result;
    return r;
}
