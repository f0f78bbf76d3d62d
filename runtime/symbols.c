#include "runtime/symbols.h"
#include "runtime/grow.h"
#include "runtime/user_symbols.h"

#include <bpf/bpf.h>
#include <stdlib.h>
#include <string.h>

/* An offset beyond MAX_OFFSET is not in the function below but in memory without a name. */
enum { MAX_FRAMES = 127, MAX_NAMES = 8192, MAX_OFFSET = 1 << 20 };

struct name {
    uint64_t address, base; /* base: of the nearest symbol at or below; 0: none */
    char *symbol, *module;  /* "ovs_vport_receive", "[openvswitch]" or NULL */
    bool is_data;           /* what is behind it is not of it */
};

/* Names are sorted by address; `wanted` wait for the next pass. */
struct nt_symbols {
    const char *path;
    int stacks;
    struct name *names;
    uint32_t n, cap;
    uint64_t *wanted;
    uint32_t nwanted, cap_wanted;
    bool hidden;
    struct nt_user_symbols *user; /* NULL: not asked yet */
    uint64_t unresolved;          /* frames of user stacks */
};

struct nt_symbols *nt_symbols_new(int stacks, const char *path)
{
    uint32_t none = 0;
    struct nt_symbols *s = nt_grow(NULL, 0, &none, sizeof(*s));

    *s = (struct nt_symbols){.path = path, .stacks = stacks};
    return s;
}

static void forget(struct nt_symbols *s)
{
    for (uint32_t i = 0; i < s->n; i++) {
        free(s->names[i].symbol);
        free(s->names[i].module);
    }
    s->n = 0;
}

void nt_symbols_free(struct nt_symbols **symbols)
{
    if (!*symbols)
        return;
    forget(*symbols);
    nt_user_symbols_free(&(*symbols)->user);
    free((*symbols)->names);
    free((*symbols)->wanted);
    free(*symbols);
    *symbols = NULL;
}

