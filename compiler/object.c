#include "compiler/object.h"

#include <elf.h>
#include <string.h>

enum { INSN_BYTES = 8 };

struct object {
    const char *at;
    size_t size;
    const Elf64_Ehdr *header;
};

static const void *bytes(const struct object *o, uint64_t offset, uint64_t size)
{
    return offset <= o->size && size <= o->size - offset ? o->at + offset : NULL;
}

static const Elf64_Shdr *section(const struct object *o, uint32_t i)
{
    uint64_t offset = o->header->e_shoff + (uint64_t)i * sizeof(Elf64_Shdr);

    return i < o->header->e_shnum ? bytes(o, offset, sizeof(Elf64_Shdr)) : NULL;
}

static uint32_t find_function(const struct object *o, const Elf64_Shdr *symbols, const char *name)
{
    const Elf64_Shdr *strings = section(o, symbols->sh_link);
    const Elf64_Sym *sym = bytes(o, symbols->sh_offset, symbols->sh_size);
    const char *text = strings ? bytes(o, strings->sh_offset, strings->sh_size) : NULL;

    for (uint64_t i = 0; sym && text && i < symbols->sh_size / sizeof(*sym); i++)
        if (ELF64_ST_TYPE(sym[i].st_info) == STT_FUNC && sym[i].st_name < strings->sh_size &&
            strcmp(text + sym[i].st_name, name) == 0)
            return (uint32_t)(sym[i].st_size / INSN_BYTES);
    return 0;
}

uint32_t nt_object_insns(const void *elf, size_t size, const char *name)
{
    struct object o = {.at = elf, .size = size};

    o.header = bytes(&o, 0, sizeof(Elf64_Ehdr));
    if (!o.header || memcmp(o.header->e_ident, ELFMAG, SELFMAG) != 0)
        return 0;
    for (uint32_t i = 0; i < o.header->e_shnum; i++) {
        const Elf64_Shdr *s = section(&o, i);

        if (s && s->sh_type == SHT_SYMTAB)
            return find_function(&o, s, name);
    }
    return 0;
}
