/* Parameters: the script's and the prelude's, with the values of their defaults or of the command
 * line. `param phy_interface: {ifname}` is the option `--phy-interface ens4,ens5`. */
#include "compiler/kernel/kernel.h"
#include "compiler/sema/scope.h"

#include <errno.h>
#include <string.h>

/* `from_vm | to_vm`: an enum of its own. */
static const struct nt_type *choice_type(struct nt_unit *u, const struct nt_node *choice,
                                         const char *param)
{
    struct nt_enumerator *names = NT_NEW_N(u->cx->arena, struct nt_enumerator, choice->nkids);

    for (uint32_t i = 0; i < choice->nkids; i++)
        names[i] = (struct nt_enumerator){choice->kid[i]->name, i, true};
    return nt_type_new_enum(u->cx->arena, param, false, names, choice->nkids);
}

static void add_value(struct nt_unit *u, struct nt_param *p, const uint64_t *words)
{
    struct nt_test *more = NT_NEW_N(u->cx->arena, struct nt_test, p->nvalues + 1);

    if (p->nvalues)
        memcpy(more, p->value, p->nvalues * sizeof(*more));
    more[p->nvalues++] = nt_test_of(p->type, words);
    p->value = more;
}

static bool reads_param(const struct nt_node *node)
{
    if (node->kind == NT_NODE_PARAMREF)
        return true;
    nt_kid_each (kid, node)
        if (*kid && reads_param(*kid))
            return true;
    return false;
}

static void default_value(struct nt_unit *u, struct nt_param *p, const struct nt_node *node)
{
    struct nt_scope s = {.u = u};

    if (node->kind == NT_NODE_ANY) {
        p->any = true;
        return;
    }
    if (node->kind == NT_NODE_SET && p->is_set) {
        nt_kid_each (kid, node)
            default_value(u, p, *kid);
        return;
    }
    if (reads_param(node)) { /* whose own option is not read yet */
        nt_error(u->cx, node->span, NT_NOT_CONSTANT,
                 "a default has to be a plain value, not that of another parameter");
        return;
    }
    struct nt_expr *e = nt_fit(&s, nt_value(&s, node, p->type), p->type);

    if (e->type->kind == NT_KIND_ERROR)
        return;
    if (!nt_is_const(e)) {
        nt_error(u->cx, node->span, NT_NOT_CONSTANT, "a default has to be a plain value");
        return;
    }
    add_value(u, p, e->w);
}

static bool is_bool_flag(const struct nt_param *p)
{
    return p->type->kind == NT_KIND_BOOL && !p->is_set;
}

/* ntrace's own options are taken before the script's are looked at. */
static void refuse_own(struct nt_unit *u, const char *name, struct nt_span at)
{
    if (u->cx->options.is_own && u->cx->options.is_own(name))
        nt_hint(nt_error(u->cx, at, NT_OWN_OPTION,
                         "--%s is an option of ntrace itself, this parameter could never be given",
                         name),
                "give it another name; `ntrace --help` shows those that are taken");
}

static void declare_param(struct nt_unit *u, const struct nt_node *node, bool common)
{
    const struct nt_node *type = node->kid[0];
    struct nt_param *before = nt_names_find(&u->params, node->name);
    struct nt_param *p;

    refuse_own(u, node->name, node->name_at);
    if (node->kid[2])
        nt_kid_each (older, node->kid[2])
            refuse_own(u, (*older)->name, (*older)->span);
    if (before && !common) {
        struct nt_diag *d = nt_error(u->cx, node->name_at, NT_DUPLICATE,
                                     "the parameter '%s' is declared twice", node->name);
        nt_label(d, before->node->name_at, "first here");
        return;
    }
    if (before) /* a script's own hides the prelude's */
        return;
    p = NT_NEW(u->cx->arena, struct nt_param);
    *p = (struct nt_param){.name = node->name, .node = node, .common = common};
    p->type = type->kind == NT_NODE_CHOICE ? choice_type(u, type, node->name)
                                           : nt_type_of_name(u, type->name, type->span);
    p->is_set = type->kind == NT_NODE_TYPE && type->flag;
    if (!p->type)
        p->type = &nt_type_error;
    if (node->kid[1])
        default_value(u, p, node->kid[1]);
    else if (is_bool_flag(p))
        add_value(u, p, (uint64_t[NT_MAX_WORDS]){0});
    else
        p->required = true;
    nt_names_set(u->cx->arena, &u->params, p->name, p);
    *nt_vec_push(u->cx->arena, &u->param_list) = p;
}

/* -- the command line ------------------------------------------------------------------------- */

