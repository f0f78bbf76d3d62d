/* Types of modules. A module's file counts types and strings on from the kernel's; as several may
 * be there, each is given numbers of its own: all that it refers to is written anew in a copy. */
#include "compiler/kernel/btf_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const struct btf_type *nt_btf_part_type(const struct nt_btf *btf, uint32_t id)
{
    for (const struct nt_btf *p = btf->next; p; p = p->next)
        if (id >= p->first_id && id - p->first_id < p->ntypes - 1)
            return (const void *)(p->types + p->offset[id - p->first_id + 1]);
    return NULL;
}

const char *nt_btf_part_name(const struct nt_btf *btf, uint32_t offset)
{
    for (const struct nt_btf *p = btf->next; p; p = p->next)
        if (offset >= p->first_string && offset - p->first_string < p->strings_len)
            return p->strings + (offset - p->first_string);
    return "";
}

uint32_t nt_btf_part_find(const struct nt_btf *btf, const char *name, uint32_t kind)
{
    for (const struct nt_btf *p = btf->next; p; p = p->next)
        for (uint32_t i = 1; i < p->ntypes; i++) {
            const struct btf_type *t = (const void *)(p->types + p->offset[i]);

            if (nt_btf_kind(t) == kind && strcmp(nt_btf_name(btf, t->name_off), name) == 0)
                return p->first_id + i - 1;
        }
    return 0;
}

/* -- numbers of its own ----------------------------------------------------------------------- */

struct shift {
    uint32_t types, strings;         /* the kernel's: what is below them stays */
    uint32_t first_id, first_string; /* where the module's come to lie */
};

static void move_type(const struct shift *s, uint32_t *id)
{
    if (*id >= s->types)
        *id += s->first_id - s->types;
}

static void move_name(const struct shift *s, uint32_t *offset)
{
    if (*offset >= s->strings)
        *offset += s->first_string - s->strings;
}

static bool refers(uint32_t kind)
{
    return kind == BTF_KIND_PTR || kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_VOLATILE ||
           kind == BTF_KIND_CONST || kind == BTF_KIND_RESTRICT || kind == BTF_KIND_FUNC ||
           kind == BTF_KIND_FUNC_PROTO || kind == BTF_KIND_VAR || kind == BTF_KIND_DECL_TAG ||
           kind == BTF_KIND_TYPE_TAG;
}

/* The words of each of its n parts: a name first, a type second, or the other way round. */
static void move_parts(const struct shift *s, struct btf_type *t, uint32_t words, int name,
                       int type)
{
    uint32_t *part = (uint32_t *)(t + 1);

    for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++, part += words) {
        if (name >= 0)
            move_name(s, &part[name]);
        if (type >= 0)
            move_type(s, &part[type]);
    }
}

static void move(const struct shift *s, struct btf_type *t)
{
    uint32_t kind = nt_btf_kind(t);

    move_name(s, &t->name_off);
    if (refers(kind))
        move_type(s, &t->type);
    switch (kind) {
    case BTF_KIND_ARRAY:
        move_type(s, (uint32_t *)(t + 1));
        move_type(s, (uint32_t *)(t + 1) + 1);
        break;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
        move_parts(s, t, 3, 0, 1);
        break;
    case BTF_KIND_ENUM:
        move_parts(s, t, 2, 0, -1);
        break;
    case BTF_KIND_ENUM64:
        move_parts(s, t, 3, 0, -1);
        break;
    case BTF_KIND_FUNC_PROTO:
        move_parts(s, t, 2, 0, 1);
        break;
    case BTF_KIND_DATASEC:
        move_parts(s, t, 3, -1, 0);
        break;
    default:
        break;
    }
}

/* -- a module's file -------------------------------------------------------------------------- */

static int own_copy(struct nt_btf *btf)
{
    char *copy = malloc(btf->size);

    if (!copy)
        return -ENOMEM;
    memcpy(copy, btf->data, btf->size);
    if (btf->mapped)
        munmap(btf->data, btf->size);
    else
        free(btf->data);
    btf->data = copy;
    btf->mapped = false;
    return 0;
}

static int open_part(const char *path, struct nt_btf *part)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int err = fd < 0 ? -errno : nt_btf_get_data(part, fd);

    if (fd >= 0)
        close(fd);
    if (err == 0)
        err = own_copy(part);
    if (err == 0)
        err = nt_btf_read_header(part) ? nt_btf_walk_types(part) : -EINVAL;
    return err;
}

int nt_btf_add(struct nt_btf *btf, const char *path)
{
    struct nt_btf *part = calloc(1, sizeof(*part)), *last = btf;
    int err = part ? open_part(path, part) : -ENOMEM;

    if (err < 0) {
        nt_btf_close(&part);
        return err;
    }
    while (last->next)
        last = last->next;
    part->first_id = last == btf ? btf->ntypes : last->first_id + last->ntypes - 1;
    part->first_string = last == btf ? btf->strings_len : last->first_string + last->strings_len;
    const struct shift s = {btf->ntypes, btf->strings_len, part->first_id, part->first_string};

    for (uint32_t i = 1; i < part->ntypes; i++)
        move(&s, (struct btf_type *)(part->data + (part->types - part->data) + part->offset[i]));
    last->next = part;
    return 0;
}

uint32_t nt_btf_count(const struct nt_btf *btf)
{
    const struct nt_btf *last = btf;

    while (last->next)
        last = last->next;
    return last == btf ? btf->ntypes : last->first_id + last->ntypes - 1;
}
