/* The shapes of the language. Each statement and each item ends with SEP, brackets always match,
 * and ANGLE_OPEN and ANGLE_CLOSE are told from '<' and '>': compiler/syntax/lines.c sees to that.
 * What the kids of each node are: compiler/syntax/ast.def. */
%code requires {
#include "compiler/syntax/lexer.h"
}

%code {
#define YYLLOC_DEFAULT(Current, Rhs, N) \
    ((Current) = (N) ? nt_span_join(YYRHSLOC(Rhs, 1), YYRHSLOC(Rhs, N)) \
                     : (struct nt_span){YYRHSLOC(Rhs, 0).end, YYRHSLOC(Rhs, 0).end, p->source})
#define YYMAXDEPTH 8000

static int yylex(YYSTYPE *value, YYLTYPE *at, struct nt_parser *p);
static void yyerror(YYLTYPE *at, struct nt_parser *p, const char *message);

/* Short forms for the actions. */
#define NEW(kind, at)        nt_node_new(p->cx, NT_NODE_##kind, at)
#define WITH(kind, at, ...)  nt_node_with(p->cx, NT_NODE_##kind, at, __VA_ARGS__)
#define NAMED(kind, at, ...) nt_node_at(nt_node_named(p->cx, NT_NODE_##kind, __VA_ARGS__), at)
#define OP(op, at, a, b)     nt_node_at(nt_node_op(p->cx, op, a, b), at)
#define NUM(kind, at, n)     nt_node_number(p->cx, NT_NODE_##kind, at, n)
#define ADD(parent, kid)     nt_node_add(p->cx, parent, kid)
#define SET(parent, n, kid)  nt_node_set(p->cx, parent, n, kid)
#define WORD(name)           nt_node_named(p->cx, NT_NODE_NAME, name, 0)
#define RANGE(at, to, a, b)  nt_node_with(p->cx, NT_NODE_RANGE, nt_span_join(at, to), 2, a, b)
#define ONE(kid)             nt_node_add(p->cx, nt_node_new(p->cx, NT_NODE_LIST, (kid)->span), kid)
#define DOTTED(a, b)         nt_word_dotted(p->cx, a, b)
#define FLAG(node)           nt_node_flag(node, true)
#define AS_A(kind, list, at) nt_node_of_list(list, NT_NODE_##kind, at)
}

%require "3.8"
%expect 0
%define api.prefix {nt_yy}
%define api.pure full
%define api.value.type {union nt_token_value}
%define api.location.type {struct nt_span}
%define parse.error custom
%define parse.lac full
%locations
%param {struct nt_parser *p}

%token START_SCRIPT START_EXPR

/* Reserved words. */
%token <word> ON "'on'" WHERE "'where'" BY "'by'" AND "'and'" OR "'or'" NOT "'not'" IN "'in'"
%token <word> NOT_IN "'not in'" AS "'as'" IF "'if'" ELSE "'else'" FOR "'for'" LET "'let'"
%token <word> RETURN "'return'" EMIT "'emit'" PRINT "'print'" CLEAR "'clear'" DELETE "'delete'"
%token <word> TRUE "'true'" FALSE "'false'" ANY "'any'"

/* Words that mean something in one place and are names elsewhere: `word` lists them all. */
%token <word> PARAM "param" USE "use" CONST "const" FN "fn" MAP "map" ENUM "enum" FLAGS "flags"
%token <word> EVENT "event" VIEW "view" PATH "path" EVERY "every" BEGIN_ "begin" END "end" OF "of"
%token <word> FROM "from" SINCE "since" PACKET "packet" AT "at" SOCKET "socket"
%token <word> LATENCY "latency" ONCE "once" KEY "key" ALSO "also" MAX "max" TTL "ttl"
%token <word> LIMIT "limit" SAMPLE "sample" TOP "top"