/* The first name at or above the address, or s->n. */
static uint32_t find_above(const struct nt_symbols *s, uint64_t address)
{
    uint32_t low = 0, high = s->n;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;

        if (s->names[mid].address < address)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static const struct name *find(const struct nt_symbols *s, uint64_t address)
{
    uint32_t i = find_above(s, address);

    return i < s->n && s->names[i].address == address ? &s->names[i] : NULL;
}

static void want(struct nt_symbols *s, uint64_t address)
{
    if (!address || s->hidden || find(s, address))
        return;
    s->wanted = nt_grow(s->wanted, s->nwanted, &s->cap_wanted, sizeof(uint64_t));
    s->wanted[s->nwanted++] = address;
}

static int compare_addresses(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static int compare_names(const void *a, const void *b)
{
    const struct name *x = a, *y = b;

    return x->address < y->address ? -1 : x->address > y->address;
}

/* Wanted addresses become names without a text, in order. */
static void take_wanted(struct nt_symbols *s)
{
    uint32_t n = s->n;

    if (s->n + s->nwanted > MAX_NAMES) {
        forget(s);
        n = 0;
    }
    qsort(s->wanted, s->nwanted, sizeof(uint64_t), compare_addresses);
    for (uint32_t i = 0; i < s->nwanted; i++) {
        if (i > 0 && s->wanted[i] == s->wanted[i - 1])
            continue;
        s->names = nt_grow(s->names, n, &s->cap, sizeof(s->names[0]));
        s->names[n++] = (struct name){.address = s->wanted[i]};
    }
    s->n = n;
    s->nwanted = 0;
    qsort(s->names, s->n, sizeof(s->names[0]), compare_names);
}

static void set_name(struct name *name, uint64_t base, bool is_data, const char *symbol,
                     const char *module)
{
    free(name->symbol);
    free(name->module);
    name->base = base;
    name->is_data = is_data;
    name->symbol = strdup(symbol);
    name->module = module && *module ? strdup(module) : NULL;
}

/* "ffffffff81000000 T tcp_v4_rcv" or "ffffffffc0001000 t ovs_vport_receive\t[openvswitch]". A
 * symbol is kept with the first name above it only: names further up take it over from there. */
static void read_line(struct nt_symbols *s, const char *line, bool *shown)
{
    char symbol[512], module[80] = "", kind;
    uint64_t base;
    uint32_t i;

    if (sscanf(line, "%lx %c %511s %79s", &base, &kind, symbol, module) < 3 || !base)
        return;
    *shown = true;
    i = find_above(s, base);
    if (i == s->n || kind == 'a' || kind == 'A')
        return;
    if (base > s->names[i].base)
        set_name(&s->names[i], base, !strchr("tTwW", kind), symbol, module);
}

static void resolve(struct nt_symbols *s)
{
    FILE *f = fopen(s->path, "re");
    bool shown = false;
    size_t size = 0;
    char *line = NULL;

    take_wanted(s);
    while (f && getline(&line, &size, f) > 0)
        read_line(s, line, &shown);
    for (uint32_t i = 1; i < s->n; i++)
        if (s->names[i - 1].base > s->names[i].base)
            set_name(&s->names[i], s->names[i - 1].base, s->names[i - 1].is_data,
                     s->names[i - 1].symbol, s->names[i - 1].module);
    s->hidden = !shown;
    free(line);
    if (f)
        fclose(f);
}

/* Frames of a stack, or 0. */
static uint32_t read_stack(const struct nt_symbols *s, uint64_t id, uint64_t *ret_frames)
{
    uint32_t key = (uint32_t)id, n = 0;

    memset(ret_frames, 0, MAX_FRAMES * sizeof(uint64_t));
    if (s->stacks < 0 || bpf_map_lookup_elem(s->stacks, &key, ret_frames) < 0)
        return 0;
    while (n < MAX_FRAMES && ret_frames[n])
        n++;
    return n;
}

void nt_symbols_want(struct nt_symbols *s, const struct nt_value *value)
{
    uint64_t frames[MAX_FRAMES];

    if (value->shape != NT_SHAPE_WORDS || !value->type)
        return;
    if (value->type->kind == NT_KIND_KSYM)
        want(s, value->w[0]);
    if (value->type->kind == NT_KIND_STACK && !(value->w[0] >> 32))
        for (uint32_t i = 0, n = read_stack(s, value->w[0], frames); i < n; i++)
            want(s, frames[i]);
}

static bool is_named(const struct name *name, uint64_t address)
{
    return name && name->base && address - name->base <= (name->is_data ? 0 : MAX_OFFSET);
}

static void print_address(struct nt_symbols *s, uint64_t address, struct nt_str *out)
{
    const struct name *name = find(s, address);

    if (!is_named(name, address)) {
        nt_str_printf(out, "0x%lx", address);
        return;
    }
    nt_str_puts(out, name->symbol);
    if (address != name->base)
        nt_str_printf(out, "+0x%lx", address - name->base);
    if (name->module)
        nt_str_printf(out, " %s", name->module);
}

void nt_symbols_address(struct nt_symbols *s, uint64_t address, struct nt_str *out)
{
    want(s, address);
    if (s->nwanted)
        resolve(s);
    print_address(s, address, out);
}

/* What a stack begins with on every kernel: the tracer's own program, and how the kernel called it,
 * by code that was made for it and that some kernels give no name. */
static bool is_own(const struct nt_symbols *s, uint64_t address)
{
    static const char *const starts[] = {
        "bpf_prog_",    "bpf_trace_run",     "bpf_trampoline_",         "__bpf_trace_",
        "__traceiter_", "rethook_",          "arch_rethook_trampoline", "kretprobe_trampoline",
        "__kretprobe_", "return_to_handler",
    };
    const struct name *name = find(s, address);

    if (!is_named(name, address))
        return true;
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (strncmp(name->symbol, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

static void print_user_stack(struct nt_symbols *s, uint32_t pid, const uint64_t *frames, uint32_t n,
                             struct nt_str *out)
{
    if (!s->user)
        s->user = nt_user_symbols_new();
    for (uint32_t i = 0; i < n; i++) {
        s->unresolved += !nt_user_symbols_print(s->user, pid, frames[i], out);
        nt_str_puts(out, "\n");
    }
}

void nt_symbols_stack(struct nt_symbols *s, uint64_t id, struct nt_str *out)
{
    uint64_t frames[MAX_FRAMES];
    uint32_t n = read_stack(s, id, frames), first = 0;

    if (id >> 32) {
        print_user_stack(s, (uint32_t)(id >> 32), frames, n, out);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        want(s, frames[i]);
    if (s->nwanted)
        resolve(s);
    while (first < n && is_own(s, frames[first]))
        first++;
    if (first == n)
        first = 0; /* names are hidden */
    for (uint32_t i = first; i < n; i++) {
        print_address(s, frames[i], out);
        nt_str_puts(out, "\n");
    }
}

bool nt_symbols_hidden(const struct nt_symbols *s)
{
    return s->hidden;
}

uint64_t nt_symbols_unresolved(const struct nt_symbols *s)
{
    return s->unresolved;
}
