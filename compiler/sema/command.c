/* start("COMMAND"), stop("COMMAND"): a text that the shell gets as it is. Parameters reach it by
 * its environment, so that no value is ever taken for a part of the command. */
#include "compiler/base/str.h"
#include "compiler/sema/scope.h"

#include <string.h>

static const char *value_of(struct nt_unit *u, const struct nt_param *p)
{
    NT_STR_AUTO text = {0};

    for (uint32_t i = 0; i < p->nvalues; i++) {
        const uint64_t *words = p->value[i].a;

        if (i)
            nt_str_puts(&text, ",");
        if (nt_is_text(p->type))
            nt_str_printf(&text, "%.*s", (int)sizeof(p->value[i].a), (const char *)words);
        else
            p->type->format(p->type, words, &text);
    }
    return nt_strdup(u->cx->arena, text.at ? text.at : "");
}

/* `$nic` and `${nic}`, where nic is a parameter; all others are the shell's. */
static const char *const *environment(struct nt_unit *u, const char *text)
{
    NT_VEC(const char *) env = {0};

    for (const char *at = strchr(text, '$'); at; at = strchr(at + 1, '$')) {
        const char *name = at + 1 + (at[1] == '{');
        size_t len =
            strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        struct nt_param *p = nt_names_find(&u->params, nt_strndup(u->cx->arena, name, len));

        if (!p)
            continue;
        p->used = true;
        *nt_vec_push(u->cx->arena, &env) =
            nt_sprintf(u->cx->arena, "%s=%s", p->name, value_of(u, p));
    }
    *nt_vec_push(u->cx->arena, &env) = NULL;
    return env.at;
}

bool nt_command(struct nt_unit *u, const struct nt_node *call, uint16_t *ret_index)
{
    const struct nt_node *text = call->nkids == 1 ? call->kid[0] : NULL;
    uint32_t i = 0;

    if (!text || text->kind != NT_NODE_STRING || !text->len) {
        nt_hint(nt_error(u->cx, call->span, NT_ARGUMENTS, "%s() takes a command: %s(\"...\")",
                         call->name, call->name),
                "the shell runs it; parameters are there as $name");
        return false;
    }
    while (i < u->commands.n && strcmp(u->commands.at[i].text, text->text) != 0)
        i++;
    if (i == u->commands.n)
        *nt_vec_push(u->cx->arena, &u->commands) =
            (struct nt_command){text->text, environment(u, text->text)};
    *ret_index = (uint16_t)i;
    return true;
}