%token <word> NAME "a name" VERSION "a version"
%token <node> PROBE "a probe" PARAMREF "a parameter" STATE "a map"
%token <node> NUMBER "a number" DURATION "a duration" BYTES "a size" STRING "a string"
%token <node> IP "an address" CIDR "a network" MAC "a MAC address"
%token <op> CMP "a comparison" SHIFT "a shift" OPASSIGN "an assignment"
%token OR_ELSE "a default behind ??" DOTS "'..'" ANGLE_OPEN "the '<' of a body" ANGLE_CLOSE "'>'"
%token SEP "the end of the line"

/* Loose to tight. */
%right '?' ':'
%left OR
%left AND
%precedence NOT
%nonassoc CMP '<' '>' IN NOT_IN
%precedence DOTS
%left '|'
%left '^'
%left '&'
%left SHIFT
%left '+' '-'
%left '*' '/' '%'
%right OR_ELSE
%precedence AS
%precedence SIGN
%precedence MAP_ALONE
%precedence '['

%type <word> word dotted
%type <node> item items param_type type choice names map_options how_long count
%type <node> older opt_default opt_of opt_where opt_max opt_type opt_key opt_by
%type <node> enumerators enumerator event_from alternatives alternative probes probe args arg
%type <node> opt_of_all of_all members event_member fields field stages stage eventrefs eventref
%type <node> body block statements compound else simple result columns column print limits limit per
%type <node> expr exprs opt_exprs postfix primary set set_items set_item state

%%

start:
    START_SCRIPT items                  { p->root = AS_A(SCRIPT, $2, @$); }
  | START_EXPR expr SEP                 { p->root = $2; }
  | START_EXPR error                    { p->root = NEW(BAD, @$); }
  ;

/* -- items ------------------------------------------------------------------------------------- */

items:
    %empty                              { $$ = NEW(LIST, @$); }
  | items SEP
  | items item                          { $$ = ADD($1, $2); }
  | items error SEP                     { $$ = ADD($1, NEW(BAD, @2)); yyerrok; }
  ;

item:
    PARAM word older ':' param_type opt_default SEP
                                        { $$ = NAMED(PARAM, @$, $2, 3, $5, $6, $3); }
  | USE word SEP                        { $$ = NAMED(USE, @$, $2, 0); }
  | USE STRING SEP                      { $$ = NAMED(USE, @$, nt_node_string($2), 0); }
  | CONST word '=' expr SEP             { $$ = NAMED(CONST, @$, $2, 1, $4); }
  | FN word '(' names ')' '=' expr SEP  { $$ = NAMED(FN, @$, $2, 2, $4, $7); }
  | FN word '(' names ')' block         { $$ = NAMED(FN, @$, $2, 2, $4, $6); }
  | MAP STATE ':' map_options SEP       { $$ = nt_node_name(AS_A(MAP, $4, @$), nt_node_word($2)); }
  | ENUM word opt_of_all '{' enumerators '}'   { $$ = NAMED(ENUM, @$, $2, 2, $3, $5); }
  | FLAGS word opt_of_all '{' enumerators '}'  { $$ = NAMED(FLAGS, @$, $2, 2, $3, $5); }
  | EVENT word '{' event_from members '}'
                                        { $$ = nt_node_name(AS_A(EVENT, ADD($4, $5), @$), $2); }
  | EVENT word '{' error '}'            { $$ = NEW(BAD, @$); yyerrok; }
  | VIEW word opt_of '{' fields '}'     { $$ = NAMED(VIEW, @$, $2, 2, $3, $5); }
  | PATH word KEY exprs opt_max '{' stages '}'
                                        { $$ = NAMED(PATH, @$, $2, 3, $4, $7, $5); }
  | PATH word ONCE KEY exprs opt_max '{' stages '}'
                                        { $$ = FLAG(NAMED(PATH, @$, $2, 3, $5, $8, $6)); }
  | ON eventrefs opt_where limits body  { $$ = WITH(ON, @$, 4, $2, $3, $4, $5); }
  | EVERY expr limits block             { $$ = WITH(EVERY, @$, 3, $2, $3, $4); }
  | BEGIN_ block                        { $$ = WITH(BEGIN, @$, 1, $2); }
  | END block                           { $$ = WITH(END, @$, 1, $2); }
  ;

older:       %empty { $$ = NULL; }
  | older ',' word  { $$ = $1 ? ADD($1, WORD($3)) : ONE(WORD($3)); }
  ;
