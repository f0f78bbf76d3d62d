/* Lines of the script that instructions came from, out of the object's .BTF.ext. */
#pragma once

#include "compiler/base/cx.h"
#include "compiler/program.h"

struct nt_line {
    char file[256]; /* as the compiler named the source */
    uint32_t line, col;
};

/* The line of instruction `insn` (from 0) of the program `prog`; false when the object does not
 * say. */
bool nt_line_of_insn(const struct nt_program *p, const char *prog, uint32_t insn,
                     struct nt_line *ret_line);
/* The place in a source of cx; false when no source has that name and line. */
bool nt_line_span(struct nt_cx *cx, const struct nt_line *line, struct nt_span *ret_at);
