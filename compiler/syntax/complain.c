/* What a syntax error says: what was expected and what stands there instead; and for what people
 * write out of habit from other tools, how it is written here. */
#include "compiler/base/str.h"
#include "compiler/syntax/lexer.h"
#include "grammar/ntrace.tab.h"

#include <string.h>

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

/* -- what is expected ------------------------------------------------------------------------- */

/* They go on with an expression that could end just as well: never worth saying. */
static const char *const continuations[] = {
    "'?'",
    "'.'",
    "'['",
    "'('",
    "'|'",
    "'^'",
    "'&'",
    "'+'",
    "'-'",
    "'*'",
    "'/'",
    "'%'",
    "'<'",
    "'>'",
    "'and'",
    "'or'",
    "'in'",
    "'not in'",
    "'as'",
    "a comparison",
    "a shift",
    "a default behind ??",
    "an assignment",
    "end of file",
    NULL,
};

/* They may stand before a body, but mostly the body itself is what is missing. */
static const char *const before_body[] = {
    "limit", "sample", "max", "the '<' of a body", "a duration", "a parameter", NULL,
};

/* What an expression begins with. */
static const char *const operands[] = {
    "a name",     "a parameter", "a map",         "a number", "a duration", "a size",  "a string",
    "an address", "a network",   "a MAC address", "'not'",    "'true'",     "'false'", "'any'",
    "'('",        "'-'",         "'~'",           "'{'",      NULL,
};

static const char *const items[] = {
    "'on'",  "param", "use",  "const", "fn",    "map", "enum", "flags",
    "event", "view",  "path", "every", "begin", "end", NULL,
};

static const char *const statements[] = {
    "'if'", "'for'", "'let'", "'return'", "'emit'", "'print'", "'clear'", "'delete'", NULL,
};

bool nt_mishap_expects(const struct nt_mishap *m, const char *name)
{
    for (int i = 0; i < m->nexpected; i++)
        if (strcmp(m->expected[i], name) == 0)
            return true;
    return false;
}

/* A word that means something in one place only is expected wherever a name is. */
static bool is_soft_word(const char *name)
{
    return name[0] != '\'' && !strchr(name, ' ');
}

/* A kind of thing stands for all that it can begin with. */
struct group {
    const char *name, *const *members;
};

static struct group group_of(const struct nt_mishap *m)
{
    bool name = nt_mishap_expects(m, "a name");

    if (nt_mishap_expects(m, "'let'"))
        return (struct group){"a statement", statements};
    if (nt_mishap_expects(m, "'on'"))
        return (struct group){"an item ('on', 'param', 'event' ...)", items};
    if (name && nt_mishap_expects(m, "a number"))
        return (struct group){"an expression", operands};
    return (struct group){name ? "a name" : NULL, NULL};
}

static bool is_worth_saying(const struct nt_mishap *m, const struct group *group, const char *name)
{
    bool is_name = strcmp(name, "a name") == 0;

    if (is_one_of(name, continuations) || is_name)
        return false; /* a name is always said by its group */
    if (is_soft_word(name) && nt_mishap_expects(m, "a name"))
        return false;
    if (group->members && (is_one_of(name, group->members) || is_one_of(name, operands)))
        return false;
    if ((group->members == statements || group->members == items) &&
        strcmp(name, "the end of the line") == 0)
        return false;
    return !(nt_mishap_expects(m, "'{'") && is_one_of(name, before_body));
}

/* The few things worth saying; 0 when there are too many. */
static int choose(const struct nt_mishap *m, const char **ret_list, int most)
{
    struct group group = group_of(m);
    int n = 0;

    if (group.name)
        ret_list[n++] = group.name;
    for (int i = 0; i < m->nexpected; i++) {
        if (!is_worth_saying(m, &group, m->expected[i]))
            continue;
        if (n == most)
            return 0;
        ret_list[n++] = m->expected[i];
    }
    return n;
}

static const char *describe(struct nt_parser *p, const struct nt_mishap *m)
{
    enum { MOST = 5 };
    const char *list[MOST];
    int n = choose(m, list, MOST);
    NT_STR_AUTO s = {0};

    for (int i = 0; i < n; i++) {
        nt_str_puts(&s, i == 0 ? "expected " : i == n - 1 ? " or " : ", ");
        nt_str_printf(&s, is_soft_word(list[i]) ? "'%s'" : "%s", list[i]);
    }
    nt_str_printf(&s, n ? " before %s" : "%s can't stand here", m->text);
    return nt_strdup(p->cx->arena, s.at);
}

