/* What a syntax error says: what was expected and what stands there instead; and for what people
 * write out of habit from other tools, how it is written here. */
#include "compiler/base/str.h"
#include "compiler/syntax/lexer.h"
#include "grammar/ntrace.tab.h"

#include <string.h>

/* The token the error is at, as a person sees it. */
struct found {
    struct nt_span at;
    int kind;
    const char *text; /* quoted, or "the end of the line" */
};

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

/* -- what is expected ------------------------------------------------------------------------- */

/* Said only when nothing else is left to say: they go on with an expression that could end. */
static const char *const operators[] = {
    "'?'",           "'.'",
    "'['",           "'('",
    "'|'",           "'^'",
    "'&'",           "'+'",
    "'-'",           "'*'",
    "'/'",           "'%'",
    "'<'",           "'>'",
    "'and'",         "'or'",
    "'in'",          "'not in'",
    "'as'",          "a comparison",
    "a shift",       "a default behind ??",
    "an assignment", NULL,
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

struct expected {
    const char *const *names;
    int n;
};

static bool is_expected(const struct expected *e, const char *name)
{
    for (int i = 0; i < e->n; i++)
        if (strcmp(e->names[i], name) == 0)
            return true;
    return false;
}

/* A word that means something in one place only is expected wherever a name is. */
static bool is_soft_word(const char *name)
{
    return name[0] != '\'' && !strchr(name, ' ');
}

/* The few things worth saying; 0 when there are too many. */
static int choose(const struct expected *e, const char **ret_list, int most)
{
    bool name = is_expected(e, "a name"), number = is_expected(e, "a number");
    bool statement = is_expected(e, "'let'"), item = is_expected(e, "'on'") && !name;
    int n = 0;

    if (item)
        ret_list[n++] = "an item ('on', 'param', 'event' ...)";
    else if (statement)
        ret_list[n++] = "a statement";
    else if (name && number)
        ret_list[n++] = "an expression";
    else if (name)
        ret_list[n++] = "a name";
    for (int i = 0; i < e->n; i++) {
        const char *s = e->names[i];

        if ((name && (is_soft_word(s) || strcmp(s, "a name") == 0)) ||
            (name && number && is_one_of(s, operands)) || (item && is_one_of(s, items)) ||
            (statement && is_one_of(s, statements)) || is_one_of(s, operators))
            continue;
        if (!strcmp(s, "the end of the statement") && (statement || item || e->n > 1))
            continue;
        if (n == most)
            return 0;
        ret_list[n++] = s;
    }
    return n;
}

static void add_expected(struct nt_str *s, const struct expected *e)
{
    enum { MOST = 5 };
    const char *list[MOST];
    int n = choose(e, list, MOST);

    for (int i = 0; i < n; i++)
        nt_str_printf(s, is_soft_word(list[i]) ? "%s'%s'" : "%s%s",
                      i == 0       ? "expected "
                      : i == n - 1 ? " or "
                                   : ", ",
                      list[i]);
}

/* -- what is there ---------------------------------------------------------------------------- */

static struct found find(struct nt_parser *p)
{
    const char *text = p->cx->sources.at[p->source].text;
    struct found f = {p->prev_at, p->prev, NULL};
    bool at_newline = false;

    /* The made end of a statement stands for what comes behind it. */
    if (f.kind == SEP && f.at.begin == f.at.end && p->has_held) {
        at_newline = p->held.after_newline && p->held.kind != '}';
        if (!at_newline) {
            f.at = p->held.at;
            f.kind = p->held.kind;
        }
    }
    if (at_newline)
        f.text = "the end of the line";
    else if (!f.kind || f.at.begin == f.at.end)
        f.text = "the end of the script";
    else if (f.at.end - f.at.begin > 30)
        f.text = nt_sprintf(p->cx->arena, "'%.27s...'", text + f.at.begin);
    else
        f.text =
            nt_sprintf(p->cx->arena, "'%.*s'", (int)(f.at.end - f.at.begin), text + f.at.begin);
    return f;
}

void nt_complain(struct nt_parser *p, const char *const *expected, int n)
{
    struct expected e = {expected, n};
    struct found f = find(p);
    NT_STR_AUTO s = {0};

    if (p->stopped || p->made_up)
        return;
    add_expected(&s, &e);
    if (s.len)
        nt_error(p->cx, f.at, NT_SYNTAX, "%s before %s", s.at, f.text);
    else
        nt_error(p->cx, f.at, NT_SYNTAX, "%s can't stand here", f.text);
}
