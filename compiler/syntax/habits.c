/* Syntax errors that are another tool's syntax: C's, bpftrace's, DTrace's. */
#include "compiler/catalog/hooks.h"
#include "compiler/syntax/lexer.h"
#include "grammar/ntrace.tab.h"

#include <string.h>

struct place {
    struct nt_parser *p;
    const struct nt_mishap *m;
    const char *text; /* the script's */
};

static bool is_text(const struct place *at, struct nt_span span, const char *text)
{
    return span.end - span.begin == strlen(text) &&
           memcmp(at->text + span.begin, text, strlen(text)) == 0;
}

static bool expects(const struct place *at, const char *name)
{
    return nt_mishap_expects(at->m, name);
}

static bool is_at_item(const struct place *at)
{
    return expects(at, "'on'");
}

static bool is_probe_alone(const struct place *at)
{
    return at->m->kind == PROBE && is_at_item(at);
}

static bool is_interval(const struct place *at)
{
    return is_text(at, at->m->at, "interval") && is_at_item(at);
}

static bool is_predicate(const struct place *at)
{
    return at->m->kind == '/' && expects(at, "'where'");
}

/* Between a name that is no hook and its target. */
static bool is_unknown_hook(const struct place *at)
{
    return at->m->kind == ':' && expects(at, "'where'");
}

/* `timer:1s` of others. */
static bool is_timer(const struct place *at)
{
    return is_unknown_hook(at) &&
           (is_text(at, at->p->before_at, "timer") || is_text(at, at->p->before_at, "interval"));
}

static bool is_typed_tracepoint(const struct place *at)
{
    return is_unknown_hook(at) && (is_text(at, at->p->before_at, "tp_btf") ||
                                   is_text(at, at->p->before_at, "rawtracepoint"));
}

/* The name of the next stage, with nothing between. */
static bool is_next_stage(const struct place *at)
{
    return at->m->kind == NAME && expects(at, "also") && !expects(at, "a name");
}

static bool is_assignment(const struct place *at)
{
    return at->m->kind == '=' && expects(at, "a comparison") && !expects(at, "']'");
}

static bool is_statement_assignment(const struct place *at)
{
    return is_assignment(at) && expects(at, "the end of the line") && !at->p->in_header;
}

static bool is_scratch_variable(const struct place *at)
{
    return is_statement_assignment(at) && at->text[at->p->before_at.begin] == '$';
}

static bool is_array_assignment(const struct place *at)
{
    return is_statement_assignment(at) && is_text(at, at->p->before_at, "]");
}

static bool is_let_with_sigil(const struct place *at)
{
    return at->m->kind == PARAMREF && is_text(at, at->p->before_at, "let");
}

static bool is_chained_comparison(const struct place *at)
{
    int kind = at->m->kind;

    return (kind == CMP || kind == '<' || kind == '>' || kind == IN) && expects(at, "'and'");
}

static bool is_fraction(const struct place *at)
{
    return at->m->kind == VERSION && expects(at, "a number");
}

static bool is_short_address(const struct place *at)
{
    const char *dot = at->text + at->m->at.begin;

    if (!is_fraction(at) || !(dot = memchr(dot, '.', at->m->at.end - at->m->at.begin)))
        return false;
    return memchr(dot + 1, '.', (size_t)(at->text + at->m->at.end - dot - 1));
}

/* print(x) of other languages shows x. */
static bool is_print_of_value(const struct place *at)
{
    return at->m->kind == '(' && is_text(at, at->p->before_at, "print");
}

/* As in SQL, behind what it chooses from. */
static bool is_late_where(const struct place *at)
{
    return at->m->kind == WHERE && !at->p->in_header && expects(at, "the end of the line") &&
           at->p->nbrackets;
}

static bool is_loop(const struct place *at)
{
    return is_text(at, at->p->before_at, "while") || is_text(at, at->p->before_at, "unroll");
}

static const struct habit {
    bool (*is_it)(const struct place *at);
    const char *message; /* NULL: what the grammar says is right */
    const char *hint;
} habits[] = {
    {is_probe_alone, "the body of a probe begins with 'on'",
     "write: on PROBE where CONDITION { ... }"},
    {is_interval, "this is no item", "write: every 1s { ... }"},
    {is_predicate, "a condition begins with 'where'", "write: on EVENT where CONDITION { ... }"},
    {is_timer, "time is no event", "write: every 1s { ... }"},
    {is_typed_tracepoint, "the word before ':' is not a way to hook",
     "raw_tracepoint: has the kernel's types where the kernel can"},
    {is_next_stage, NULL, "each stage has a line of its own, or ';' between them"},
    {is_unknown_hook, "the word before ':' is not a way to hook", NULL},
    {is_scratch_variable, "a parameter can't be set", "a local is declared: let x = ..."},
    {is_array_assignment, NULL,
     "a table: NAME = count() by KEY; state that is kept: @NAME[KEY] = ..."},
    {is_statement_assignment, NULL, "a comparison is written '=='"},
    {is_assignment, "'=' does not compare", "write '=='"},
    {is_let_with_sigil, "a local has no '$'", "'$' reads a parameter"},
    {is_chained_comparison, "comparisons do not chain", "write: a == b and b == c"},
    {is_short_address, "an IPv4 address has four numbers",
     "write all four, 10.0.0.1, or a network: 10.0.0.0/24"},
    {is_print_of_value, "'print' shows tables",
     "values of an event are rows of their own: emit NAME, NAME"},
    {is_fraction, "numbers are whole", "durations and sizes may have a fraction: 0.5ms"},
    {is_late_where, "a condition stands in front of a body",
     "write: on EVENT where CONDITION { ... }, or within a body: if CONDITION { ... }"},
    {is_loop, NULL, "a loop has bounds: for i in 0..8 { ... }"},
};

static const char *list_hooks(struct nt_parser *p)
{
    const char *list = "the ways are:";

    for (const struct nt_hook *hook = nt_hooks; hook->name; hook++)
        list = nt_sprintf(p->cx->arena, "%s %s:", list, hook->name);
    return list;
}

bool nt_habit(struct nt_parser *p, const struct nt_mishap *m, const char **ret_message,
              const char **ret_hint)
{
    struct place at = {p, m, p->cx->sources.at[p->source].text};

    for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++) {
        if (!habits[i].is_it(&at))
            continue;
        *ret_message = habits[i].message;
        *ret_hint = habits[i].hint ? habits[i].hint : list_hooks(p);
        return true;
    }
    return false;
}