/* -- what is there ---------------------------------------------------------------------------- */

static struct nt_mishap find(struct nt_parser *p, const char *const *expected, int n)
{
    const char *text = p->cx->sources.at[p->source].text;
    struct nt_mishap m = {expected, n, p->prev_at, p->prev, NULL};
    uint32_t len;

    /* The made end of a statement stands for what comes behind it. */
    if (m.kind == SEP && m.at.begin == m.at.end && p->has_held &&
        (!p->held.after_newline || p->held.kind == '}')) {
        m.at = p->held.at;
        m.kind = p->held.kind;
    }
    len = m.at.end - m.at.begin;
    if (m.kind == SEP && !len)
        m.text = "the end of the line";
    else if (!len)
        m.text = "the end of the script";
    else if (len > 30)
        m.text = nt_sprintf(p->cx->arena, "'%.27s...'", text + m.at.begin);
    else
        m.text = nt_sprintf(p->cx->arena, "'%.*s'", (int)len, text + m.at.begin);
    return m;
}

/* Where a bracket is open, what is missing may be its end. */
static void label_bracket(struct nt_parser *p, struct nt_diag *d, const struct nt_mishap *m)
{
    struct nt_bracket *b = p->bracket + p->nbrackets - 1;

    if (b >= p->bracket && b->at.begin == m->at.begin)
        b--;
    if (b < p->bracket || (b->kind == '(' && !nt_mishap_expects(m, "')'")) ||
        (b->kind == '[' && !nt_mishap_expects(m, "']'")) || b->kind == '{' || b->kind == '<' ||
        (b->kind == 's' && !nt_mishap_expects(m, "'}'")))
        return;
    nt_label(d, b->at, "opened here");
    b->reported = true;
}

/* A word that is nearly one that could stand here, or there where the word before it stands. */
static void guess_word(struct nt_parser *p, struct nt_diag *d, const struct nt_mishap *m)
{
    const char *text = p->cx->sources.at[p->source].text;
    struct nt_guess g;

    if (m->kind != NAME || m->at.end - m->at.begin < 3)
        return;
    g = nt_guess(nt_strndup(p->cx->arena, text + m->at.begin, m->at.end - m->at.begin));
    for (int i = 0; i < m->nexpected; i++) {
        const char *name = m->expected[i];

        if (name[0] == '\'' && name[1] >= 'a' && name[1] <= 'z')
            nt_guess_try(&g, nt_strndup(p->cx->arena, name + 1, strlen(name) - 2));
        else if (is_soft_word(name))
            nt_guess_try(&g, name);
    }
    nt_hint_guess(d, &g);
}

/* A word of the language where a name was meant. */
static bool hint_reserved(const struct nt_parser *p, struct nt_diag *d, const struct nt_mishap *m)
{
    const char *text = p->cx->sources.at[p->source].text, *behind = text + m->at.end;
    bool named;

    if (m->kind < ON || m->kind > ANY || m->kind == NOT_IN || !nt_mishap_expects(m, "a name"))
        return false;
    behind += strspn(behind, " \t");
    named = *behind == ':' || *behind == '.' || (*behind == '=' && behind[1] != '=');
    if (!named && nt_mishap_expects(m, "a number"))
        return false;
    nt_hint(d, "%s is a word of the language: take another name", m->text);
    return true;
}

void nt_complain(struct nt_parser *p, const char *const *expected, int n)
{
    struct nt_mishap m = find(p, expected, n);
    const char *message = NULL, *hint = NULL;
    struct nt_diag *d;

    if (p->stopped || p->made_up)
        return;
    nt_habit(p, &m, &message, &hint);
    d = nt_error(p->cx, m.at, NT_SYNTAX, "%s", message ? message : describe(p, &m));
    label_bracket(p, d, &m);
    if (hint)
        nt_hint(d, "%s", hint);
    else if (!hint_reserved(p, d, &m))
        guess_word(p, d, &m);
}
