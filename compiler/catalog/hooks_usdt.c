/* Probes that the authors of a program put into it. Their notes say where each argument lies, which
 * may be elsewhere at each place of a probe: places with one description are one target. */
#include "compiler/catalog/hooks_find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* -- "-4@%edi", "8@$5", "8@-16(%rbp,%rax,8)"; "-4@x0", "8@[sp, 16]", "8@5" ----------------------
 */

#if defined(__x86_64__)
/* Each register's names, from the widest, and its place in struct pt_regs. */
static const struct {
    const char *names;
    uint16_t offset;
} registers[] = {
    {"r15 r15d r15w r15b", 0},  {"r14 r14d r14w r14b", 8},  {"r13 r13d r13w r13b", 16},
    {"r12 r12d r12w r12b", 24}, {"rbp ebp bp bpl", 32},     {"rbx ebx bx bl", 40},
    {"r11 r11d r11w r11b", 48}, {"r10 r10d r10w r10b", 56}, {"r9 r9d r9w r9b", 64},
    {"r8 r8d r8w r8b", 72},     {"rax eax ax al", 80},      {"rcx ecx cx cl", 88},
    {"rdx edx dx dl", 96},      {"rsi esi si sil", 104},    {"rdi edi di dil", 112},
    {"rsp esp sp spl", 152},
};

static bool is_word(const char *words, const char *text, size_t len)
{
    for (const char *at = words; *at;) {
        size_t n = strcspn(at, " ");

        if (n == len && memcmp(at, text, len) == 0)
            return true;
        at += n + (at[n] == ' ');
    }
    return false;
}

/* %rdi: true, and *text is behind it. */
static bool take_register(const char **text, uint16_t *ret_offset)
{
    size_t len;

    if (**text != '%')
        return false;
    len = strcspn(++*text, " ,)");
    for (size_t i = 0; i < sizeof(registers) / sizeof(*registers); i++)
        if (is_word(registers[i].names, *text, len)) {
            *ret_offset = registers[i].offset;
            *text += len;
            return true;
        }
    return false;
}

static bool take_operand(const char **text, struct nt_operand *o)
{
    char *end;

    if (take_register(text, &o->reg)) {
        o->kind = NT_OPERAND_REG;
        return true;
    }
    if (**text == '$') {
        o->value = strtoll(*text + 1, &end, 0);
        o->kind = NT_OPERAND_CONST;
        *text = end;
        return true;
    }
    o->value = strtoll(*text, &end, 0);
    *text = end;
    if (**text != '(')
        return false;
    ++*text;
    if (!take_register(text, &o->reg))
        return false;
    o->kind = NT_OPERAND_MEMORY;
    o->scale = 1;
    if (**text == ',') {
        ++*text;
        o->has_index = true;
        if (!take_register(text, &o->index))
            return false;
        if (**text == ',')
            o->scale = (uint8_t)strtoul(*text + 1, &end, 10), *text = end;
    }
    return *(*text)++ == ')';
}
#elif defined(__aarch64__)
static bool take_register(const char **text, uint16_t *ret_offset)
{
    char *end = (char *)*text + 2;
    unsigned long n = 31;

    if (strncmp(*text, "sp", 2) != 0) {
        if (**text != 'x' && **text != 'w')
            return false;
        n = strtoul(*text + 1, &end, 10);
    }
    *text = end;
    *ret_offset = (uint16_t)(n * 8);
    return n <= 31;
}

static bool take_operand(const char **text, struct nt_operand *o)
{
    char *end;

    if (take_register(text, &o->reg)) {
        o->kind = NT_OPERAND_REG;
        return true;
    }
    if (**text != '[') {
        o->value = strtoll(*text, &end, 0);
        o->kind = NT_OPERAND_CONST;
        *text = end;
        return true;
    }
    ++*text;
    if (!take_register(text, &o->reg))
        return false;
    o->kind = NT_OPERAND_MEMORY;
    *text += strspn(*text, ", ");
    if (**text != ']')
        o->value = strtoll(*text, &end, 0), *text = end;
    return *(*text)++ == ']';
}
#endif

