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

static inline u16 be16(const u8 *p)
{
    return (u16)(p[0] << 8 | p[1]);
}

static inline u32 be32(const u8 *p)
{
    return (u32)be16(p) << 16 | be16(p + 2);
}

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
