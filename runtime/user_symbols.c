#include "runtime/user_symbols.h"
#include "compiler/kernel/elf.h"
#include "runtime/grow.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_PROCESSES = 256, MAX_FILES = 256 };

struct function {
    uint64_t address, size;
    const char *name; /* the open file's */
};

/* A file is known by what it is, not by its path: containers have paths of their own. */
struct file {
    dev_t device;
    ino_t inode;
    struct nt_elf *elf; /* NULL: not an ELF file */
    struct function *functions;
    uint32_t n, cap;
};

struct mapping {
    uint64_t begin, end, offset;
    char *path;
    struct file *file; /* NULL: none, or not opened yet */
    bool asked;
};

struct process {
    uint32_t pid;
    struct mapping *mappings;
    uint32_t n, cap;
};

struct nt_user_symbols {
    struct process processes[MAX_PROCESSES];
    uint32_t nprocesses;
    struct file files[MAX_FILES];
    uint32_t nfiles;
};

struct nt_user_symbols *nt_user_symbols_new(void)
{
    uint32_t none = 0;
    struct nt_user_symbols *s = nt_grow(NULL, 0, &none, sizeof(*s));

    memset(s, 0, sizeof(*s));
    return s;
}

static void forget_mappings(struct process *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->mappings[i].path);
    p->n = 0;
}

static void forget_processes(struct nt_user_symbols *s)
{
    for (uint32_t i = 0; i < s->nprocesses; i++) {
        forget_mappings(&s->processes[i]);
        free(s->processes[i].mappings);
    }
    memset(s->processes, 0, sizeof(s->processes));
    s->nprocesses = 0;
}

static void forget_files(struct nt_user_symbols *s)
{
    for (uint32_t i = 0; i < s->nfiles; i++) {
        nt_elf_close(&s->files[i].elf);
        free(s->files[i].functions);
    }
    memset(s->files, 0, sizeof(s->files));
    s->nfiles = 0;
}

void nt_user_symbols_free(struct nt_user_symbols **symbols)
{
    if (!*symbols)
        return;
    forget_processes(*symbols);
    forget_files(*symbols);
    free(*symbols);
    *symbols = NULL;
}

/* -- files ------------------------------------------------------------------------------------ */

static bool add_function(const char *name, uint64_t address, uint64_t size, void *arg)
{
    struct file *f = arg;

    f->functions = nt_grow(f->functions, f->n, &f->cap, sizeof(*f->functions));
    f->functions[f->n++] = (struct function){address, size, name};
    return true;
}

static int by_address(const void *a, const void *b)
{
    const struct function *x = a, *y = b;

    return x->address < y->address ? -1 : x->address > y->address;
}

static struct file *open_file(struct nt_user_symbols *s, uint32_t pid, const char *path)
{
    char full[PATH_MAX + 32];
    struct stat st;
    struct file *f;

    snprintf(full, sizeof(full), "/proc/%u/root%s", pid, path);
    if (stat(full, &st) < 0) {
        snprintf(full, sizeof(full), "%s", path);
        if (stat(full, &st) < 0)
            return NULL;
    }
    for (uint32_t i = 0; i < s->nfiles; i++)
        if (s->files[i].device == st.st_dev && s->files[i].inode == st.st_ino)
            return &s->files[i];
    if (s->nfiles == MAX_FILES) { /* mappings know files by their place here */
        forget_processes(s);
        forget_files(s);
        return NULL;
    }
    f = &s->files[s->nfiles++];
    *f = (struct file){.device = st.st_dev, .inode = st.st_ino};
    if (nt_elf_open(full, &f->elf) < 0)
        return f;
    nt_elf_each_function(f->elf, add_function, f);
    if (f->n)
        qsort(f->functions, f->n, sizeof(*f->functions), by_address);
    return f;
}