/* One argument; what is not understood (an address by its symbol) is UNKNOWN. */
static struct nt_operand take_argument(const char **text)
{
    struct nt_operand o = {0};
    char *end;
    long size = strtol(*text, &end, 10);
    bool ok = *end == '@' && (size == 1 || size == 2 || size == 4 || size == 8 || size == -1 ||
                              size == -2 || size == -4 || size == -8);

    *text = *end == '@' ? end + 1 : end;
    o.size = (uint8_t)labs(size);
    o.is_signed = size < 0;
    ok = ok && take_operand(text, &o) && (**text == ' ' || !**text);
    *text += strcspn(*text, " ");
    *text += strspn(*text, " ");
    if (!ok)
        o = (struct nt_operand){.kind = NT_OPERAND_UNKNOWN, .size = 8};
    return o;
}

/* -- the places of a probe -------------------------------------------------------------------- */

struct search {
    struct nt_arena *a;
    const struct nt_elf *elf;
    const char *path, *provider, *name;
    NT_VEC(struct place) places;
};

/* All that have the same description of their arguments. */
struct place {
    const char *args;
    NT_VEC(struct nt_site) sites;
};

static bool add_site(const struct nt_elf_usdt *usdt, void *arg)
{
    struct search *s = arg;
    struct nt_site site = {.path = s->path};
    struct place *place = NULL;

    if (strcmp(usdt->provider, s->provider) != 0 || strcmp(usdt->name, s->name) != 0 ||
        !nt_elf_offset_of(s->elf, usdt->address, &site.offset) ||
        (usdt->semaphore && !nt_elf_offset_of(s->elf, usdt->semaphore, &site.semaphore)))
        return true;
    nt_vec_each (p, &s->places)
        if (strcmp(p->args, usdt->args) == 0)
            place = p;
    if (!place) {
        place = nt_vec_push(s->a, &s->places);
        *place = (struct place){.args = nt_strdup(s->a, usdt->args)};
    }
    *nt_vec_push(s->a, &place->sites) = site;
    return true;
}

static const struct nt_target *target_of(struct nt_arena *a, const struct place *place,
                                         const struct nt_target *next)
{
    struct nt_target *t = NT_NEW(a, struct nt_target);
    NT_VEC(struct nt_harg) args = {0};

    for (const char *text = place->args + strspn(place->args, " "); *text;) {
        struct nt_operand *o = NT_NEW(a, struct nt_operand);

        *o = take_argument(&text);
        *nt_vec_push(a, &args) = (struct nt_harg){.name = "",
                                                  .index = (uint16_t)args.n,
                                                  .size = o->size,
                                                  .is_signed = o->is_signed,
                                                  .operand = o};
    }
    *t = (struct nt_target){
        .args = NT_ARGS_PLACES,
        .section = "uprobe",
        .arg = args.at,
        .nargs = args.n,
        .next = next,
        .user = true,
        .attach = {.kind = NT_ATTACH_UPROBE, .sites = place->sites.at, .nsites = place->sites.n},
    };
    return t;
}

NT_HOOK(usdt)
{
    const struct nt_target *first = NULL;
    struct search s = {.a = a};
    const char *rest, *colon;
    struct nt_elf *elf;
    int err = nt_hook_open(a, target, &elf, &s.path, &rest, ret_why);

    (void)k;
    if (err < 0)
        return err;
    colon = strchr(rest, ':');
    s.elf = elf;
    s.provider = nt_strndup(a, rest, colon ? (size_t)(colon - rest) : 0);
    s.name = colon ? colon + 1 : "";
    nt_elf_each_usdt(elf, add_site, &s);
    nt_elf_close(&elf);
    if (!colon) {
        *ret_why = "such a probe is written usdt:LIB:PROVIDER:NAME";
        return -ENOENT;
    }
    if (!s.places.n) {
        *ret_why = nt_sprintf(a, "%s has no such probe", s.path);
        return -ENOENT;
    }
    for (uint32_t i = s.places.n; i > 0; i--)
        first = target_of(a, &s.places.at[i - 1], first);
    *ret_target = *first;
    return 0;
}
