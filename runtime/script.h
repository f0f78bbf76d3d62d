/* From the command line's SCRIPT to a source of the compilation: -e TEXT, a file, standard input,
 * or a script of the library. */
#pragma once

#include "compiler/base/cx.h"

struct nt_cli;

/* 0, or -errno with a diagnostic in cx. The text lives in cx->arena. */
int nt_script_read(struct nt_cx *cx, const struct nt_cli *cli, uint16_t *ret_source);
