/* The maps of the object, as libbpf reads them from BTF: a struct whose members are pointers to
 * arrays, the length of each array being the value. Sizes alone will do: ntrace knows the rest. */
#include "compiler/catalog/bytes.h"
#include "compiler/codegen/gen.h"

#include <linux/bpf.h>
#include <string.h>

struct map {
    const char *name;
    enum bpf_map_type type;
    uint32_t key_size, value_size, max, flags;
};

static LLVMMetadataRef number_member(struct nt_gen *g, const char *name, uint32_t value,
                                     uint32_t index)
{
    LLVMMetadataRef file = g->files[g->u->source];
    LLVMMetadataRef range = LLVMDIBuilderGetOrCreateSubrange(g->di, 0, value);
    LLVMMetadataRef array =
        LLVMDIBuilderCreateArrayType(g->di, (uint64_t)value * 32, 32, g->int_type, &range, 1);
    LLVMMetadataRef pointer = LLVMDIBuilderCreatePointerType(g->di, array, 64, 64, 0, "", 0);

    return LLVMDIBuilderCreateMemberType(g->di, file, name, strlen(name), file, 0, 64, 64,
                                         (uint64_t)index * 64, 0, pointer);
}

static void make_map(struct nt_gen *g, const struct map *m)
{
    const struct {
        const char *name;
        uint32_t value;
    } numbers[] = {
        {"type", m->type},       {"key_size", m->key_size}, {"value_size", m->value_size},
        {"max_entries", m->max}, {"map_flags", m->flags},
    };
    enum { N = sizeof(numbers) / sizeof(*numbers) };
    LLVMMetadataRef members[N], type, expr, file = g->files[g->u->source];
    LLVMTypeRef ir = LLVMArrayType2(g->ptr, N);
    LLVMValueRef global = LLVMAddGlobal(g->module, ir, m->name);

    for (uint32_t i = 0; i < N; i++)
        members[i] = number_member(g, numbers[i].name, numbers[i].value, i);
    type = LLVMDIBuilderCreateStructType(g->di, file, "", 0, file, 0, N * 64, 64, 0, NULL, members,
                                         N, 0, NULL, "", 0);
    expr = LLVMDIBuilderCreateGlobalVariableExpression(
        g->di, file, m->name, strlen(m->name), "", 0, file, 0, type, false,
        LLVMDIBuilderCreateExpression(g->di, NULL, 0), NULL, 0);
    LLVMSetInitializer(global, LLVMConstNull(ir));
    LLVMSetSection(global, ".maps");
    LLVMSetAlignment(global, 8);
    LLVMGlobalSetMetadata(global, LLVMGetMDKindIDInContext(g->ctx, "dbg", 3), expr);
}

static void table_maps(struct nt_gen *g, const struct nt_table *t)
{
    for (uint32_t i = 0; i < t->nparts; i++) {
        const struct nt_slot_part *part = &t->part[i];
        struct map m = {.type = part->shared ? BPF_MAP_TYPE_HASH : BPF_MAP_TYPE_PERCPU_HASH,
                        .key_size = t->key.words * 8u,
                        .value_size = part->words * 8u,
                        .max = t->max};

        for (uint32_t buffer = 0; buffer < t->buffers; buffer++) {
            m.name = part->map[buffer];
            make_map(g, &m);
        }
        make_map(g, &(struct map){.name = part->others,
                                  .type = BPF_MAP_TYPE_PERCPU_ARRAY,
                                  .key_size = 4,
                                  .value_size = part->words * 8u,
                                  .max = 2});
    }
}

static uint32_t widest_row(const struct nt_program *p)
{
    uint32_t words = 0;

    for (uint32_t i = 0; i < p->nrecords; i++)
        words = p->records[i].body.words > words ? p->records[i].body.words : words;
    return words;
}

static uint32_t widest_entry(const struct nt_program *p)
{
    uint32_t words = 0;

    for (uint32_t i = 0; i < p->npaths; i++)
        words = p->paths[i].words > words ? p->paths[i].words : words;
    return words;
}

static void path_maps(struct nt_gen *g, const struct nt_path *p)
{
    make_map(g, &(struct map){p->entries, BPF_MAP_TYPE_HASH, 8, p->words * 8u, p->max, 0});
    make_map(g, &(struct map){p->keys, BPF_MAP_TYPE_HASH, p->key_words * 8u, 8, p->max_keys, 0});
    if (p->lost)
        make_map(g, &(struct map){p->lost, BPF_MAP_TYPE_HASH, 8, 8, p->max, 0});
}

