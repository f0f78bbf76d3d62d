#include "runtime/load.h"
#include "runtime/cleanup.h"
#include "runtime/refusal.h"
#include "runtime/tp_btf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A ring is mapped whole, twice, and counts as resident: on large hosts each gets less. */
enum {
    RING_BYTES = 256 << 10,
    RING_BYTES_LEAST = 32 << 10,
    ALL_RINGS_BYTES = 2 << 20,
};

struct nt_image {
    const struct nt_program *program;
    struct bpf_object *object;
    int tp_btf; /* libbpf's handle, 0: none */
    int *rings;
    uint32_t nrings;
};

static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
    return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, fmt, ap);
}

static uint32_t ring_bytes(uint32_t ncpus)
{
    uint32_t bytes = RING_BYTES;

    while (bytes > RING_BYTES_LEAST && bytes * ncpus > ALL_RINGS_BYTES)
        bytes /= 2;
    return bytes;
}

/* The rings are made before the object is loaded, since the first is the pattern of the outer map.
 */
static int make_rings(struct nt_image *image)
{
    struct bpf_map *map = bpf_object__find_map_by_name(image->object, NT_MAP_RINGS);
    int ncpus = libbpf_num_possible_cpus();
    int r;

    if (!map)
        return -ENOENT;
    if (ncpus < 0)
        return ncpus;
    if (image->program->uses_perf) /* its buffers are the reader's: ring.c */
        return bpf_map__set_max_entries(map, (uint32_t)ncpus);
    image->rings = calloc((size_t)ncpus, sizeof(int));
    if (!image->rings)
        return -ENOMEM;
    for (; image->nrings < (uint32_t)ncpus; image->nrings++) {
        int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "nt_ring", 0, 0, ring_bytes((uint32_t)ncpus),
                                NULL);

        if (fd < 0)
            return fd;
        image->rings[image->nrings] = fd;
    }
    r = bpf_map__set_max_entries(map, image->nrings);
    return r < 0 ? r : bpf_map__set_inner_map_fd(map, image->rings[0]);
}

static int place_rings(struct nt_image *image)
{
    int outer = nt_image_map(image, NT_MAP_RINGS);

    for (uint32_t cpu = 0; cpu < image->nrings; cpu++)
        if (bpf_map_update_elem(outer, &cpu, &image->rings[cpu], BPF_ANY) < 0)
            return -errno;
    return 0;
}

/* What stands behind an errno here, and what to do. */
static const struct {
    int error;
    const char *text, *hint;
} reasons[] = {
    {EPERM, "the kernel does not permit it",
     "ntrace needs CAP_BPF and CAP_PERFMON; kernels before 5.11 also need `ulimit -l unlimited`; "
     "lockdown forbids it"},
    {EACCES, "the kernel does not permit it", "run ntrace as root"},
    {ENOMEM, "the kernel has no memory for its tables", "bound them: count() by src max 1024"},
    {E2BIG, "a table is larger than the kernel allows", "bound it: count() by src max 1024"},
    {ENOSYS, "this kernel has no BPF", NULL},
    {0},
};

static int explain(struct nt_cx *cx, const char *doing, int error)
{
    for (size_t i = 0; reasons[i].error; i++) {
        struct nt_diag *d;

        if (reasons[i].error != error)
            continue;
        d = nt_error_at_none(cx, NT_LOAD, "can't %s: %s", doing, reasons[i].text);
        if (reasons[i].hint)
            nt_hint(d, "%s", reasons[i].hint);
        return -error;
    }
    nt_error_at_none(cx, NT_LOAD, "can't %s: %s", doing, strerror(error));
    return -error;
}

/* The values that programs look up. */
static int fill_sets(const struct nt_image *image)
{
    static const uint64_t there = 1;

    for (uint32_t i = 0; i < image->program->nsets; i++) {
        const struct nt_set *set = image->program->sets[i];
        int fd = nt_image_map(image, set->map);

        for (uint32_t k = 0; k < set->n; k++)
            if (bpf_map_update_elem(fd, set->keys + (size_t)k * set->key_bytes, &there, BPF_ANY) <
                0)
                return -errno;
    }
    return 0;
}

static int open_object(struct nt_cx *cx, struct nt_image *image)
{
    LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "ntrace");
    int r;

    libbpf_set_print(cx->options.verbose ? print_libbpf : NULL);
    r = nt_tp_btf_open(image->program, &image->tp_btf);
    if (r < 0)
        return explain(cx, "set libbpf up", -r);
    image->object = bpf_object__open_mem(image->program->elf, image->program->elf_size, &opts);
    if (image->object)
        return 0;
    nt_error_at_none(cx, NT_LOAD, "the compiled program can't be read: %s", strerror(errno));
    return -EINVAL;
}

static int load_programs(struct nt_cx *cx, struct nt_image *image)
{
    struct nt_refusal refusal = {0};
    int r;

    nt_refusal_listen(image->object, &refusal);
    r = bpf_object__load(image->object);
    if (r < 0 && !nt_refusal_report(cx, image->program, image->object, &refusal))
        explain(cx, "load the probes", -r);
    nt_refusal_close(&refusal);
    return r;
}

int nt_image_load(struct nt_cx *cx, const struct nt_program *p, struct nt_image **ret_image)
{
    NT_AUTO(nt_image_close) struct nt_image *image = calloc(1, sizeof(*image));
    int r;

    if (!image)
        return -ENOMEM;
    image->program = p;
    r = open_object(cx, image);
    if (r < 0)
        return r;
    r = p->uses_rings ? make_rings(image) : 0;
    if (r < 0)
        return explain(cx, "make the ring buffers", -r);
    r = load_programs(cx, image);
    if (r < 0)
        return r;
    r = p->uses_rings ? place_rings(image) : 0;
    if (r < 0)
        return explain(cx, "place the ring buffers", -r);
    r = fill_sets(image);
    if (r < 0)
        return explain(cx, "fill a list", -r);
    *ret_image = NT_TAKE(image);
    return 0;
}

void nt_image_close(struct nt_image **image)
{
    struct nt_image *it = *image;

    if (!it)
        return;
    bpf_object__close(it->object);
    nt_tp_btf_close(&it->tp_btf);
    for (uint32_t i = 0; i < it->nrings; i++)
        nt_fd_close(&it->rings[i]);
    free(it->rings);
    free(it);
    *image = NULL;
}

struct bpf_object *nt_image_object(const struct nt_image *image)
{
    return image->object;
}

int nt_image_map(const struct nt_image *image, const char *name)
{
    int fd = name ? bpf_object__find_map_fd_by_name(image->object, name) : -1;

    return fd < 0 ? -1 : fd;
}

int nt_image_prog(const struct nt_image *image, uint32_t probe)
{
    const char *name = image->program->probes[probe].prog;
    struct bpf_program *prog = bpf_object__find_program_by_name(image->object, name);

    return prog ? bpf_program__fd(prog) : -1;
}

const int *nt_image_rings(const struct nt_image *image, uint32_t *ret_n)
{
    *ret_n = image->nrings;
    return image->rings;
}
