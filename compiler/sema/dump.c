/* The typed tree as text, for -d check: what a script became on this kernel. */
#include "compiler/base/str.h"
#include "compiler/sema/typed.h"

static const char *const op_names[] = {
#define NT_E(name) #name,
#include "compiler/sema/typed.def"
#undef NT_E
};

static const char *const xop_text[] = {
    [NT_X_ADD] = "+", [NT_X_SUB] = "-", [NT_X_MUL] = "*", [NT_X_DIV] = "/",  [NT_X_MOD] = "%",
    [NT_X_AND] = "&", [NT_X_OR] = "|",  [NT_X_XOR] = "^", [NT_X_SHL] = "<<", [NT_X_SHR] = ">>",
    [NT_X_EQ] = "==", [NT_X_NE] = "!=", [NT_X_LT] = "<",  [NT_X_LE] = "<=",  [NT_X_GT] = ">",
    [NT_X_GE] = ">=", [NT_X_NEG] = "-",
};

static void print_words(const struct nt_type *t, const uint64_t *w, FILE *out)
{
    NT_STR_AUTO text = {0};

    if (t->format)
        t->format(t, w, &text);
    else
        nt_str_printf(&text, "%#llx", (unsigned long long)w[0]);
    fprintf(out, "%s", text.at);
}

static void print_tests(const struct nt_expr *e, FILE *out)
{
    static const char *const kinds[] = {[NT_TEST_EQ] = "",
                                        [NT_TEST_CIDR] = "net ",
                                        [NT_TEST_RANGE] = "from ",
                                        [NT_TEST_PREFIX] = "prefix "};
    uint32_t i = 0;

    if (e->set) {
        fprintf(out, " {%u in %s%s", e->set->n, e->set->map, e->set->n < e->ntests ? ", " : "");
        i = e->set->n;
    } else {
        fputs(" {", out);
    }
    for (uint32_t first = i; i < e->ntests; i++) {
        fprintf(out, "%s%s", i > first ? ", " : "", kinds[e->test[i].kind]);
        print_words(e->kid[0]->type, e->test[i].a, out);
        if (e->test[i].kind == NT_TEST_RANGE) {
            fputs(" to ", out);
            print_words(e->kid[0]->type, e->test[i].b, out);
        }
    }
    fputc('}', out);
}

void nt_expr_dump(const struct nt_expr *e, FILE *out)
{
    if (e->op == NT_E_CONST) {
        print_words(e->type, e->w, out);
        return;
    }
    fprintf(out, "(%s", op_names[e->op]);
    if (e->op == NT_E_ARITH || e->op == NT_E_CMP)
        fprintf(out, " %s", xop_text[e->xop]);
    if (e->header)
        fprintf(out, " %s%s", e->inner ? "inner." : "", e->header->name);
    else if (e->inner)
        fputs(" inner", out);
    if (e->user && (e->op == NT_E_LOAD || e->op == NT_E_STRING || e->op == NT_E_BYTES16))
        fputs(" user", out);
    if (e->op == NT_E_LOAD || e->op == NT_E_HEADER)
        fprintf(out, " %u%s", e->size * 8u, e->swapped ? "be" : "");
    if (e->state)
        fprintf(out, " @%s", e->state->name);
    if (e->note)
        fprintf(out, " %s", e->note->text);
    if (e->op == NT_E_ARG || e->op == NT_E_LOCAL || e->op == NT_E_KEPT || e->op == NT_E_ATTR ||
        (e->op == NT_E_ENTRY && !e->note))
        fprintf(out, " %u", e->index);
    if (e->offset)
        fprintf(out, " +%d", e->offset);
    if (e->bits)
        fprintf(out, " bits %u+%u", e->shift, e->bits);
    for (uint32_t i = 0; i < e->nkids; i++) {
        fputc(' ', out);
        nt_expr_dump(e->kid[i], out);
    }
    if (e->op == NT_E_IN)
        print_tests(e, out);
    fprintf(out, "):%s%s", e->type->name, e->maybe ? "?" : "");
}

static void indent(int depth, FILE *out)
{
    fprintf(out, "%*s", depth * 2, "");
}

static void dump_args(const char *what, struct nt_expr **args, uint32_t n, int depth, FILE *out)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!args[i])
            continue;
        indent(depth, out);
        fprintf(out, "%s ", what);
        nt_expr_dump(args[i], out);
        fputc('\n', out);
    }
}

