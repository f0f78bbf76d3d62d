/* Names of addresses. Those of the kernel are in /proc/kallsyms. The list is never held: wanted
 * addresses are collected, then one pass over it keeps for each the nearest symbol below. What was
 * found is cached, up to a bound. */
#pragma once

#include "compiler/base/str.h"
#include "compiler/catalog/value.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct nt_symbols;

/* stacks: fd of the stack trace map, or -1; the caller's. path: normally "/proc/kallsyms". */
struct nt_symbols *nt_symbols_new(int stacks, const char *path);
/* Accepts NULL, sets NULL. */
void nt_symbols_free(struct nt_symbols **symbols);

/* Notes what a value needs (ksym, stack; others nothing), for the next pass. */
void nt_symbols_want(struct nt_symbols *symbols, const struct nt_value *value);
/* "tcp_v4_rcv+0x1a", "ovs_vport_receive+0x40 [openvswitch]", or the address in hex. Reads the list
 * when something is wanted that is not known yet. */
void nt_symbols_address(struct nt_symbols *symbols, uint64_t address, struct nt_str *out);
/* The frames of a stack, innermost first, each ended by a newline, without those of the probe
 * itself; nothing when it is unknown. */
void nt_symbols_stack(struct nt_symbols *symbols, uint64_t id, struct nt_str *out);

/* True once the kernel has hidden its addresses (kptr_restrict): names can't be had. */
bool nt_symbols_hidden(const struct nt_symbols *symbols);
/* Frames of user stacks that were printed as addresses: their process had ended, or they are of no
 * file. */
uint64_t nt_symbols_unresolved(const struct nt_symbols *symbols);