/* The function that the address lies in. */
static const struct function *function_at(const struct file *f, uint64_t address)
{
    size_t low = 0, high = f->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (f->functions[mid].address <= address)
            low = mid + 1;
        else
            high = mid;
    }
    while (low-- > 0) {
        const struct function *at = &f->functions[low];

        if (address - at->address < at->size || (!at->size && at->address == address))
            return at;
        if (address - at->address > 1 << 20)
            break;
    }
    return NULL;
}

/* -- processes -------------------------------------------------------------------------------- */

/* "5581d4a0e000-5581d4a10000 r-xp 00002000 fe:00 1234    /usr/bin/x" */
static void read_mapping(struct process *p, const char *line)
{
    unsigned long begin, end, offset;
    char mode[8], path[PATH_MAX] = "";

    if (sscanf(line, "%lx-%lx %7s %lx %*s %*s %4095[^\n]", &begin, &end, mode, &offset, path) < 4 ||
        mode[2] != 'x')
        return;
    p->mappings = nt_grow(p->mappings, p->n, &p->cap, sizeof(*p->mappings));
    p->mappings[p->n++] = (struct mapping){begin, end, offset, strdup(path), NULL, false};
}

static void read_mappings(struct process *p)
{
    char path[64], *line = NULL;
    size_t size = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%u/maps", p->pid);
    f = fopen(path, "re");
    if (!f)
        return; /* ended: what was read before still holds */
    forget_mappings(p);
    while (getline(&line, &size, f) > 0)
        read_mapping(p, line);
    free(line);
    fclose(f);
}

static struct mapping *find_mapping(struct process *p, uint64_t address)
{
    for (size_t i = 0; i < p->n; i++)
        if (address >= p->mappings[i].begin && address < p->mappings[i].end)
            return &p->mappings[i];
    return NULL;
}

static struct process *process_of(struct nt_user_symbols *s, uint32_t pid)
{
    struct process *p;

    for (uint32_t i = 0; i < s->nprocesses; i++)
        if (s->processes[i].pid == pid)
            return &s->processes[i];
    if (s->nprocesses == MAX_PROCESSES)
        forget_processes(s);
    p = &s->processes[s->nprocesses++];
    p->pid = pid;
    read_mappings(p);
    return p;
}

static struct mapping *mapping_of(struct nt_user_symbols *s, uint32_t pid, uint64_t address)
{
    struct process *p = process_of(s, pid);
    struct mapping *m = find_mapping(p, address);

    if (!m) { /* loaded since, or another program by now */
        read_mappings(p);
        m = find_mapping(p, address);
    }
    if (m && !m->asked && m->path && *m->path == '/') {
        struct file *file = open_file(s, pid, m->path);

        if (!s->nprocesses) /* all was forgotten to make room: from the start */
            return mapping_of(s, pid, address);
        m->file = file;
    }
    if (m)
        m->asked = true;
    return m;
}

bool nt_user_symbols_print(struct nt_user_symbols *s, uint32_t pid, uint64_t address,
                           struct nt_str *out)
{
    const struct mapping *m = mapping_of(s, pid, address);
    const char *file = m && m->path ? strrchr(m->path, '/') : NULL;
    const struct function *f = NULL;
    uint64_t in_file = m ? address - m->begin + m->offset : 0, at = in_file;

    if (m && m->file && m->file->elf && nt_elf_address_of(m->file->elf, in_file, &at))
        f = function_at(m->file, at);
    if (f) {
        nt_str_puts(out, f->name);
        if (at != f->address)
            nt_str_printf(out, "+0x%lx", at - f->address);
        nt_str_printf(out, " [%s]", file ? file + 1 : m->path);
    } else if (m && m->path && *m->path == '[') {
        nt_str_puts(out, m->path); /* [vdso] */
    } else if (file) {
        nt_str_printf(out, "[%s+0x%lx]", file + 1, at);
    } else {
        nt_str_printf(out, "0x%lx", address);
    }
    return f || file || (m && m->path && *m->path == '[');
}