/* Its own name, or an older one of the option. */
static bool has_name(const struct nt_node *param, const char *name)
{
    if (param->kid[2])
        nt_kid_each (older, param->kid[2])
            if (strcmp((*older)->name, name) == 0)
                return true;
    return strcmp(param->name, name) == 0;
}

static struct nt_param *param_of_option(struct nt_unit *u, const char *option, size_t len)
{
    char *name = nt_strndup(u->cx->arena, option, len);

    for (char *c = name; *c; c++)
        if (*c == '-')
            *c = '_';
    nt_vec_each (p, &u->param_list)
        if (has_name((*p)->node, name))
            return *p;
    return NULL;
}

static const char *option_text(struct nt_unit *u, const char *param)
{
    char *option = nt_sprintf(u->cx->arena, "--%s", param);

    for (char *c = option; *c; c++)
        if (*c == '_')
            *c = '-';
    return option;
}

static void unknown_option(struct nt_unit *u, const char *arg, size_t len)
{
    struct nt_diag *d;
    struct nt_guess g;
    const char *given = nt_strndup(u->cx->arena, arg, len);

    if (strncmp(arg, "--", 2) != 0) {
        d = nt_error_at_none(u->cx, NT_OPTION, "'%s' is not an option", arg);
        nt_hint(d, "a script's options are written --name value");
        return;
    }
    d = nt_error_at_none(u->cx, NT_OPTION, "the script has no option '%s'", given);
    g = nt_guess(given);
    nt_vec_each (p, &u->param_list)
        nt_guess_try(&g, option_text(u, (*p)->name));
    nt_hint_guess(d, &g);
    if (!d->hint)
        nt_hint(d, "`ntrace SCRIPT --help` shows the script's options");
}

static void set_one(struct nt_unit *u, struct nt_param *p, const char *text, size_t len)
{
    uint64_t words[NT_MAX_WORDS] = {0};
    struct nt_diag *d;

    if (len && p->type->parse && p->type->parse(p->type, text, len, words) == 0) {
        add_value(u, p, words);
        return;
    }
    if (p->type->kind == NT_KIND_ERROR) /* its declaration is reported */
        return;
    d = nt_error_at_none(u->cx, NT_OPTION_VALUE, "%s takes %s, not '%.*s'", option_text(u, p->name),
                         nt_type_said(u, p->type), (int)len, text);
    if (p->type->nnames)
        nt_hint_enumerator(u, d, p->type, nt_strndup(u->cx->arena, text, len));
    else if (p->type->doc)
        nt_hint(d, "%s", p->type->doc);
}

static void set_value(struct nt_unit *u, struct nt_param *p, const char *text)
{
    if (p->given) {
        struct nt_diag *d = nt_error_at_none(u->cx, NT_OPTION, "%s is given more than once",
                                             option_text(u, p->name));

        if (p->is_set)
            nt_hint(d, "give all values in one: %s A,B", option_text(u, p->name));
        return;
    }
    p->nvalues = 0;
    p->any = p->required = false;
    p->given = true;
    if (strcmp(text, "any") == 0) {
        p->any = true;
        return;
    }
    while (p->is_set && strchr(text, ',')) {
        const char *comma = strchr(text, ',');

        set_one(u, p, text, (size_t)(comma - text));
        text = comma + 1;
    }
    set_one(u, p, text, strlen(text));
}

static void read_options(struct nt_unit *u)
{
    char **argv = u->cx->options.script_argv;
    int argc = u->cx->options.script_argc;

    for (int i = 0; i < argc; i++) {
        const char *eq = strchr(argv[i], '=');
        size_t len = eq ? (size_t)(eq - argv[i]) : strlen(argv[i]);
        struct nt_param *p =
            strncmp(argv[i], "--", 2) == 0 ? param_of_option(u, argv[i] + 2, len - 2) : NULL;

        if (!p) {
            unknown_option(u, argv[i], len);
            if (!eq && i + 1 < argc && argv[i + 1][0] != '-')
                i++; /* most likely its value */
        } else if (eq) {
            set_value(u, p, eq + 1);
        } else if (is_bool_flag(p)) {
            set_value(u, p, "true");
        } else if (i + 1 < argc) {
            set_value(u, p, argv[++i]);
        } else {
            nt_error_at_none(u->cx, NT_OPTION, "%s needs a value", argv[i]);
        }
    }
}

void nt_params_declare(struct nt_unit *u)
{
    nt_kid_each (item, u->script)
        if ((*item)->kind == NT_NODE_PARAM)
            declare_param(u, *item, false);
    nt_vec_each (tree, &u->library)
        nt_kid_each (item, *tree)
            if ((*item)->kind == NT_NODE_PARAM)
                declare_param(u, *item, true);
    read_options(u);
}

