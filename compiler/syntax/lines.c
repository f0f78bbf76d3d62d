/* From the lexer's tokens to the grammar's: statement ends, matched brackets, the two meanings of
 * '<', and the way on after a syntax error (see lexer.h).
 *
 * A newline ends a statement (SEP) if the line could end there and the next line does not begin
 * with something that goes on. A SEP also stands before the '}' of a body and before the end, so
 * that for the grammar each statement and each item ends with one. */
#include "compiler/syntax/lexer.h"
#include "grammar/ntrace.tab.h"

#include <ctype.h>
#include <string.h>

/* Behind these no line can end; START_* is the token before the first. */
static const short unfinished[] = {
    START_SCRIPT, START_EXPR, SEP,    ON,         WHERE, BY,   AND, OR,    NOT,     NOT_IN,   IN,
    AS,           IF,         ELSE,   FOR,        LET,   EMIT, CMP, SHIFT, OR_ELSE, OPASSIGN, DOTS,
    '(',          '[',        DELETE, ANGLE_OPEN, '{',   '<',  '>', '=',   '+',     '-',      '*',
    '/',          '%',        '&',    '|',        '^',   '~',  '?', ':',   ',',     '.',
};

/* A line that begins with one of these goes on with the line before it. */
static const short continuing[] = {
    '{', AND, OR,  IN,  NOT_IN, AS,  BY,  WHERE, ELSE,    CMP, '<', '>', SHIFT,
    '+', '-', '*', '/', '%',    '&', '|', '^',   OR_ELSE, '?', ':', ',', ')',
};

#define IS_IN(kind, table) is_in((kind), (table), sizeof(table) / sizeof((table)[0]))

static bool is_in(int kind, const short *table, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (table[i] == kind)
            return true;
    return false;
}

static bool can_end_operand(int kind)
{
    return !IS_IN(kind, unfinished) && kind != RETURN && kind != PRINT && kind != CLEAR;
}

/* -- brackets --------------------------------------------------------------------------------- */

static char top(const struct nt_parser *p)
{
    return p->nbrackets ? p->bracket[p->nbrackets - 1].kind : '\0';
}

static bool is_body(char kind)
{
    return kind == '{' || kind == '<';
}

static bool closes(char open, int kind)
{
    switch (open) {
    case '(':
        return kind == ')';
    case '[':
        return kind == ']';
    case '<':
        return kind == ANGLE_CLOSE;
    default:
        return kind == '}';
    }
}

static int closer_of(char open)
{
    return open == '(' ? ')' : open == '[' ? ']' : open == '<' ? ANGLE_CLOSE : '}';
}

/* Is there a bracket that this token closes? Round and square ones do not reach out of a body. */
static bool is_open_for(const struct nt_parser *p, int kind)
{
    for (uint32_t i = p->nbrackets; i-- > 0;) {
        if (closes(p->bracket[i].kind, kind))
            return true;
        if (kind != '}' && is_body(p->bracket[i].kind))
            return false;
    }
    return false;
}

static void report_unclosed(struct nt_parser *p, const struct nt_token *before)
{
    const struct nt_bracket *b = &p->bracket[p->nbrackets - 1];
    struct nt_diag *d;

    if (p->stopped)
        return;
    d = nt_error(p->cx, b->at, NT_UNCLOSED, "'%c' is not closed", b->kind == 's' ? '{' : b->kind);
    nt_label(d, b->at, "opened here");
    nt_label(d, before->at, "'%c' expected before this", b->kind == '<' ? '>' : closer_of(b->kind));
}

static void push(struct nt_parser *p, char kind, struct nt_span at)
{
    if (p->nbrackets == NT_MAX_BRACKETS) {
        nt_error(p->cx, at, NT_TOO_DEEP, "brackets are nested too deeply: more than %d levels",
                 NT_MAX_BRACKETS);
        nt_lines_stop(p);
        return;
    }
    p->bracket[p->nbrackets++] = (struct nt_bracket){kind, at, p->quiet};
}

/* -- reading ---------------------------------------------------------------------------------- */

/* A word behind '.' is a name, whatever it means elsewhere. */
static bool is_reserved_word(const struct nt_token *t)
{
    return t->kind >= ON && t->kind <= ANY && t->kind != NOT_IN && t->value.word.text[0] >= 'a';
}

