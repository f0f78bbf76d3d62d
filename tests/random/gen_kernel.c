/* Members of kernel structs, found by asking the kernel's types: a walk from a pointer in scope,
 * until something of the kind is met. */
#include "tests/random/gen.h"

#include <string.h>

enum { MAX_MEMBERS = 600, MAX_STEPS = 6, MAX_TRIES = 4 };

struct walk {
    struct generator *g;
    const char *text;
    struct nt_ktype at; /* STRUCT: text is a pointer to it, or the struct itself */
};

struct members {
    const char *name[MAX_MEMBERS];
    uint32_t n;
};

bool is_name(const char *word)
{
    static const char reserved[] = " on where by and or not in as if else for let return emit "
                                   "print clear delete true false any ";
    const char *at;

    if (!*word ||
        word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")])
        return false;
    at = strstr(reserved, word);
    return !at || at[-1] != ' ' || at[strlen(word)] != ' ';
}

/* Fields of views have the names of some members and another type. */
static bool is_hidden(const char *name)
{
    return strstr(" shinfo family laddr raddr lport rport state srtt ", name) != NULL;
}

static void add_member(const char *name, void *arg)
{
    struct members *m = arg;

    if (m->n < MAX_MEMBERS && is_name(name) && !is_hidden(name))
        m->name[m->n++] = name;
}

/* Text of the array's element: by a number that is known, by one that is not. */
static void step_to_element(struct walk *w, int depth)
{
    struct generator *g = w->g;
    NT_STR_AUTO index = {0};
    struct nt_str *out = g->out;

    if (pick(g->c, 2)) {
        g->out = &index;
        put_value(g, NUMBER, depth > 1 ? 1 : depth);
        g->out = out;
    } else {
        nt_str_printf(&index, "%u", pick(g->c, w->at.count + 1));
    }
    w->text = nt_sprintf(g->arena, "%s[%s]", w->text, index.at);
    w->at = nt_kernel_type(g->kernel, w->at.target);
}

static bool step_to_member(struct walk *w)
{
    struct generator *g = w->g;
    struct members m = {.n = 0};
    struct nt_member member;
    const char *name;

    nt_kernel_each_member(g->kernel, w->at.id, add_member, &m);
    if (m.n == 0)
        return false;
    name = m.name[pick(g->c, m.n)];
    if (!nt_kernel_member(g->kernel, w->at.id, name, &member))
        return false;
    w->text = nt_sprintf(g->arena, "%s.%s", w->text, name);
    w->at = nt_kernel_type(g->kernel, member.type);
    return true;
}

static bool is_text(const struct walk *w)
{
    return w->at.kind == NT_K_ARRAY && w->at.count &&
           nt_kernel_type(w->g->kernel, w->at.target).size == 1;
}

static bool is_ip6(const struct walk *w)
{
    return w->at.kind == NT_K_STRUCT && w->at.size == 16 &&
           strcmp(nt_kernel_type_name(w->g->kernel, w->at.id), "in6_addr") == 0;
}

static bool points_to_struct(const struct walk *w)
{
    return w->at.kind == NT_K_POINTER && w->at.target &&
           nt_kernel_type(w->g->kernel, w->at.target).kind == NT_K_STRUCT;
}

/* Has the walk met what is looked for? Then its text becomes that. */
static bool is_met(struct walk *w, enum kind kind)
{
    struct generator *g = w->g;
    bool number = (w->at.kind == NT_K_INT && w->at.size <= 8) || w->at.kind == NT_K_BOOL;

    switch (kind) {
    case NUMBER:
        if (w->at.kind == NT_K_ENUM || w->at.kind == NT_K_POINTER)
            w->text = nt_sprintf(g->arena, "(%s as int)", w->text);
        return number || w->at.kind == NT_K_ENUM || w->at.kind == NT_K_POINTER;
    case TEXT:
        return is_text(w);
    case ADDRESS:
        if (is_ip6(w) || number)
            w->text = nt_sprintf(g->arena, "ip%c(%s)", number ? '4' : '6', w->text);
        return is_ip6(w) || number;
    default: /* a struct stands for its address */
        return points_to_struct(w) || w->at.kind == NT_K_STRUCT;
    }
}

static bool take_step(struct walk *w, int depth)
{
    if (points_to_struct(w))
        w->at = nt_kernel_type(w->g->kernel, w->at.target);
    if (w->at.kind == NT_K_STRUCT)
        return step_to_member(w);
    if (w->at.kind != NT_K_ARRAY || is_text(w))
        return false;
    step_to_element(w, depth);
    return true;
}

static bool walk_to(struct generator *g, enum kind kind, int depth, struct walk *ret)
{
    const struct leaf *l = pick_leaf(g, POINTER);
    uint32_t id = l ? nt_kernel_find(g->kernel, l->of, 4 /* BTF_KIND_STRUCT */) : 0;
    struct walk w = {.g = g, .text = l ? l->text : NULL};
    uint32_t most = kind == POINTER ? 1 + pick(g->c, 2) : MAX_STEPS;

    if (!id)
        return false;
    w.at = nt_kernel_type(g->kernel, id);
    for (uint32_t i = 0; i < most; i++) {
        /* A pointer is a number too, but there is more behind it. */
        if (!take_step(&w, depth))
            return false;
        if ((w.at.kind != NT_K_POINTER || i + 1 == most || kind == POINTER || !pick(g->c, 3)) &&
            is_met(&w, kind)) {
            *ret = w;
            return true;
        }
    }
    return false;
}

bool put_kernel_value(struct generator *g, enum kind kind, int depth)
{
    struct walk w;

    if (!g->in_kernel || g->pure)
        return false;
    for (int i = 0; i < MAX_TRIES; i++)
        if (walk_to(g, kind, depth, &w)) {
            nt_str_puts(g->out, w.text);
            return true;
        }
    return false;
}

enum kind kind_of_type(const struct generator *g, uint32_t type, const char **ret_of)
{
    struct nt_ktype t = nt_kernel_type(g->kernel, type), target;

    if (t.kind == NT_K_INT || t.kind == NT_K_BOOL)
        return t.size <= 8 ? NUMBER : NKINDS;
    if (t.kind != NT_K_POINTER || !t.target)
        return NKINDS;
    target = nt_kernel_type(g->kernel, t.target);
    *ret_of = nt_kernel_type_name(g->kernel, target.id);
    return target.kind == NT_K_STRUCT && is_name(*ret_of) ? POINTER : NKINDS;
}
