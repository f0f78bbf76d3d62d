/* The one door of the code generator, a plugin that only the compiling child loads. */
#pragma once

#include <stdio.h>

struct nt_unit;

enum nt_codegen_dump { NT_DUMP_NOTHING, NT_DUMP_LLVM, NT_DUMP_ASM };

/* Lowers u's programs and writes the BPF object to fd. 0, or -1 with the reason in text for those
 * who maintain ntrace (it is never the user's fault). A dump goes to out in place of the object. */
int nt_codegen(struct nt_unit *u, enum nt_codegen_dump dump, FILE *out, int fd, char text[512]);