static void give_up_if_long(struct nt_parser *p)
{
    if (p->ntokens++ == NT_MAX_TOKENS) {
        nt_error(p->cx, p->token.at, NT_TOO_MUCH, "the script is too long: more than %d words",
                 NT_MAX_TOKENS);
        nt_lines_stop(p);
    } else if (p->cx->diags.nerrors > 50 * NT_MAX_ERRORS) {
        nt_lines_stop(p); /* this is no script */
    }
}

static struct nt_token read_token(struct nt_parser *p)
{
    uint32_t len = p->cx->sources.at[p->source].len;

    p->token = (struct nt_token){0};
    if (!p->stopped)
        p->token.kind = nt_lexer_next(p);
    give_up_if_long(p);
    if (p->stopped)
        p->token.kind = 0;
    if (!p->token.kind)
        p->token.at = (struct nt_span){len, len, p->source};
    if (p->prev == '.' && is_reserved_word(&p->token))
        p->token.kind = NAME;
    return p->token;
}

/* '<' opens the body of an `on` right behind its events, or behind a comparison at the top of its
 * `where`; inside, '>' closes it unless in brackets. */
static void tell_angles(const struct nt_parser *p, struct nt_token *t)
{
    if (t->kind == '<' && p->in_header && !p->nbrackets && p->may_open && can_end_operand(p->prev))
        t->kind = ANGLE_OPEN;
    else if (t->kind == '>' && top(p) == '<')
        t->kind = ANGLE_CLOSE;
}

/* -- what goes before a token ----------------------------------------------------------------- */

static struct nt_token made(int kind, struct nt_span at)
{
    return (struct nt_token){.kind = kind, .at = at};
}

/* The end of a statement that the text does not mark with ';'. */
static struct nt_token made_end(const struct nt_parser *p)
{
    return made(SEP, (struct nt_span){p->prev_at.end, p->prev_at.end, p->source});
}

static bool needs_end_before_close(const struct nt_parser *p)
{
    return p->prev != SEP && p->prev != '{' && p->prev != ANGLE_OPEN;
}

static bool is_closer(int kind)
{
    return kind == ')' || kind == ']' || kind == '}' || kind == ANGLE_CLOSE;
}

/* `every 1s {` at the very beginning of a line: in a body, a name that begins a statement is not
 * followed by another word. */
static bool is_item_word(const struct nt_parser *p, const struct nt_token *t)
{
    const char *text = p->cx->sources.at[p->source].text, *next = text + t->at.end;

    if (t->kind < PARAM || t->kind > END || (t->at.begin && text[t->at.begin - 1] != '\n'))
        return false;
    next += strspn(next, " \t");
    return isalnum((unsigned char)*next) || (*next && strchr("_$@{", *next));
}

/* No item begins inside brackets: the end of the script and the word that begins an item on a line
 * of its own end all that is open. */
static bool ends_all(const struct nt_parser *p, const struct nt_token *t)
{
    return !t->kind || (t->after_newline && (t->kind == ON || is_item_word(p, t)));
}

static struct nt_token close_top(struct nt_parser *p, const struct nt_token *before)
{
    if (is_body(top(p)) && needs_end_before_close(p))
        return made_end(p);
    if (!p->bracket[p->nbrackets - 1].reported)
        report_unclosed(p, before);
    /* At the end of an item one report is enough for all that is open. */
    for (uint32_t i = 0; ends_all(p, before) && i < p->nbrackets; i++)
        p->bracket[i].reported = true;
    p->made_up = true;
    return made(closer_of(top(p)), before->at);
}

static bool is_line_end(const struct nt_parser *p, const struct nt_token *t)
{
    return t->after_newline && !IS_IN(p->prev, unfinished) && !IS_IN(t->kind, continuing) &&
           !is_closer(t->kind) && t->kind != ANGLE_OPEN && (!p->nbrackets || is_body(top(p)));
}

/* One token that has to come before t, if any. Asked again until there is none. */
static bool comes_before(struct nt_parser *p, const struct nt_token *t, struct nt_token *ret_made)
{
    bool closes_other = is_closer(t->kind) && !closes(top(p), t->kind);

    if (p->nbrackets && (ends_all(p, t) || closes_other)) {
        *ret_made = close_top(p, t);
        return true;
    }
    if ((is_closer(t->kind) && is_body(top(p)) && needs_end_before_close(p)) ||
        (!t->kind && p->prev != p->start && p->prev != SEP) || is_line_end(p, t)) {
        *ret_made = made_end(p);
        return true;
    }
    return false;
}

