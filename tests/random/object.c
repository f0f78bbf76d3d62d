#include "tests/random/object.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Fixed parts of the file; the object stands behind them. Both ends are the same build. */
struct head {
    uint64_t elf_size;
    uint32_t nprobes;
    uint8_t uses_rings, uses_perf;
};
struct probe {
    char prog[256], section[256], event[256];
    struct nt_span at;
    uint32_t btf_id;
};

int object_write(const char *path, const struct nt_program *p)
{
    struct head head = {p->elf_size, p->nprobes, p->uses_rings, p->uses_perf};
    FILE *f = fopen(path, "w");

    if (!f)
        return -errno;
    fwrite(&head, sizeof(head), 1, f);
    for (uint32_t i = 0; i < p->nprobes; i++) {
        const struct nt_probe *from = &p->probes[i];
        struct probe probe = {.at = from->at, .btf_id = from->btf_id};

        snprintf(probe.prog, sizeof(probe.prog), "%s", from->prog);
        snprintf(probe.section, sizeof(probe.section), "%s", from->section);
        snprintf(probe.event, sizeof(probe.event), "%s", from->event);
        fwrite(&probe, sizeof(probe), 1, f);
    }
    fwrite(p->elf, p->elf_size, 1, f);
    return fclose(f) == 0 ? 0 : -errno;
}

static int read_probes(FILE *f, struct nt_arena *arena, struct nt_program *p)
{
    struct nt_probe *probes = nt_alloc(arena, p->nprobes * sizeof(*probes));

    for (uint32_t i = 0; i < p->nprobes; i++) {
        struct probe probe;

        if (fread(&probe, sizeof(probe), 1, f) != 1)
            return -EINVAL;
        probes[i] = (struct nt_probe){
            .prog = nt_strndup(arena, probe.prog, strlen(probe.prog)),
            .section = nt_strndup(arena, probe.section, strlen(probe.section)),
            .event = nt_strndup(arena, probe.event, strlen(probe.event)),
            .at = probe.at,
            .btf_id = probe.btf_id,
        };
    }
    p->probes = probes;
    return 0;
}

int object_read(const char *path, struct nt_arena *arena, struct nt_program *ret_program)
{
    FILE *f = fopen(path, "r");
    struct head head;
    struct nt_program p = {0};
    int r = -EINVAL;

    if (!f)
        return -errno;
    if (fread(&head, sizeof(head), 1, f) == 1) {
        p.nprobes = head.nprobes;
        p.uses_rings = head.uses_rings;
        p.uses_perf = head.uses_perf;
        p.elf = nt_alloc(arena, head.elf_size);
        p.elf_size = head.elf_size;
        r = read_probes(f, arena, &p);
        if (r == 0 && fread((void *)p.elf, head.elf_size, 1, f) != 1)
            r = -EINVAL;
    }
    fclose(f);
    if (r == 0)
        *ret_program = p;
    return r;
}
