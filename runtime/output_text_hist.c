/* Histograms drawn in lines:
 *
 *     [1us, 2.05us)   3 |@@@@@@@@@@                              |
 *     [2.05us, ...)  12 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
 */
#include "runtime/output_columns.h"
#include "runtime/output_text.h"

#include <inttypes.h>
#include <string.h>

enum { BAR = 40 };

/* What a bucket holds: [lo, hi), or [lo] for a single number. */
static void make_label(const struct nt_value *v, const struct nt_bucket *b, struct nt_str *out)
{
    bool is_single = !b->open_lo && !b->open_hi && (uint64_t)b->hi - (uint64_t)b->lo == 1;

    nt_str_clear(out);
    nt_str_puts(out, b->open_lo ? "(..." : "[");
    if (!b->open_lo)
        nt_value_format_number(v, b->lo, out);
    if (is_single) {
        nt_str_puts(out, "]");
        return;
    }
    nt_str_puts(out, ", ");
    if (b->open_hi)
        nt_str_puts(out, "...");
    else
        nt_value_format_number(v, b->hi, out);
    nt_str_puts(out, ")");
}

/* At least one mark for what is not zero. */
static int bar_of(uint64_t count, uint64_t largest)
{
    return (int)(((unsigned __int128)count * BAR + largest - 1) / largest);
}

void nt_text_add_hist(const struct nt_value *hist, int indent, struct nt_str *out)
{
    static const char marks[] = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";
    unsigned label_width = 0, count_width = 0;
    uint64_t largest = 1;
    NT_STR_AUTO label = {0};

    for (uint32_t i = 0; i < hist->hist.n; i++) {
        make_label(hist, &hist->hist.bucket[i], &label);
        label_width = label.len > label_width ? (unsigned)label.len : label_width;
        largest = hist->hist.bucket[i].count > largest ? hist->hist.bucket[i].count : largest;
    }
    count_width = (unsigned)snprintf(NULL, 0, "%" PRIu64, largest);
    for (uint32_t i = 0; i < hist->hist.n; i++) {
        const struct nt_bucket *b = &hist->hist.bucket[i];

        make_label(hist, b, &label);
        nt_str_printf(out, "%*s%-*s  %*" PRIu64 " |%-*.*s|\n", indent, "", (int)label_width,
                      label.at, (int)count_width, b->count, BAR, bar_of(b->count, largest), marks);
    }
    if (!hist->hist.n)
        nt_str_printf(out, "%*s(none)\n", indent, "");
}
