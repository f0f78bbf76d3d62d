/* One probe as it is written -> what it becomes on this kernel. */
#include "compiler/kernel/kernel.h"
#include "compiler/sema/scope.h"

#include <errno.h>
#include <string.h>

static const char *kernel_name_of(const struct nt_node *arg)
{
    return arg->kid[0] ? arg->kid[0]->name : arg->name;
}

/* At entry, or on return. */
static bool has_arg(const struct nt_target *t, const char *name)
{
    return nt_target_arg(t, name) || (t->back && nt_target_arg(t->back, name));
}

/* The argument that the kernel lacks, or NULL: all are there. */
static const struct nt_node *missing_arg(const struct nt_target *t, const struct nt_node *probe)
{
    const struct nt_node *args = probe->kid[0];

    if (args && t->typed && !t->clone)
        nt_kid_each (arg, args)
            if (!has_arg(t, kernel_name_of(*arg)))
                return *arg;
    return NULL;
}

static const char *arg_names(struct nt_unit *u, const struct nt_target *t)
{
    const char *all = t->nargs ? "" : "none";

    for (uint32_t i = 0; i < t->nargs; i++)
        all = nt_sprintf(u->cx->arena, "%s%s%s", all, i ? ", " : "", t->arg[i].name);
    return all;
}

/* Where the arguments have no names, those asked for are taken in their order. False: there are not
 * as many. */
static bool name_untyped(struct nt_unit *u, struct nt_target *t, const struct nt_node *probe)
{
    uint32_t n = probe->kid[0] ? probe->kid[0]->nkids : 0;
    struct nt_harg *arg = NT_NEW_N(u->cx->arena, struct nt_harg, n + 1);

    if (t->args == NT_ARGS_PLACES && n > t->nargs)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (t->args == NT_ARGS_PLACES)
            arg[i] = t->arg[i];
        arg[i].name = kernel_name_of(probe->kid[0]->kid[i]);
        arg[i].index = (uint16_t)i;
    }
    if (t->back && n && strcmp(arg[n - 1].name, NT_RETVAL) == 0)
        n--; /* of the return: that has a name */
    if (t->args != NT_ARGS_PLACES || n)
        t->arg = arg;
    t->nargs = n;
    return true;
}

/* Where the return of a call is seen. */
static const struct nt_bound *bind_back(struct nt_unit *u, const struct nt_bound *entry)
{
    struct nt_bound *b = NT_NEW(u->cx->arena, struct nt_bound);

    *b = *entry;
    b->target = *entry->target.back;
    b->id = u->nbound++;
    return b;
}

/* The kernel takes names, and the first function that it finds by one. */
static void say_namesakes(struct nt_unit *u, const struct nt_bound *like,
                          const struct nt_target *target)
{
    struct nt_diag *d = nt_warn(u->cx, like->probe->span, NT_NAMESAKES,
                                "%u functions of this kernel have the name of '%s', and one of "
                                "them is watched at the most",
                                target->namesakes, like->hook);

    nt_hint(d, "what calls it or what it calls may have a name of its own, or a tracepoint");
}

/* One place to attach to, with the arguments that are asked for. */
int nt_bind_target(struct nt_unit *u, const struct nt_bound *like, const struct nt_target *target,
                   struct nt_bounds *bounds, const char **ret_why)
{
    struct nt_bound *b = NT_NEW(u->cx->arena, struct nt_bound);
    const struct nt_node *missing = missing_arg(target, like->probe);

    *b = *like;
    b->target = *target;
    if (missing) {
        *ret_why = target->ret && !target->nargs
                       ? "at a return there are no arguments any more: `call:` keeps them"
                       : nt_sprintf(u->cx->arena, "here it has no argument '%s', but %s",
                                    kernel_name_of(missing), arg_names(u, target));
        return -ENOENT;
    }
    if (!target->typed && !name_untyped(u, &b->target, b->probe)) {
        *ret_why = nt_sprintf(u->cx->arena, "here it has %u arguments", target->nargs);
        return -ENOENT;
    }
    if (target->clone && !(like->event && like->event->span.source != u->source))
        nt_warn(u->cx, like->probe->span, NT_CLONE,
                "this kernel has '%s' only as the compiler's copy '%s': its arguments are absent",
                like->hook, target->clone);
    if (target->namesakes > 1)
        say_namesakes(u, like, target);
    b->id = u->nbound++;
    if (target->back)
        b->back = bind_back(u, b);
    *nt_vec_push(u->cx->arena, bounds) = b;
    return 0;
}

static int bind_name(struct nt_unit *u, const struct nt_bound *like, const char *name,
                     struct nt_bounds *bounds, const char **ret_why)
{
    const char *text;
    const struct nt_hook *hook = nt_hook_of(name, &text);
    struct nt_target first;
    int err = hook->resolve(u->cx->kernel, u->cx->arena, text, &first, ret_why);

    for (const struct nt_target *t = &first; err == 0 && t; t = t->next)
        err = nt_bind_target(u, like, t, bounds, ret_why);
    return err;
}

/* The text of a parameter's one value; NULL: there is none. */
static const char *value_of_param(struct nt_unit *u, const char *name)
{
    struct nt_param *p = nt_names_find(&u->params, name);
    NT_STR_AUTO text = {0};

    if (!p || p->any || p->is_set || !p->nvalues)
        return NULL;
    p->used = true;
    if (nt_is_text(p->type))
        return nt_strndup(u->cx->arena, (const char *)p->value[0].a, sizeof(p->value[0].a));
    p->type->format(p->type, p->value[0].a, &text);
    return nt_strdup(u->cx->arena, text.at);
}

/* `uprobe:$program:main`: parameters by their values. NULL, with *ret_why: one has no value. */
static const struct nt_node *with_params(struct nt_unit *u, const struct nt_node *probe,
                                         const char **ret_why)
{
    const char *text = probe->name, *done = "", *at;
    struct nt_node *copy;

    if (!strchr(text, '$'))
        return probe;
    while ((at = strchr(text, '$'))) {
        size_t len =
            strspn(at + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        const char *name = nt_strndup(u->cx->arena, at + 1, len);
        const char *value = value_of_param(u, name);

        if (!value) {
            *ret_why = nt_sprintf(u->cx->arena, "no parameter '$%s' has one value", name);
            return NULL;
        }
        done = nt_sprintf(u->cx->arena, "%s%.*s%s", done, (int)(at - text), text, value);
        text = at + 1 + len;
    }
    copy = NT_NEW(u->cx->arena, struct nt_node);
    *copy = *probe;
    copy->name = nt_sprintf(u->cx->arena, "%s%s", done, text);
    return copy;
}

int nt_bind_probe(struct nt_unit *u, const struct nt_node *event, const struct nt_node *written,
                  struct nt_bounds *bounds, const char **ret_why)
{
    const struct nt_node *probe = with_params(u, written, ret_why);

    if (!probe)
        return -ENOENT;
    const char *target;
    const struct nt_hook *hook = nt_hook_of(probe->name, &target);
    struct nt_bound like = {.event = event,
                            .name = event ? event->name : probe->name,
                            .probe = probe,
                            .hook = probe->name};

    if (!hook) {
        *ret_why =
            nt_sprintf(u->cx->arena, "this version of ntrace can't attach to '%s'", probe->name);
        return -EOPNOTSUPP;
    }
    if (strchr(target, '*'))
        return nt_bind_pattern(u, &like, target, bounds, ret_why);
    return bind_name(u, &like, probe->name, bounds, ret_why);
}