opt_default: %empty { $$ = NULL; } | '=' expr { $$ = $2; } ;
opt_of:      %empty { $$ = NULL; } | OF word  { $$ = WORD($2); } ;
opt_of_all:  %empty { $$ = NULL; } | OF of_all  { $$ = $2; } ;
of_all:      word { $$ = ONE(WORD($1)); } | of_all ',' word { $$ = ADD($1, WORD($3)); } ;
opt_where:   %empty { $$ = NULL; } | WHERE expr { $$ = $2; } ;
opt_max:     %empty { $$ = NULL; } | MAX count  { $$ = $2; } ;
opt_type:    %empty { $$ = NULL; } | ':' type   { $$ = $2; } ;
count:       NUMBER | PARAMREF | '(' expr ')'   { $$ = $2; } ;

param_type: type | choice               { $$ = AS_A(CHOICE, $1, @$); } ;
choice:
    word '|' word                       { $$ = ADD(ONE(WORD($1)), WORD($3)); }
  | choice '|' word                     { $$ = ADD($1, WORD($3)); }
  ;
type:
    word                                { $$ = NAMED(TYPE, @$, $1, 0); }
  | '{' word '}'                        { $$ = FLAG(NAMED(TYPE, @$, $2, 0)); }
  ;

names:
    %empty                              { $$ = NEW(LIST, @$); }
  | word                                { $$ = ONE(WORD($1)); }
  | names ',' word                      { $$ = ADD($1, WORD($3)); }
  ;

map_options:
    MAX count                           { $$ = WITH(LIST, @$, 2, $2, NULL); }
  | TTL how_long                           { $$ = WITH(LIST, @$, 2, NULL, $2); }
  | map_options ',' MAX count           { $$ = SET($1, 0, $4); }
  | map_options ',' TTL how_long           { $$ = SET($1, 1, $4); }
  ;
how_long: DURATION | PARAMREF | '(' expr ')' { $$ = $2; } ;

enumerators:
    %empty                              { $$ = NEW(LIST, @$); }
  | enumerators SEP
  | enumerators enumerator ','          { $$ = ADD($1, $2); }
  | enumerators enumerator SEP          { $$ = ADD($1, $2); }
  | enumerators error SEP               { $$ = $1; yyerrok; }
  ;
enumerator:
    word                                { $$ = NAMED(ENUMERATOR, @$, $1, 1, NULL); }
  | word '=' expr                       { $$ = NAMED(ENUMERATOR, @$, $1, 1, $3); }
  ;

/* -- events ------------------------------------------------------------------------------------ */

event_from:
    FROM alternatives opt_where SEP     { $$ = WITH(LIST, @$, 2, $2, $3); }
  | error SEP                           { $$ = WITH(LIST, @$, 2, NEW(LIST, @$), NULL); yyerrok; }
  ;
alternatives:
    alternative                         { $$ = ONE($1); }
  | alternatives OR alternative         { $$ = ADD($1, $3); }
  ;
alternative:
    probes                              { $$ = WITH(ALTERNATIVE, @$, 1, $1); }
  | probes SINCE VERSION                { $$ = nt_node_text_set(WITH(ALTERNATIVE, @$, 1, $1), $3); }
  ;
probes:
    probe                               { $$ = ONE($1); }
  | probes ',' probe                    { $$ = ADD($1, $3); }
  ;
probe:
    PROBE                               { $$ = ADD($1, NULL); }
  | PROBE '(' args ')'                  { $$ = nt_node_at(ADD($1, $3), @$); }
  ;
args:
    %empty                              { $$ = NEW(LIST, @$); }
  | arg                                 { $$ = ONE($1); }
  | args ',' arg                        { $$ = ADD($1, $3); }
  ;
arg:
    word opt_type                       { $$ = NAMED(ARG, @$, $1, 2, NULL, $2); }
  | word '=' word opt_type              { $$ = NAMED(ARG, @$, $1, 2, WORD($3), $4); }
  ;

