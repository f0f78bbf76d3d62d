/* Programs and libraries as files: their functions, and the probes that their authors put into them
 * (USDT). Files are mapped; names live until they are closed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct nt_elf;

/* 0; -errno; -ENOEXEC: no ELF file of this machine. */
int nt_elf_open(const char *path, struct nt_elf **ret_elf);
/* Accepts NULL, sets NULL. */
void nt_elf_close(struct nt_elf **elf);

/* Where the file "libc", "libc.so.6", "bash" or "./a.out" is, as malloc'ed text; NULL: nowhere.
 * What has no slash is looked for among the libraries, then among the programs. */
char *nt_elf_find(const char *name);

/* Functions, of .symtab and .dynsym; one may come twice. Stops when each says false. */
typedef bool nt_elf_function_fn(const char *name, uint64_t address, uint64_t size, void *arg);
void nt_elf_each_function(const struct nt_elf *elf, nt_elf_function_fn *each, void *arg);

/* Addresses are those of the file's own headers. */
bool nt_elf_offset_of(const struct nt_elf *elf, uint64_t address, uint64_t *ret_offset);
bool nt_elf_address_of(const struct nt_elf *elf, uint64_t offset, uint64_t *ret_address);

/* A USDT probe: an address, that of its semaphore (0: none), and the text that says where its
 * arguments are: "-4@%edi 8@$5 8@-16(%rbp)". */
struct nt_elf_usdt {
    const char *provider, *name, *args;
    uint64_t address, semaphore;
};
typedef bool nt_elf_usdt_fn(const struct nt_elf_usdt *usdt, void *arg);
void nt_elf_each_usdt(const struct nt_elf *elf, nt_elf_usdt_fn *each, void *arg);
