/* Netlink attributes: a length and a type of two bytes each, in host order, then the payload,
 * filled up to four bytes. */
#include "compiler/bpf/rt.h"

enum { HEADER = 4, TYPE_MASK = 0x3fff };

/* 1: the attribute at *at is of this type, *at and *left are now its payload; 0: it is of another,
 * and *at is the next; -1: there is none, or what there is can be none. */
long nt_attr_step(u64 *at, u64 *left, u64 type)
{
    u16 head[2] = {0, 0};
    u64 len;

    if (*left < HEADER || probe_read_kernel(head, HEADER, (const void *)*at) != 0)
        return -1;
    len = head[0];
    if (len < HEADER || len > *left)
        return -1;
    if ((head[1] & TYPE_MASK) == type) {
        *at += HEADER;
        *left = len - HEADER;
        return 1;
    }
    len = (len + 3) & ~3ull;
    if (len >= *left)
        return -1;
    *at += len;
    *left -= len;
    return 0;
}
