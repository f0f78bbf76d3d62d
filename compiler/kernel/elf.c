/* A file may be cut short or lie: whatever is read of it is checked against its size. */
#include "compiler/kernel/elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
enum { MACHINE = EM_X86_64 };
#define MULTIARCH "x86_64-linux-gnu"
#elif defined(__aarch64__)
enum { MACHINE = EM_AARCH64 };
#define MULTIARCH "aarch64-linux-gnu"
#endif

struct nt_elf {
    const char *data;
    size_t size;
    const Elf64_Ehdr *header;
    const Elf64_Shdr *sections; /* NULL: none */
    const Elf64_Phdr *segments;
};

static const void *part(const struct nt_elf *elf, uint64_t offset, uint64_t size)
{
    if (offset > elf->size || size > elf->size - offset || offset % 4)
        return NULL;
    return elf->data + offset;
}

static bool read_headers(struct nt_elf *elf)
{
    const Elf64_Ehdr *h = elf->header = part(elf, 0, sizeof(*h));

    if (!h || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 || h->e_ident[EI_CLASS] != ELFCLASS64 ||
        h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_machine != MACHINE)
        return false;
    if (h->e_shentsize == sizeof(Elf64_Shdr))
        elf->sections = part(elf, h->e_shoff, (uint64_t)h->e_shnum * sizeof(Elf64_Shdr));
    elf->segments = part(elf, h->e_phoff, (uint64_t)h->e_phnum * sizeof(Elf64_Phdr));
    return elf->segments && h->e_phentsize == sizeof(Elf64_Phdr);
}

int nt_elf_open(const char *path, struct nt_elf **ret_elf)
{
    struct nt_elf *elf = calloc(1, sizeof(*elf));
    int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
    struct stat st;
    void *data;

    if (!elf || fd < 0 || fstat(fd, &st) < 0)
        err = elf ? -errno : -ENOMEM;
    if (err == 0 && (!S_ISREG(st.st_mode) || st.st_size == 0))
        err = -ENOEXEC;
    if (err == 0) {
        data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        err = data == MAP_FAILED ? -errno : 0;
    }
    if (fd >= 0)
        close(fd);
    if (err == 0) {
        elf->data = data;
        elf->size = (size_t)st.st_size;
        err = read_headers(elf) ? 0 : -ENOEXEC;
    }
    if (err < 0) {
        nt_elf_close(&elf);
        return err;
    }
    *ret_elf = elf;
    return 0;
}

void nt_elf_close(struct nt_elf **elf)
{
    if (*elf && (*elf)->data)
        munmap((void *)(*elf)->data, (*elf)->size);
    free(*elf);
    *elf = NULL;
}

/* -- where files are -------------------------------------------------------------------------- */

static char *readable(char *path)
{
    if (path && access(path, R_OK) == 0)
        return path;
    free(path);
    return NULL;
}

static char *join(const char *dir, size_t len, const char *name)
{
    char *path;

    return asprintf(&path, "%.*s/%s", (int)len, dir, name) < 0 ? NULL : path;
}

/* Of libx.so.1 and libx.so.1.2 the first: it is what programs are linked with. */
static char *library_in(const char *dir, const char *name)
{
    char *path = readable(join(dir, strlen(dir), name)), *pattern;
    glob_t found = {0};

    if (path || strchr(name, '*') || asprintf(&pattern, "%s/%s.so*", dir, name) < 0)
        return path;
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc && !path; i++) {
            struct nt_elf *elf;

            if (nt_elf_open(found.gl_pathv[i], &elf) < 0)
                continue; /* libc.so is a linker's script */
            nt_elf_close(&elf);
            path = strdup(found.gl_pathv[i]);
        }
    globfree(&found);
    free(pattern);
    return path;
}

static char *program_of(const char *name)
{
    const char *dir = getenv("PATH");
    char *path = NULL;

    while (dir && !path) {
        size_t len = strcspn(dir, ":");

        path = readable(join(dir, len, name));
        dir = dir[len] ? dir + len + 1 : NULL;
    }
    return path;
}

char *nt_elf_find(const char *name)
{
    static const char *const dirs[] = {
        "/lib/" MULTIARCH, "/usr/lib/" MULTIARCH, "/lib64", "/usr/lib64", "/lib",
        "/usr/lib",        "/usr/local/lib"};
    char *path = NULL;

    if (strchr(name, '/'))
        return readable(realpath(name, NULL));
    for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs) && !path && *name; i++)
        path = library_in(dirs[i], name);
    return path || !*name ? path : program_of(name);
}

/* -- functions -------------------------------------------------------------------------------- */

static const char *text_at(const char *strings, uint64_t size, uint64_t offset)
{
    return offset < size && memchr(strings + offset, '\0', size - offset) ? strings + offset : "";
}

