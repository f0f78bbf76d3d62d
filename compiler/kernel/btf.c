#include "compiler/kernel/btf_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct btf_type void_type;

static int read_all(int fd, char *data, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = read(fd, data + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            return -EINVAL;
        done += (size_t)n;
    }
    return 0;
}

/* The kernel's own file can be mapped from 6.16 on; before, it is read. */
int nt_btf_get_data(struct nt_btf *btf, int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (st.st_size < (off_t)sizeof(struct btf_header) || st.st_size > INT32_MAX)
        return -EINVAL;
    btf->size = (size_t)st.st_size;
    btf->data = mmap(NULL, btf->size, PROT_READ, MAP_PRIVATE, fd, 0);
    btf->mapped = btf->data != MAP_FAILED;
    if (btf->mapped)
        return 0;
    btf->data = malloc(btf->size);
    return btf->data ? read_all(fd, btf->data, btf->size) : -ENOMEM;
}

bool nt_btf_read_header(struct nt_btf *btf)
{
    const struct btf_header *h = (const void *)btf->data;
    uint64_t types = (uint64_t)h->hdr_len + h->type_off;
    uint64_t strings = (uint64_t)h->hdr_len + h->str_off;

    if (h->magic != BTF_MAGIC || h->version != BTF_VERSION || h->hdr_len < sizeof(*h) ||
        types % 4 != 0 || types + h->type_len > btf->size || strings + h->str_len > btf->size)
        return false;
    btf->types = btf->data + types;
    btf->types_len = h->type_len;
    btf->strings = btf->data + strings;
    btf->strings_len = h->str_len;
    /* Every name then ends inside. */
    return h->str_len > 0 && btf->strings[h->str_len - 1] == '\0';
}

/* Bytes behind the common part, or -1 for a kind that is not known. */
static int64_t size_of_rest(const struct btf_type *t)
{
    int64_t n = BTF_INFO_VLEN(t->info);

    switch (nt_btf_kind(t)) {
    case BTF_KIND_INT:
        return sizeof(uint32_t);
    case BTF_KIND_ARRAY:
        return sizeof(struct btf_array);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
        return n * (int64_t)sizeof(struct btf_member);
    case BTF_KIND_ENUM:
        return n * (int64_t)sizeof(struct btf_enum);
    case BTF_KIND_ENUM64:
        return n * (int64_t)sizeof(struct btf_enum64);
    case BTF_KIND_FUNC_PROTO:
        return n * (int64_t)sizeof(struct btf_param);
    case BTF_KIND_VAR:
        return sizeof(struct btf_var);
    case BTF_KIND_DATASEC:
        return n * (int64_t)sizeof(struct btf_var_secinfo);
    case BTF_KIND_DECL_TAG:
        return sizeof(struct btf_decl_tag);
    case BTF_KIND_PTR:
    case BTF_KIND_FWD:
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_CONST:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_FUNC:
    case BTF_KIND_FLOAT:
    case BTF_KIND_TYPE_TAG:
        return 0;
    default:
        return -1;
    }
}

int nt_btf_walk_types(struct nt_btf *btf)
{
    size_t most = btf->types_len / sizeof(struct btf_type) + 1;
    uint32_t n = 1;

    btf->offset = malloc(most * sizeof(*btf->offset));
    btf->name = malloc(most * sizeof(*btf->name));
    if (!btf->offset || !btf->name)
        return -ENOMEM;
    for (uint32_t at = 0; at < btf->types_len;) {
        const struct btf_type *t = (const void *)(btf->types + at);
        uint32_t left = btf->types_len - at;
        if (left < sizeof(*t))
            return -EINVAL;
        int64_t rest = size_of_rest(t);
        if (rest < 0 || rest > (int64_t)(left - sizeof(*t)))
            return -EINVAL;
        btf->offset[n] = at;
        btf->name[n++] = t->name_off;
        at += (uint32_t)(sizeof(*t) + (size_t)rest);
    }
    btf->ntypes = n;
    return 0;
}

int nt_btf_open(const char *path, struct nt_btf **ret_btf)
{
    struct nt_btf *btf = calloc(1, sizeof(*btf));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int err = !btf ? -ENOMEM : fd < 0 ? -errno : nt_btf_get_data(btf, fd);

    if (fd >= 0)
        close(fd);
    if (err == 0)
        err = nt_btf_read_header(btf) ? nt_btf_walk_types(btf) : -EINVAL;
    if (err < 0) {
        nt_btf_close(&btf);
        return err;
    }
    *ret_btf = btf;
    return 0;
}

void nt_btf_close(struct nt_btf **pbtf)
{
    struct nt_btf *btf = *pbtf;

    if (!btf)
        return;
    nt_btf_close(&btf->next);
    if (btf->mapped)
        munmap(btf->data, btf->size);
    else
        free(btf->data);
    free(btf->offset);
    free(btf->name);
    free(btf->start);
    free(btf->hash);
    free(btf);
    *pbtf = NULL;
}

const struct btf_type *nt_btf_type(const struct nt_btf *btf, uint32_t id)
{
    if (id >= btf->ntypes)
        return nt_btf_part_type(btf, id) ?: &void_type;
    if (id == 0)
        return &void_type;
    return (const void *)(btf->types + btf->offset[id]);
}

const char *nt_btf_name(const struct nt_btf *btf, uint32_t offset)
{
    return offset < btf->strings_len ? btf->strings + offset : nt_btf_part_name(btf, offset);
}

/* Of both ends: names share prefixes as often as suffixes. */
static uint16_t hash_name(const char *s, size_t len)
{
    uint64_t first = 0, last = 0;

    if (len >= sizeof(first)) {
        memcpy(&first, s, sizeof(first));
        memcpy(&last, s + len - sizeof(last), sizeof(last));
    } else {
        memcpy(&first, s, len);
    }
    return (uint16_t)(((first ^ last << 1 ^ len) * 0x9e3779b97f4a7c15ULL) >> 48);
}

static bool index_strings(struct nt_btf *btf)
{
    size_t most = btf->strings_len;

    if (btf->nstrings)
        return true;
    btf->start = malloc(most * sizeof(*btf->start));
    btf->hash = malloc(most * sizeof(*btf->hash));
    if (!btf->start || !btf->hash)
        return false;
    for (uint32_t at = 0; at < btf->strings_len;) {
        size_t len = strlen(btf->strings + at);
        btf->start[btf->nstrings] = at;
        btf->hash[btf->nstrings++] = hash_name(btf->strings + at, len);
        at += (uint32_t)len + 1;
    }
    return true;
}

static uint32_t find_named(const struct nt_btf *btf, uint32_t name, uint32_t kind)
{
    for (uint32_t id = 1; id < btf->ntypes; id++)
        if (btf->name[id] == name && nt_btf_kind(nt_btf_type(btf, id)) == kind)
            return id;
    return 0;
}

uint32_t nt_btf_find(struct nt_btf *btf, const char *name, uint32_t kind)
{
    uint16_t hash = hash_name(name, strlen(name));

    if (*name == '\0' || !index_strings(btf))
        return 0;
    for (uint32_t i = 0; i < btf->nstrings; i++) {
        if (btf->hash[i] != hash || strcmp(btf->strings + btf->start[i], name) != 0)
            continue;
        uint32_t id = find_named(btf, btf->start[i], kind);
        if (id)
            return id;
    }
    return nt_btf_part_find(btf, name, kind);
}
