#include "runtime/output_columns.h"
#include "compiler/base/utf8.h"

#include <string.h>

unsigned nt_text_width(const char *text)
{
    size_t left = strlen(text);
    unsigned all = 0, width;
    NT_STR_AUTO shown = {0};

    for (size_t n; left; text += n, left -= n) {
        if ((unsigned char)*text >= ' ' && (unsigned char)*text < 127) {
            n = width = 1;
        } else {
            n = nt_utf8_show(text, left, &shown, &width);
        }
        all += width;
    }
    return all;
}

struct nt_text_column nt_text_column(const char *head, bool right)
{
    return (struct nt_text_column){.head = head, .width = nt_text_width(head), .right = right};
}

bool nt_text_is_number(const struct nt_type *type)
{
    return !type || type->json_number;
}

void nt_text_widen(struct nt_text_column *column, const char *cell)
{
    unsigned width = nt_text_width(cell);

    if (width > column->width)
        column->width = width;
}

static void add_cell(const struct nt_text_column *column, const char *cell, struct nt_str *out)
{
    unsigned width = nt_text_width(cell);
    int pad = width < column->width ? (int)(column->width - width) : 0;

    if (column->right)
        nt_str_printf(out, "%*s%s", pad, "", cell);
    else
        nt_str_printf(out, "%s%*s", cell, pad, "");
}

/* Takes back the padding of a line's last cells. */
static void end_line(struct nt_str *out, size_t begin)
{
    while (out->len > begin && out->at[out->len - 1] == ' ')
        out->len--;
    nt_str_puts(out, "\n");
}

void nt_text_line(const struct nt_text_column *columns, uint32_t n, const char *const *cells,
                  struct nt_str *out)
{
    size_t begin = out->len;

    for (uint32_t i = 0; i < n; i++) {
        nt_str_puts(out, i ? "  " : "");
        add_cell(&columns[i], cells[i], out);
    }
    end_line(out, begin);
}

void nt_text_heads(const struct nt_text_column *columns, uint32_t n, struct nt_str *out)
{
    size_t begin = out->len;

    for (uint32_t i = 0; i < n; i++) {
        nt_str_puts(out, i ? "  " : "");
        add_cell(&columns[i], columns[i].head, out);
    }
    end_line(out, begin);
}