members:
    %empty                              { $$ = NEW(LIST, @$); }
  | members SEP
  | members event_member SEP                 { $$ = ADD($1, $2); }
  | members error SEP                   { $$ = $1; yyerrok; }
  ;
event_member:
    field
  | PACKET expr                         { $$ = WITH(PACKET, @$, 1, $2); }
  | PACKET expr AT word                 { $$ = nt_node_text_set(WITH(PACKET, @$, 1, $2), $4); }
  | PACKET expr AT ANY                  { $$ = nt_node_text_set(WITH(PACKET, @$, 1, $2), $4); }
  | SOCKET expr                         { $$ = WITH(SOCKET, @$, 1, $2); }
  | LATENCY SINCE dotted opt_key        { $$ = WITH(SINCE, @$, 2, WORD($3), $4); }
  ;
opt_key: %empty { $$ = NULL; } | BY expr { $$ = $2; } ;
dotted:
    word
  | word '.' word                       { $$ = DOTTED($1, $3); }
  | word '.' word '.' word              { $$ = DOTTED(DOTTED($1, $3), $5); }
  ;

fields:
    %empty                              { $$ = NEW(LIST, @$); }
  | fields SEP
  | fields field SEP                    { $$ = ADD($1, $2); }
  | fields error SEP                    { $$ = $1; yyerrok; }
  ;
field: word opt_type '=' expr           { $$ = NAMED(FIELD, @$, $1, 2, $2, $4); } ;

/* -- paths ------------------------------------------------------------------------------------- */

stages:
    %empty                              { $$ = NEW(LIST, @$); }
  | stages SEP
  | stages stage SEP                    { $$ = ADD($1, $2); }
  | stages error SEP                    { $$ = $1; yyerrok; }
  ;
stage:
    word ':' eventrefs
                                    { $$ = NAMED(STAGE, @$, $1, 4, $3, NULL, NULL, NEW(LIST, @$)); }
  | stage WHERE expr                    { $$ = SET($1, 1, $3); }
  | stage KEY expr                      { $$ = SET($1, 2, $3); }
  | stage ALSO expr                     { $$ = nt_node_at($1, @$); ADD($1->kid[3], $3); }
  ;

eventrefs:
    eventref                            { $$ = ONE($1); }
  | eventrefs ',' eventref              { $$ = ADD($1, $3); }
  ;
eventref:
    dotted                              { $$ = NAMED(EVENTREF, @$, $1, 1, NULL); }
  | dotted how_long                        { $$ = NAMED(EVENTREF, @$, $1, 1, $2); }
  | probe
  ;

/* -- statements -------------------------------------------------------------------------------- */

body: block | ANGLE_OPEN statements ANGLE_CLOSE { $$ = AS_A(BLOCK, $2, @$); } ;
block: '{' statements '}'               { $$ = AS_A(BLOCK, $2, @$); } ;
statements:
    %empty                              { $$ = NEW(LIST, @$); }
  | statements SEP
  | statements compound                 { $$ = ADD($1, $2); }
  | statements simple SEP               { $$ = ADD($1, $2); }
  | statements error SEP                { $$ = ADD($1, NEW(BAD, @2)); yyerrok; }
  ;

compound:
    IF expr limits block else           { $$ = WITH(IF, @$, 4, $2, $3, $4, $5); }
  | FOR word IN expr DOTS expr block    { $$ = NAMED(FOR, @$, $2, 2, RANGE(@4, @6, $4, $6), $7); }
  ;
else:
    %empty                              { $$ = NULL; }
  | ELSE block                          { $$ = $2; }
  | ELSE IF expr limits block else      { $$ = WITH(IF, nt_span_join(@2, @6), 4, $3, $4, $5, $6); }
  ;

simple:
    LET word opt_type '=' expr          { $$ = NAMED(LET, @$, $2, 2, $3, $5); }
  | RETURN                              { $$ = WITH(RETURN, @$, 1, NULL); }
  | RETURN expr                         { $$ = WITH(RETURN, @$, 1, $2); }
  | EMIT columns                        { $$ = AS_A(EMIT, $2, @$); }
  | DELETE state                        { $$ = WITH(DELETE, @$, 1, $2); }
  | CLEAR                               { $$ = NEW(CLEAR, @$); }
  | CLEAR word                          { $$ = NAMED(CLEAR, @$, $2, 0); }
  | state '=' expr                      { $$ = WITH(ASSIGN, @$, 2, $1, $3); }
  | state OPASSIGN expr                 { $$ = WITH(ASSIGN, @$, 2, $1, $3); $$->op = $2; }
  | result
  | print
  ;

