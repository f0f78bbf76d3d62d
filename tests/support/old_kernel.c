/* A jump backwards is no loop by itself: as the kernel's check_cfg() does, a walk over the program
 * looks for a way back to an instruction that is still being walked. */
#include "tests/support/old_kernel.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_INSNS = 4096, LAST_HELPER = 83 /* skb_ancestor_cgroup_id */ };
enum { LAST_MAP_TYPE = BPF_MAP_TYPE_REUSEPORT_SOCKARRAY };

static const char *program;
static int bad;

static void complain(size_t at, const char *what)
{
    printf("%s, instruction %zu: %s\n", program, at, what);
    bad = 1;
}

static void check_call(const struct bpf_insn *i, size_t at)
{
    if (i->src_reg == BPF_PSEUDO_CALL)
        return; /* 4.16 */
    if (i->src_reg != 0)
        complain(at, "a call of a kernel function that is no helper");
    else if (i->imm < 1 || i->imm > LAST_HELPER)
        complain(at, "a helper that 4.19 lacks");
}

static void check_insn(const struct bpf_insn *i, size_t at)
{
    switch (BPF_CLASS(i->code)) {
    case BPF_JMP32:
        complain(at, "a jump on 32 bits (instruction set v3)");
        break;
    case BPF_JMP:
        if (BPF_OP(i->code) == BPF_CALL)
            check_call(i, at);
        break;
    case BPF_STX:
        if (BPF_MODE(i->code) == BPF_ATOMIC && i->imm != BPF_ADD)
            complain(at, "an atomic operation other than addition");
        break;
    case BPF_LDX:
        if (BPF_MODE(i->code) != BPF_MEM)
            complain(at, "a load with sign extension (instruction set v4)");
        break;
    case BPF_ALU:
    case BPF_ALU64:
        if (i->off != 0)
            complain(at, "a signed move or division (instruction set v4)");
        if (BPF_OP(i->code) == BPF_END && BPF_CLASS(i->code) == BPF_ALU64)
            complain(at, "an unconditional byte swap (instruction set v4)");
        break;
    case BPF_LD:
        if (i->code == (BPF_LD | BPF_IMM | BPF_DW) && i->src_reg > BPF_PSEUDO_MAP_FD)
            complain(at, "global data");
        break;
    default:
        break;
    }
}

enum mark { UNSEEN, WALKED, DONE };

static int64_t target(const struct bpf_insn *i, size_t at)
{
    return (int64_t)at + 1 + i->off;
}

/* Depth first, without recursion: the stack holds the way from the start to here. */
static void check_loops(const struct bpf_insn *insns, size_t n)
{
    enum mark *mark = calloc(n, sizeof(*mark));
    unsigned char *taken = calloc(n, 1); /* ways out of an instruction that were walked */
    size_t *way = calloc(n, sizeof(*way)), depth = 0;

    if (!mark || !taken || !way)
        abort();
    way[depth++] = 0;
    mark[0] = WALKED;
    while (depth) {
        size_t at = way[depth - 1];
        const struct bpf_insn *i = &insns[at];
        bool jump = BPF_CLASS(i->code) == BPF_JMP && BPF_OP(i->code) != BPF_CALL &&
                    BPF_OP(i->code) != BPF_EXIT;
        bool falls = !(jump && BPF_OP(i->code) == BPF_JA) &&
                     !(BPF_CLASS(i->code) == BPF_JMP && BPF_OP(i->code) == BPF_EXIT);
        int64_t next = -1;

        if (taken[at] == 0 && falls)
            next = (int64_t)at + (i->code == (BPF_LD | BPF_IMM | BPF_DW) ? 2 : 1);
        else if (taken[at] <= 1 && jump)
            next = target(i, at);
        taken[at] = taken[at] == 0 && falls ? 1 : 2;
        if (next < 0) {
            mark[at] = DONE;
            depth--;
            continue;
        }
        if ((size_t)next >= n) {
            complain(at, "a way out of the program");
        } else if (mark[next] == WALKED) {
            complain(at, "a loop");
        } else if (mark[next] == UNSEEN) {
            mark[next] = WALKED;
            way[depth++] = (size_t)next;
        }
    }
    free(mark);
    free(taken);
    free(way);
}

static void check_program(const struct bpf_program *p)
{
    const struct bpf_insn *insns = bpf_program__insns(p);
    size_t n = bpf_program__insn_cnt(p);

    program = bpf_program__name(p);
    if (n > MAX_INSNS)
        complain(n, "more than 4,096 instructions");
    for (size_t i = 0; i < n; i++) {
        check_insn(&insns[i], i);
        if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW))
            i++;
    }
    check_loops(insns, n);
}

static void check_map(const struct bpf_map *m)
{
    program = bpf_map__name(m);
    if (bpf_map__is_internal(m))
        complain(0, "global data");
    else if ((int)bpf_map__type(m) > (int)LAST_MAP_TYPE)
        complain(0, "a map type that 4.19 lacks");
}

bool old_kernel_refuses(const void *object, size_t size)
{
    struct bpf_object *o = bpf_object__open_mem(object, size, NULL);
    struct bpf_program *p;
    struct bpf_map *m;
    int programs = 0;

    bad = 0;
    program = "";
    if (!o) {
        complain(0, "no object");
        return true;
    }
    bpf_object__for_each_program(p, o)
    {
        check_program(p);
        programs++;
    }
    bpf_object__for_each_map(m, o) check_map(m);
    if (!programs)
        complain(0, "no programs");
    bpf_object__close(o);
    return bad;
}
