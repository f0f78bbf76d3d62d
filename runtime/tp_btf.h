/* Programs on BTF-typed tracepoints, loaded without libbpf's reading of all the kernel's types,
 * which takes 12 ms and 11 MB at every start. The compiler knew the tracepoints' type ids; libbpf
 * is told them here. */
#pragma once

#include "compiler/program.h"

/* From here on, objects that are opened load and attach their tp_btf programs as p says. To be
 * closed after the object. 0 in *ret_handler when p leaves the ids to libbpf. 0 or -errno. */
int nt_tp_btf_open(const struct nt_program *p, int *ret_handler);
/* Accepts 0, sets 0. */
void nt_tp_btf_close(int *handler);
