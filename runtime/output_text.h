/* What the files of the text format share. */
#pragma once

#include "runtime/output.h"

enum { NT_TEXT_INDENT = 4 };

/* HH:MM:SS, local time. */
void nt_text_add_clock(struct nt_output *o, uint64_t time, struct nt_str *out);

/* Stacks take lines of their own. */
static inline bool nt_text_is_stack(const struct nt_column *column)
{
    return column->type->kind == NT_KIND_STACK;
}

/* output_text_table.c: a table appended to o->text. */
void nt_text_add_table(struct nt_output *o, const struct nt_rows *rows);
/* output_text_hist.c: a histogram appended to out, a line for each bucket. */
void nt_text_add_hist(const struct nt_value *hist, int indent, struct nt_str *out);