/* -- giving ----------------------------------------------------------------------------------- */

static char kind_of_brace(const struct nt_parser *p)
{
    return can_end_operand(p->prev) || p->prev == ELSE ? '{' : 's';
}

/* Where between `on` and its body we are: what would a '<' be? */
static void follow_header(struct nt_parser *p, int kind)
{
    if (kind == ON && !p->nbrackets) {
        p->in_header = p->may_open = true;
        return;
    }
    if (!p->in_header || p->nbrackets)
        return;
    if (kind == ANGLE_OPEN || kind == SEP || (kind == '{' && kind_of_brace(p) == '{'))
        p->in_header = false;
    else if (kind == CMP || kind == '<' || kind == '>' || kind == IN || kind == NOT_IN)
        p->may_open = true;
    else if (kind == WHERE || kind == AND || kind == OR || kind == '?' || kind == ':')
        p->may_open = false;
    else if ((kind == LIMIT || kind == SAMPLE) && can_end_operand(p->prev))
        p->may_open = true;
}

static uint32_t body_depth(const struct nt_parser *p)
{
    uint32_t depth = p->nbrackets;

    while (depth && !is_body(p->bracket[depth - 1].kind))
        depth--;
    return depth;
}

static struct nt_token give(struct nt_parser *p, struct nt_token t)
{
    follow_header(p, t.kind);
    p->body_depth = body_depth(p);
    p->closed_body = is_closer(t.kind) && is_body(top(p));
    if (is_closer(t.kind) && p->nbrackets)
        p->nbrackets--;
    else if (t.kind == '(' || t.kind == '[')
        push(p, (char)t.kind, t.at);
    else if (t.kind == ANGLE_OPEN)
        push(p, '<', t.at);
    else if (t.kind == '{')
        push(p, kind_of_brace(p), t.at);
    p->before_at = p->prev_at;
    p->prev = t.kind;
    p->prev_at = t.at;
    return t;
}

/* Reads ahead by one token; what closes nothing is left out. */
static const struct nt_token *look(struct nt_parser *p)
{
    while (!p->has_held) {
        p->held = read_token(p);
        p->has_held = !is_closer(p->held.kind) || is_open_for(p, p->held.kind);
        if (!p->has_held)
            nt_error(p->cx, p->held.at, NT_UNCLOSED, "this closes nothing");
        tell_angles(p, &p->held);
    }
    return &p->held;
}

static struct nt_token next_token(struct nt_parser *p)
{
    struct nt_token t = *look(p);

    p->made_up = false;
    p->has_held = comes_before(p, &t, &t);
    return give(p, t);
}

/* -- after a syntax error --------------------------------------------------------------------- */

void nt_lines_recover(struct nt_parser *p)
{
    p->skipping = p->prev != SEP;
    p->skip_depth = p->body_depth;
    if (p->nbrackets && p->bracket[p->nbrackets - 1].at.begin == p->prev_at.begin)
        p->bracket[p->nbrackets - 1].reported = true;
}

/* The broken statement ends with its SEP, or with the '}' of a body that no `else` follows. An `on`
 * that stands where it can't is the beginning of the next item: it is given once more. */
static struct nt_token skip(struct nt_parser *p)
{
    struct nt_token t = made(p->prev, p->prev_at);

    p->skipping = false;
    if (t.kind == ON && !p->nbrackets && t.at.end != p->again_end) {
        p->again_end = t.at.end; /* only once, so that there is an end to it */
        p->held = t;
        p->held.value.word = (struct nt_word){"on", t.at};
        p->has_held = true;
        return give(p, made_end(p));
    }
    p->quiet = true;
    while (t.kind && !(t.kind == SEP && p->nbrackets <= p->skip_depth)) {
        if (p->closed_body && p->nbrackets <= p->skip_depth && look(p)->kind != ELSE) {
            t = give(p, made_end(p));
            break;
        }
        t = next_token(p);
    }
    p->quiet = false;
    return t;
}

void nt_lines_stop(struct nt_parser *p)
{
    p->stopped = true;
}

struct nt_token nt_lines_next(struct nt_parser *p)
{
    if (!p->prev)
        return give(p, made(p->start, (struct nt_span){0, 0, p->source}));
    return p->skipping ? skip(p) : next_token(p);
}