result:
    exprs                               { $$ = WITH(RESULT, @$, 3, $1, NEW(LIST, @$), NULL); }
  | exprs BY columns opt_max            { $$ = WITH(RESULT, @$, 3, $1, $3, $4); }
  | word '=' exprs                      { $$ = NAMED(RESULT, @$, $1, 3, $3, NEW(LIST, @$), NULL); }
  | word '=' exprs BY columns opt_max   { $$ = NAMED(RESULT, @$, $1, 3, $3, $5, $6); }
  ;
columns:
    column                              { $$ = ONE($1); }
  | columns ',' column                  { $$ = ADD($1, $3); }
  ;
column:
    expr                                { $$ = WITH(COLUMN, @$, 1, $1); }
  | word '=' expr                       { $$ = NAMED(COLUMN, @$, $1, 1, $3); }
  ;

print:
    PRINT opt_by                        { $$ = WITH(PRINT, @$, 2, NULL, $2); }
  | PRINT TOP count opt_by              { $$ = WITH(PRINT, @$, 2, $3, $4); }
  | PRINT word opt_by                   { $$ = NAMED(PRINT, @$, $2, 2, NULL, $3); }
  | PRINT word TOP count opt_by         { $$ = NAMED(PRINT, @$, $2, 2, $4, $5); }
  ;
opt_by: %empty { $$ = NULL; } | BY word { $$ = WORD($2); } ;

limits:
    %empty                              { $$ = NEW(LIST, @$); }
  | limits limit                        { $$ = ADD($1, $2); }
  ;
limit:
    LIMIT count '/' per                 { $$ = WITH(LIMIT, @$, 3, $2, $4, NEW(LIST, @$)); }
  | LIMIT count '/' per BY exprs        { $$ = WITH(LIMIT, @$, 3, $2, $4, $6); }
  | SAMPLE NUMBER '/' NUMBER            { $$ = WITH(SAMPLE, @$, 2, $2, $4); }
  ;
per: DURATION | word                    { $$ = nt_literal_per(p, $1); } ;

/* -- expressions ------------------------------------------------------------------------------- */

expr:
    postfix
  | expr '?' expr ':' expr              { $$ = WITH(COND, @$, 3, $1, $3, $5); }
  | expr OR expr                        { $$ = OP(NT_OP_OR, @$, $1, $3); }
  | expr AND expr                       { $$ = OP(NT_OP_AND, @$, $1, $3); }
  | NOT expr                            { $$ = OP(NT_OP_NOT, @$, $2, NULL); }
  | expr CMP expr                       { $$ = OP($2, @$, $1, $3); }
  | expr '<' expr                       { $$ = OP(NT_OP_LT, @$, $1, $3); }
  | expr '>' expr                       { $$ = OP(NT_OP_GT, @$, $1, $3); }
  | expr IN expr                        { $$ = WITH(IN, @$, 2, $1, $3); }
  | expr IN expr DOTS expr              { $$ = WITH(IN, @$, 2, $1, RANGE(@3, @5, $3, $5)); }
  | expr NOT_IN expr                    { $$ = FLAG(WITH(IN, @$, 2, $1, $3)); }
  | expr NOT_IN expr DOTS expr          { $$ = FLAG(WITH(IN, @$, 2, $1, RANGE(@3, @5, $3, $5))); }
  | expr '|' expr                       { $$ = OP(NT_OP_BOR, @$, $1, $3); }
  | expr '^' expr                       { $$ = OP(NT_OP_BXOR, @$, $1, $3); }
  | expr '&' expr                       { $$ = OP(NT_OP_BAND, @$, $1, $3); }
  | expr SHIFT expr                     { $$ = OP($2, @$, $1, $3); }
  | expr '+' expr                       { $$ = OP(NT_OP_ADD, @$, $1, $3); }
  | expr '-' expr                       { $$ = OP(NT_OP_SUB, @$, $1, $3); }
  | expr '*' expr                       { $$ = OP(NT_OP_MUL, @$, $1, $3); }
  | expr '/' expr                       { $$ = OP(NT_OP_DIV, @$, $1, $3); }
  | expr '%' expr                       { $$ = OP(NT_OP_MOD, @$, $1, $3); }
  | '-' expr %prec SIGN                 { $$ = OP(NT_OP_NEG, @$, $2, NULL); }
  | '~' expr %prec SIGN                 { $$ = OP(NT_OP_BNOT, @$, $2, NULL); }
  | expr OR_ELSE expr                   { $$ = OP(NT_OP_ELSE, @$, $1, $3); }
  | expr AS type                        { $$ = WITH(CAST, @$, 2, $1, $3); }
  ;

