/* Code generation in a child process: typed programs in, u->program.elf out. */
#pragma once

#include <stdio.h>

struct nt_unit;

void nt_generate(struct nt_unit *u);
void nt_generate_dump_llvm(struct nt_unit *u, FILE *out);
void nt_generate_dump_asm(struct nt_unit *u, FILE *out);
