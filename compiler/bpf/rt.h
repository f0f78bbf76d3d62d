/* What the BPF side needs of the kernel, without its headers: helpers by number (uapi/linux/bpf.h).
 *
 * The functions of this directory are compiled to bitcode when ntrace is built and linked into each
 * program that uses them, always inline: arguments that are constants vanish. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

static long (*const probe_read_kernel)(void *to, u32 size, const void *from) = (void *)113;

/* Made by the compiler (codegen/cast.c): may memory at any address be read by plain loads, and the
 * words at one. What can't be read is 0. */
_Bool nt_can_cast(void);
const u64 *nt_cast(u64 address);

static inline u16 be16(const u8 *p)
{
    return (u16)(p[0] << 8 | p[1]);
}

static inline u32 be32(const u8 *p)
{
    return (u32)be16(p) << 16 | be16(p + 2);
}

/* A word on the stack of which the verifier knows that it was written, no more: what is read from
 * it may be anything. So it follows what comes behind once, not once for each way to here. Halves
 * do it, the second last, on every kernel; a 0 it would note, so none is written. */
enum { NOT_ZERO = 1 << 30 };

static inline void put_unknown(u32 *word, u32 low, u32 high)
{
    volatile u32 *halves = word;

    asm volatile("" : : "r"(word)); /* LLVM is not to part them */
    halves[0] = low ^ NOT_ZERO;
    halves[1] = high ^ NOT_ZERO;
}

static inline u32 get_unknown(const u32 *word, u32 half)
{
    return ((const volatile u32 *)word)[half] ^ NOT_ZERO;
}

/* The same number, unknown. */
static inline u32 forget(u32 value)
{
    u32 word[2] __attribute__((aligned(8)));

    put_unknown(word, 0, value);
    return get_unknown(word, 1);
}

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
