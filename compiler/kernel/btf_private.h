/* What the files of the reader share. */
#pragma once

#include "compiler/kernel/btf.h"

#include <stddef.h>

/* Two passes, both in the order of the data, take the place of a hash table over names: 127,000
 * types are walked in less time than it takes to wait for the memory of as many scattered names. A
 * name is then found by its 16-bit hash among all strings, its types by the string's offset. */
struct nt_btf {
    char *data;
    size_t size;
    bool mapped; /* else from malloc */
    const char *types, *strings;
    uint32_t types_len, strings_len;

    uint32_t ntypes;  /* void, id 0, included */
    uint32_t *offset; /* by id: where it is in types */
    uint32_t *name;   /* by id: where its name is in strings */

    /* The types of a module, behind all before them; its first id and the place of its strings. */
    struct nt_btf *next;
    uint32_t first_id, first_string;

    uint32_t nstrings; /* 0: not indexed yet */
    uint32_t *start;
    uint16_t *hash;
};

/* Of an open file: its bytes, its header, where each type is; 0 or -errno. */
int nt_btf_get_data(struct nt_btf *btf, int fd);
bool nt_btf_read_header(struct nt_btf *btf);
int nt_btf_walk_types(struct nt_btf *btf);

/* btf_module.c: the same questions of the modules. NULL, "", 0: not there. */
const struct btf_type *nt_btf_part_type(const struct nt_btf *btf, uint32_t id);
const char *nt_btf_part_name(const struct nt_btf *btf, uint32_t offset);
uint32_t nt_btf_part_find(const struct nt_btf *btf, const char *name, uint32_t kind);
