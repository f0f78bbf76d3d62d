/* A reader of raw BTF: types by id and by name, nothing more. Not libbpf's, which copies the data
 * and needs five times as long before the first type can be asked for. The data may be a user's
 * file
 * (--btf): it is checked when opened, and every id and offset in it when it is followed. */
#pragma once

#include <linux/btf.h>
#include <stdbool.h>
#include <stdint.h>

struct nt_btf;

/* 0; -errno of reading the file; -EINVAL when it is not BTF of this machine's byte order. */
int nt_btf_open(const char *path, struct nt_btf **ret_btf);
/* Accepts NULL, sets NULL. */
void nt_btf_close(struct nt_btf **btf);

/* Adds the types of a module (/sys/kernel/btf/NAME), which count on from the kernel's own. 0 or
 * -errno, and then nothing has changed. */
int nt_btf_add(struct nt_btf *btf, const char *path);
uint32_t nt_btf_count(const struct nt_btf *btf); /* ids are below it */

/* Never NULL: void for an id there is not. What follows it (members, parameters) is there in full.
 */
const struct btf_type *nt_btf_type(const struct nt_btf *btf, uint32_t id);
/* "" for a name there is not. */
const char *nt_btf_name(const struct nt_btf *btf, uint32_t offset);
/* Type id, or 0. */
uint32_t nt_btf_find(struct nt_btf *btf, const char *name, uint32_t kind);

static inline uint32_t nt_btf_kind(const struct btf_type *t)
{
    return BTF_INFO_KIND(t->info);
}
