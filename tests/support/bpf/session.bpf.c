/* A program as the compiler would make it, by hand: what the runtime is tested with. It watches one
 * process: getppid(KEY) fills two tables, getuid(KEY) becomes a row. */
#include "compiler/bpf/counters.h"
#include "compiler/bpf/slots.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

typedef unsigned long long u64;
typedef unsigned int u32;

enum { GETUID = 102, GETPPID = 110, PT_REGS_DI = 112 };
enum { BY_KEY_MAX = 64 };

struct sum {
    u64 word[NT_SLOT_COUNT_WORDS + NT_SLOT_SUM_WORDS];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, u64[NT_CNT_MAX]);
} nt_counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, u32);
    __type(value, u64);
} nt_gen SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, u32);
} nt_rings SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_STACK_TRACE);
    __uint(max_entries, 64);
    __uint(key_size, 4);
    __uint(value_size, 127 * 8);
} nt_stacks SEC(".maps");

#define TABLE(name, entries, slot)                                                                 \
    struct {                                                                                       \
        __uint(type, BPF_MAP_TYPE_PERCPU_HASH);                                                    \
        __uint(max_entries, entries);                                                              \
        __type(key, u64);                                                                          \
        __type(value, slot);                                                                       \
    } name SEC(".maps")

#define OTHERS_OF(name, slot)                                                                      \
    struct {                                                                                       \
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);                                                   \
        __uint(max_entries, 2);                                                                    \
        __type(key, u32);                                                                          \
        __type(value, slot);                                                                       \
    } name SEC(".maps")

TABLE(by_key_0, BY_KEY_MAX, u64);
TABLE(by_key_1, BY_KEY_MAX, u64);
OTHERS_OF(by_key_others, u64);
TABLE(whole_0, 1, struct sum);
OTHERS_OF(whole_others, struct sum);

static __always_inline void count(u32 counter)
{
    u32 probe = 0;
    u64 *n = bpf_map_lookup_elem(&nt_counters, &probe);

    if (n)
        n[counter]++;
}

/* The process to watch. The test looks for this number in the object and puts its own pid there. */
const volatile u64 watched_process = 0x7761746368206d65;

/* The slot of a key, zeroed when new; NULL: the table is full. */
static __always_inline void *slot_of(void *map, u64 *key, const void *zero)
{
    void *slot = bpf_map_lookup_elem(map, key);

    if (slot)
        return slot;
    bpf_map_update_elem(map, key, zero, BPF_NOEXIST);
    return bpf_map_lookup_elem(map, key);
}

static __always_inline void count_by_key(u64 key)
{
    u32 table = 0, buffer;
    u64 *gen = bpf_map_lookup_elem(&nt_gen, &table);
    u64 zero = 0, *slot;

    if (!gen)
        return;
    buffer = *gen & 1;
    slot = buffer ? slot_of(&by_key_1, &key, &zero) : slot_of(&by_key_0, &key, &zero);
    if (!slot) {
        count(NT_CNT_OTHERS);
        slot = bpf_map_lookup_elem(&by_key_others, &buffer);
    }
    if (slot)
        slot[NT_SLOT_COUNT_N]++;
}

static __always_inline void sum_all(u64 value)
{
    struct sum zero = {}, *slot;
    u64 key = 0;

    slot = slot_of(&whole_0, &key, &zero);
    if (!slot)
        return;
    slot->word[NT_SLOT_COUNT_N]++;
    slot->word[NT_SLOT_COUNT_WORDS + NT_SLOT_SUM] += value;
    slot->word[NT_SLOT_COUNT_WORDS + NT_SLOT_SUM_N]++;
}

/* Columns: key, odd (absent for even keys), where, stack; then the absent bits. */
static __always_inline void emit(struct bpf_raw_tracepoint_args *ctx, u64 key)
{
    u32 cpu = bpf_get_smp_processor_id();
    void *ring = bpf_map_lookup_elem(&nt_rings, &cpu);
    u64 row[7] = {(u64)cpu << 32, bpf_ktime_get_ns(), key, key, 0, 0, key % 2 ? 0 : 1};

    if (!ring)
        return;
    bpf_get_stack(ctx, &row[4], sizeof(row[4]), 0);
    row[5] = bpf_get_stackid(ctx, &nt_stacks, BPF_F_REUSE_STACKID);
    if (bpf_ringbuf_output(ring, row, sizeof(row), 0) < 0)
        count(NT_CNT_RING_FULL);
}

SEC("raw_tp/sys_enter")
int watch(struct bpf_raw_tracepoint_args *ctx)
{
    u64 id = ctx->args[1], key = 0;

    if (bpf_get_current_pid_tgid() >> 32 != watched_process)
        return 0;
    if (id != GETPPID && id != GETUID)
        return 0;
    bpf_probe_read_kernel(&key, sizeof(key), (void *)(ctx->args[0] + PT_REGS_DI));
    if (id == GETUID) {
        emit(ctx, key);
        return 0;
    }
    count_by_key(key);
    sum_all(key);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