/* False: each wants no more. */
static bool each_symbol(const struct nt_elf *elf, const Elf64_Shdr *s, nt_elf_function_fn *each,
                        void *arg)
{
    const Elf64_Shdr *names = &elf->sections[s->sh_link < elf->header->e_shnum ? s->sh_link : 0];
    const Elf64_Sym *sym = part(elf, s->sh_offset, s->sh_size);
    uint64_t n = s->sh_size / sizeof(*sym);

    if (!sym || names->sh_offset > elf->size || names->sh_size > elf->size - names->sh_offset)
        return true;
    for (uint64_t i = 0; i < n; i++) {
        const char *name = text_at(elf->data + names->sh_offset, names->sh_size, sym[i].st_name);

        if (ELF64_ST_TYPE(sym[i].st_info) == STT_FUNC && sym[i].st_shndx != SHN_UNDEF && *name &&
            !each(name, sym[i].st_value, sym[i].st_size, arg))
            return false;
    }
    return true;
}

void nt_elf_each_function(const struct nt_elf *elf, nt_elf_function_fn *each, void *arg)
{
    for (uint32_t i = 0; elf->sections && i < elf->header->e_shnum; i++) {
        uint32_t type = elf->sections[i].sh_type;

        if ((type == SHT_SYMTAB || type == SHT_DYNSYM) &&
            !each_symbol(elf, &elf->sections[i], each, arg))
            return;
    }
}

bool nt_elf_offset_of(const struct nt_elf *elf, uint64_t address, uint64_t *ret_offset)
{
    for (uint32_t i = 0; i < elf->header->e_phnum; i++) {
        const Elf64_Phdr *p = &elf->segments[i];

        if (p->p_type == PT_LOAD && address >= p->p_vaddr && address - p->p_vaddr < p->p_filesz) {
            *ret_offset = address - p->p_vaddr + p->p_offset;
            return true;
        }
    }
    return false;
}

bool nt_elf_address_of(const struct nt_elf *elf, uint64_t offset, uint64_t *ret_address)
{
    for (uint32_t i = 0; i < elf->header->e_phnum; i++) {
        const Elf64_Phdr *p = &elf->segments[i];

        if (p->p_type == PT_LOAD && offset >= p->p_offset && offset - p->p_offset < p->p_filesz) {
            *ret_address = offset - p->p_offset + p->p_vaddr;
            return true;
        }
    }
    return false;
}

/* -- USDT ------------------------------------------------------------------------------------- */

/* Notes hold addresses as the linker knew them; .stapsdt.base moves with the code when something
 * moves the file's parts afterwards (prelink). */
static uint64_t base_address(const struct nt_elf *elf)
{
    uint32_t index = elf->header->e_shstrndx;
    const Elf64_Shdr *names;

    if (index >= elf->header->e_shnum)
        return 0;
    names = &elf->sections[index];
    if (names->sh_offset > elf->size || names->sh_size > elf->size - names->sh_offset)
        return 0;
    for (uint32_t i = 0; i < elf->header->e_shnum; i++)
        if (strcmp(text_at(elf->data + names->sh_offset, names->sh_size, elf->sections[i].sh_name),
                   ".stapsdt.base") == 0)
            return elf->sections[i].sh_addr;
    return 0;
}

/* Three addresses, then three texts. */
static bool read_usdt(const char *at, uint32_t size, uint64_t base, struct nt_elf_usdt *ret)
{
    const char *end = at + size, *text[3];
    uint64_t address[3];

    if (size < sizeof(address) || end[-1])
        return false;
    memcpy(address, at, sizeof(address));
    at += sizeof(address);
    for (int i = 0; i < 3; i++) {
        if (at >= end)
            return false;
        text[i] = at;
        at += strlen(at) + 1;
    }
    uint64_t moved = address[1] && base ? base - address[1] : 0;

    *ret = (struct nt_elf_usdt){.provider = text[0],
                                .name = text[1],
                                .args = text[2],
                                .address = address[0] + moved,
                                .semaphore = address[2] ? address[2] + moved : 0};
    return true;
}

static bool each_note(const struct nt_elf *elf, const Elf64_Shdr *s, uint64_t base,
                      nt_elf_usdt_fn *each, void *arg)
{
    const char *at = part(elf, s->sh_offset, s->sh_size);
    uint64_t left = at ? s->sh_size : 0;

    while (left >= sizeof(Elf64_Nhdr)) {
        const Elf64_Nhdr *n = (const void *)at;
        uint64_t name = (n->n_namesz + 3ull) & ~3ull, desc = (n->n_descsz + 3ull) & ~3ull;
        struct nt_elf_usdt usdt;

        if (name + desc > left - sizeof(*n))
            return true;
        if (n->n_type == 3 && n->n_namesz == 8 && memcmp(n + 1, "stapsdt", 8) == 0 &&
            read_usdt((const char *)(n + 1) + name, n->n_descsz, base, &usdt) && !each(&usdt, arg))
            return false;
        at += sizeof(*n) + name + desc;
        left -= sizeof(*n) + name + desc;
    }
    return true;
}

void nt_elf_each_usdt(const struct nt_elf *elf, nt_elf_usdt_fn *each, void *arg)
{
    uint64_t base = elf->sections ? base_address(elf) : 0;

    for (uint32_t i = 0; elf->sections && i < elf->header->e_shnum; i++)
        if (elf->sections[i].sh_type == SHT_NOTE &&
            !each_note(elf, &elf->sections[i], base, each, arg))
            return;
}
