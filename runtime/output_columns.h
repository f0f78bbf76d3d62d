/* Aligned columns of text: numbers to the right, all else to the left, two spaces between. Cells
 * are texts that a terminal can show as they are. */
#pragma once

#include "compiler/base/str.h"
#include "compiler/catalog/value.h"

#include <stdbool.h>
#include <stdint.h>

struct nt_text_column {
    const char *head;
    unsigned width;
    bool right;
};

/* A text among others, one behind the other. */
struct nt_text_cell {
    size_t at, len;
    unsigned width; /* as nt_text_width() gives it */
};

struct nt_text_column nt_text_column(const char *head, bool right);
/* Whether values of a type line up by their last digit. NULL: a count. */
bool nt_text_is_number(const struct nt_type *type);
/* Columns of the terminal that text takes. */
unsigned nt_text_width(const char *text, size_t len);
void nt_text_widen(struct nt_text_column *column, const char *cell);
/* One line; cells[i] belongs to columns[i]. */
void nt_text_line(const struct nt_text_column *columns, uint32_t n, const char *const *cells,
                  struct nt_str *out);
/* The same of cells whose widths are known; their places are from texts. */
void nt_text_cells(const struct nt_text_column *columns, uint32_t n,
                   const struct nt_text_cell *cells, const char *texts, struct nt_str *out);
void nt_text_heads(const struct nt_text_column *columns, uint32_t n, struct nt_str *out);
