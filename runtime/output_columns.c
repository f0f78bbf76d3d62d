#include "runtime/output_columns.h"
#include "compiler/base/utf8.h"

#include <string.h>

/* Of what is not plain ASCII. */
static unsigned width_of_any(const char *text, size_t left)
{
    unsigned all = 0, width;
    NT_STR_AUTO shown = {0};

    for (size_t n; left; text += n, left -= n) {
        n = nt_utf8_show(text, left, &shown, &width);
        all += width;
    }
    return all;
}

unsigned nt_text_width(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~')
            return (unsigned)i + width_of_any(text + i, len - i);
    return (unsigned)len;
}

struct nt_text_column nt_text_column(const char *head, bool right)
{
    return (struct nt_text_column){
        .head = head, .width = nt_text_width(head, strlen(head)), .right = right};
}

bool nt_text_is_number(const struct nt_type *type)
{
    return !type || type->json_number;
}

void nt_text_widen(struct nt_text_column *column, const char *cell)
{
    unsigned width = nt_text_width(cell, strlen(cell));

    if (width > column->width)
        column->width = width;
}

static void add_cell(const struct nt_text_column *column, const struct nt_text_cell *cell,
                     const char *text, struct nt_str *out)
{
    size_t pad = cell->width < column->width ? column->width - cell->width : 0;

    if (column->right)
        nt_str_pad(out, pad);
    nt_str_add(out, text, cell->len);
    if (!column->right)
        nt_str_pad(out, pad);
}

static void add_text(const struct nt_text_column *column, const char *text, struct nt_str *out)
{
    struct nt_text_cell cell = {.len = strlen(text)};

    cell.width = nt_text_width(text, cell.len);
    add_cell(column, &cell, text, out);
}

/* Takes back the padding of a line's last cells. */
static void end_line(struct nt_str *out, size_t begin)
{
    while (out->len > begin && out->at[out->len - 1] == ' ')
        out->len--;
    nt_str_puts(out, "\n");
}

void nt_text_cells(const struct nt_text_column *columns, uint32_t n,
                   const struct nt_text_cell *cells, const char *texts, struct nt_str *out)
{
    size_t begin = out->len;

    for (uint32_t i = 0; i < n; i++) {
        nt_str_pad(out, i ? 2 : 0);
        add_cell(&columns[i], &cells[i], texts + cells[i].at, out);
    }
    end_line(out, begin);
}

void nt_text_line(const struct nt_text_column *columns, uint32_t n, const char *const *cells,
                  struct nt_str *out)
{
    size_t begin = out->len;

    for (uint32_t i = 0; i < n; i++) {
        nt_str_puts(out, i ? "  " : "");
        add_text(&columns[i], cells[i], out);
    }
    end_line(out, begin);
}

void nt_text_heads(const struct nt_text_column *columns, uint32_t n, struct nt_str *out)
{
    size_t begin = out->len;

    for (uint32_t i = 0; i < n; i++) {
        nt_str_puts(out, i ? "  " : "");
        add_text(&columns[i], columns[i].head, out);
    }
    end_line(out, begin);
}
