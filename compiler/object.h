/* What stands in a BPF object (an ELF file), as far as the compiler wants to know. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Instructions of the function `name`; 0: there is no such function, or the object is none. */
uint32_t nt_object_insns(const void *elf, size_t size, const char *name);