/* The rows of a printed table, which the runtime reads; 0: all. */
static void take_top(struct nt_unit *u)
{
    struct nt_param *top = nt_names_find(&u->params, "top");

    if (!top || top->type != &nt_type_int || !u->tables.n)
        return;
    top->used = true;
    if (top->nvalues && (top->value[0].a[0] < 1 || top->value[0].a[0] > UINT32_MAX))
        nt_error_at_none(u->cx, NT_OPTION_VALUE, "--top takes a number of rows, 1 or more");
    else if (top->nvalues)
        u->program.top = (uint32_t)top->value[0].a[0];
}

void nt_params_require(struct nt_unit *u)
{
    nt_vec_each (it, &u->param_list) {
        struct nt_param *p = *it;
        struct nt_diag *d;

        if (!p->required)
            continue;
        d = nt_error(u->cx, p->node->name_at, NT_OPTION_MISSING, "the option %s must be given",
                     option_text(u, p->name));
        if (p->node->doc)
            nt_hint(d, "%s: %s", option_text(u, p->name), p->node->doc);
    }
}

/* A name that was mistyped finds no packets, which looks like a quiet network. */
static void warn_of_devices(struct nt_unit *u, const struct nt_param *p)
{
    for (uint32_t i = 0; i < p->nvalues; i++) {
        NT_STR_AUTO name = {0};

        nt_test_format(p->type, &p->value[i], &name);
        if (!strchr(name.at, '*') && nt_kernel_lacks_device(u->cx->kernel, name.at))
            nt_hint(nt_warn_at_none(u->cx, NT_NO_DEVICE,
                                    "%s: there is no '%s' in this network namespace",
                                    option_text(u, p->name), name.at),
                    "`ip link` shows what there is; one of another namespace, or one that comes "
                    "later, will be found");
    }
}

void nt_params_unused(struct nt_unit *u)
{
    take_top(u);
    if (u->cx->diags.nerrors)
        return;
    nt_vec_each (it, &u->param_list) {
        const struct nt_param *p = *it;

        if (p->given && !p->used && !p->any)
            nt_warn_at_none(u->cx, NT_OPTION_UNUSED,
                            "%s has no effect: nothing in the script reads it",
                            option_text(u, p->name));
        else if (p->given && p->type == &nt_type_ifname)
            warn_of_devices(u, p);
    }
}

static void print_value(const struct nt_param *p, FILE *out)
{
    NT_STR_AUTO text = {0};

    for (uint32_t i = 0; i < p->nvalues; i++) {
        nt_str_puts(&text, i ? "," : "");
        nt_test_format(p->type, &p->value[i], &text);
    }
    fprintf(out, "%s", p->any ? "any" : p->required ? "(required)" : text.at ? text.at : "");
}

void nt_params_dump(struct nt_unit *u, FILE *out)
{
    nt_vec_each (it, &u->param_list) {
        const struct nt_param *p = *it;

        fprintf(out, "param %s: %s%s%s = ", p->name, p->is_set ? "{" : "", p->type->name,
                p->is_set ? "}" : "");
        print_value(p, out);
        fputc('\n', out);
    }
}

static void help_line(struct nt_unit *u, const struct nt_param *p, FILE *out)
{
    NT_STR_AUTO left = {0};

    nt_str_puts(&left, option_text(u, p->name));
    if (p->node->kid[0]->kind == NT_NODE_CHOICE) {
        for (uint32_t i = 0; i < p->type->nnames; i++)
            nt_str_printf(&left, "%s%s", i ? "|" : " ", p->type->names[i].name);
    } else if (!is_bool_flag(p)) {
        nt_str_printf(&left, " %s%s", p->type->name, p->is_set ? "[,...]" : "");
    }
    fprintf(out, "  %-30s %s", left.at, p->node->doc ? p->node->doc : "");
    if (p->node->kid[2])
        nt_kid_each (older, p->node->kid[2])
            fprintf(out, "%s%s", *older == p->node->kid[2]->kid[0] ? "; or " : ", ",
                    option_text(u, (*older)->name));
    if (p->required) {
        fputs(p->node->doc ? " (required)" : "(required)", out);
    } else if (!p->any && !is_bool_flag(p)) {
        fputs(p->node->doc ? " (" : "(", out);
        print_value(p, out);
        fputc(')', out);
    }
    fputc('\n', out);
}

void nt_params_help(struct nt_unit *u, bool common, FILE *out)
{
    nt_vec_each (p, &u->param_list)
        if ((*p)->common == common)
            help_line(u, *p, out);
}