static void dump_guard(const struct nt_guard *g, FILE *out)
{
    for (; g; g = g->next) {
        fprintf(out, g->kind == NT_GUARD_LIMIT ? " limit %llu per %llu ns" : " sample %llu/%llu",
                (unsigned long long)g->count, (unsigned long long)g->per);
        for (uint32_t i = 0; i < g->layout.ncolumns; i++) {
            fputs(i ? ", " : " by ", out);
            nt_expr_dump(g->key[i], out);
        }
    }
}

static void dump_stmts(const struct nt_stmt *s, int depth, FILE *out);

static void dump_step(const struct nt_step *step, int depth, FILE *out)
{
    static const char *const parts[] = {
        [NT_PART_HOP] = "hop", [NT_PART_DONE] = "done", [NT_PART_AGAIN] = "again"};

    for (uint32_t i = 0; i < step->nkeys; i++)
        dump_args("key", (struct nt_expr **)step->key[i].part, step->key[i].nparts, depth, out);
    for (uint32_t i = 0; i < step->nalso; i++)
        dump_args("also", (struct nt_expr **)step->also[i].part, step->also[i].nparts, depth, out);
    dump_args("keep", step->keep, step->nkept, depth, out);
    for (const struct nt_path_body *b = step->bodies; b; b = b->next) {
        indent(depth, out);
        fprintf(out, "%s\n", parts[b->part]);
        dump_stmts(b->code, depth + 1, out);
    }
}

static void dump_stmts(const struct nt_stmt *s, int depth, FILE *out)
{
    static const char *const names[] = {
        [NT_S_LET] = "let",       [NT_S_IF] = "if",         [NT_S_RECORD] = "record",
        [NT_S_AGG] = "aggregate", [NT_S_RETURN] = "return", [NT_S_START] = "start",
        [NT_S_FORGET] = "forget", [NT_S_KEEP] = "keep",     [NT_S_DELETE] = "delete",
        [NT_S_ENTER] = "enter",   [NT_S_STEP] = "step",     [NT_S_CALL] = "call",
        [NT_S_FOR] = "for",       [NT_S_FREED] = "freed"};

    for (; s; s = s->next) {
        indent(depth, out);
        fputs(names[s->kind], out);
        if (s->kind == NT_S_LET || s->kind == NT_S_FOR)
            fprintf(out, " %u", s->slot);
        if (s->kind == NT_S_FOR)
            fprintf(out, " from %lld to %lld", (long long)s->first, (long long)s->last);
        if (s->kind == NT_S_RECORD)
            fprintf(out, " %u", s->record);
        if (s->state) {
            fputc(' ', out);
            nt_expr_dump(s->state, out);
            if (s->expr)
                fprintf(out, " %s=", s->change ? xop_text[s->xop] : "");
        }
        if (s->kind == NT_S_AGG)
            fprintf(out, " table %u", s->agg->table);
        if (s->expr) {
            fputc(' ', out);
            nt_expr_dump(s->expr, out);
        }
        dump_guard(s->guard, out);
        fputc('\n', out);
        if (s->kind == NT_S_RECORD)
            dump_args("column", s->arg, s->narg, depth + 1, out);
        if (s->kind == NT_S_AGG) {
            dump_args("key", s->agg->key, s->agg->nkeys, depth + 1, out);
            dump_args("of", s->agg->arg, s->agg->nargs, depth + 1, out);
        }
        if (s->step)
            dump_step(s->step, depth + 1, out);
        dump_stmts(s->then, depth + 1, out);
        if (s->other) {
            indent(depth, out);
            fputs("else\n", out);
            dump_stmts(s->other, depth + 1, out);
        }
    }
}

void nt_handler_dump(const struct nt_handler *h, FILE *out)
{
    for (uint32_t i = 0; i < h->nwhere; i++) {
        fputs("  where ", out);
        nt_expr_dump(h->where[i], out);
        fputc('\n', out);
    }
    if (h->guard) {
        fputs(" ", out);
        dump_guard(h->guard, out);
        fputc('\n', out);
    }
    for (uint32_t i = 0; h->frame && i < h->frame->layout.ncolumns && !h->returning; i++)
        dump_args("keep", &h->frame->kept[i], 1, 1, out);
    dump_stmts(h->body, 1, out);
}