void nt_make_maps(struct nt_gen *g)
{
    const struct nt_program *p = &g->u->program;
    uint32_t slot_words = 0, entry_words = widest_entry(p);
    const struct map arrays[] = {
        {NT_MAP_COUNTERS, BPF_MAP_TYPE_PERCPU_ARRAY, 4, NT_CNT_MAX * 8, p->nprobes, 0},
        {NT_MAP_GEN, BPF_MAP_TYPE_ARRAY, 4, 8, p->ntables, 0},
        {"nt_limits", BPF_MAP_TYPE_ARRAY, 4, 8, g->u->nlimits, 0},
        {NT_MAP_RINGS, p->uses_perf ? BPF_MAP_TYPE_PERF_EVENT_ARRAY : BPF_MAP_TYPE_ARRAY_OF_MAPS, 4,
         4, p->uses_rings, 0},
        {"nt_rows", BPF_MAP_TYPE_PERCPU_ARRAY, 4, (NT_RECORD_HEADER_WORDS + widest_row(p)) * 8,
         p->uses_perf ? p->nprobes : 0, 0},
        {NT_MAP_STACKS, BPF_MAP_TYPE_STACK_TRACE, 4, NT_STACK_DEPTH * 8,
         p->uses_stacks ? NT_STACKS : 0, 0},
        {NT_MAP_PATHS, BPF_MAP_TYPE_PERCPU_ARRAY, 4, NT_PATH_COUNTERS * 8, p->npaths, 0},
        {"nt_notes", BPF_MAP_TYPE_PERCPU_ARRAY, 4, entry_words * 8u, p->npaths ? p->nprobes : 0, 0},
    };

    for (uint32_t i = 0; i < p->ntables; i++) {
        table_maps(g, &p->tables[i]);
        slot_words = p->tables[i].slot_words > slot_words ? p->tables[i].slot_words : slot_words;
    }
    for (uint32_t i = 0; i < p->npaths; i++)
        path_maps(g, &p->paths[i]);
    for (size_t i = 0; i < sizeof(arrays) / sizeof(*arrays); i++)
        if (arrays[i].max)
            make_map(g, &arrays[i]);
    nt_vec_each (f, &g->u->frames)
        slot_words = nt_frame_words(*f) > slot_words ? nt_frame_words(*f) : slot_words;
    nt_vec_each (state, &g->u->states)
        if ((*state)->type->kind == NT_KIND_HEX && nt_type_kept_words((*state)->type) >= slot_words)
            slot_words = nt_type_kept_words((*state)->type) + 1u; /* and when it was written */
    slot_words = slot_words > entry_words ? slot_words : entry_words;
    if (slot_words)
        make_map(g, &(struct map){"nt_zeros", BPF_MAP_TYPE_ARRAY, 4, slot_words * 8, 1, 0});
    for (uint32_t i = 0; i < p->nkept; i++)
        make_map(g, &(struct map){p->kept[i].map, BPF_MAP_TYPE_HASH, p->kept[i].key_words * 8u,
                                  p->kept[i].value_words * 8u, g->u->states.at[i]->max, 0});
    nt_vec_each (set, &g->u->sets)
        make_map(g, &(struct map){(*set)->map,
                                  (*set)->kind == NT_SET_NETWORKS ? BPF_MAP_TYPE_LPM_TRIE
                                                                  : BPF_MAP_TYPE_HASH,
                                  (*set)->key_bytes, 8, (*set)->n,
                                  (*set)->kind == NT_SET_NETWORKS ? BPF_F_NO_PREALLOC : 0});
    nt_vec_each (limit, &g->u->limit_maps)
        make_map(g, &(struct map){limit->name, BPF_MAP_TYPE_LRU_HASH, limit->key_words * 8u, 8,
                                  NT_LIMIT_KEYS, 0});
    nt_vec_each (f, &g->u->frames)
        make_map(g, &(struct map){(*f)->map, BPF_MAP_TYPE_LRU_HASH, 16, nt_frame_words(*f) * 8u,
                                  NT_OPEN_CALLS, 0});
    nt_vec_each (clock, &g->u->clocks)
        make_map(g, &(struct map){(*clock)->map, BPF_MAP_TYPE_LRU_HASH, (*clock)->key_words * 8u,
                                  NT_START_BYTES, NT_STARTS, 0});
}

LLVMValueRef nt_map(struct nt_gen *g, const char *name)
{
    return LLVMGetNamedGlobal(g->module, name);
}