exprs:
    expr                                { $$ = ONE($1); }
  | exprs ',' expr                      { $$ = ADD($1, $3); }
  ;
opt_exprs: %empty { $$ = NEW(LIST, @$); } | exprs ;

postfix:
    primary
  | postfix '.' word                    { $$ = NAMED(MEMBER, @$, $3, 1, $1); }
  | postfix '[' expr ']'                { $$ = WITH(INDEX, @$, 2, $1, $3); }
  ;

primary:
    NUMBER | DURATION | BYTES | STRING | IP | CIDR | MAC | PARAMREF | state | set
  | TRUE                                { $$ = NUM(BOOL, @$, 1); }
  | FALSE                               { $$ = NUM(BOOL, @$, 0); }
  | ANY                                 { $$ = NEW(ANY, @$); }
  | word                                { $$ = WORD($1); }
  | word '(' opt_exprs ')'              { $$ = nt_node_name(AS_A(CALL, $3, @$), $1); }
  | '(' expr ')'                        { $$ = $2; }
  | '(' exprs ',' expr ')'              { $$ = AS_A(TUPLE, ADD($2, $4), @$); }
  ;

/* A '[' right behind a map is its key, whatever the map holds. */
state:
    STATE                               %prec MAP_ALONE
  | STATE '[' exprs ']'
                                    { $$ = nt_node_name(AS_A(STATE, $3, @$), nt_node_word($1)); }
  ;

set: '{' set_items '}'                  { $$ = AS_A(SET, $2, @$); } ;
set_items:
    set_item                            { $$ = ONE($1); }
  | set_items ',' set_item              { $$ = ADD($1, $3); }
  | set_items ','
  ;
set_item:
    expr
  | expr DOTS expr                      { $$ = WITH(RANGE, @$, 2, $1, $3); }
  ;

word:
    NAME | PARAM | USE | CONST | FN | MAP | ENUM | FLAGS | EVENT | VIEW | PATH | EVERY | BEGIN_
  | END | OF | FROM | SINCE | PACKET | AT | SOCKET | LATENCY | ONCE | KEY | ALSO | MAX | TTL | LIMIT
  | SAMPLE | TOP
  ;

%%

static int yylex(YYSTYPE *value, YYLTYPE *at, struct nt_parser *p)
{
    struct nt_token t = nt_lines_next(p);

    *value = t.value;
    *at = t.at;
    return t.kind;
}

static int yyreport_syntax_error(const yypcontext_t *context, struct nt_parser *p)
{
    yysymbol_kind_t kinds[YYNTOKENS];
    const char *names[YYNTOKENS];
    int n = yypcontext_expected_tokens(context, kinds, YYNTOKENS);

    for (int i = 0; i < n; i++)
        names[i] = yysymbol_name(kinds[i]);
    nt_complain(p, names, n);
    nt_lines_recover(p);
    return 0;
}

/* Called only when bison's stack is full. */
static void yyerror(YYLTYPE *at, struct nt_parser *p, const char *message)
{
    (void)message;
    nt_error(p->cx, *at, NT_TOO_DEEP, "this is nested too deeply");
    nt_lines_stop(p);
}
