#include "compiler/catalog/value.h"
#include "compiler/base/str.h"
#include "compiler/catalog/types_text.h"

void nt_value_format(const struct nt_value *v, struct nt_str *out)
{
    switch (v->shape) {
    case NT_SHAPE_WORDS:
        (v->type ? v->type : &nt_type_uint)->format(v->type, v->w, out);
        break;
    case NT_SHAPE_BYTES:
        v->type->format(v->type, v->kept, out);
        break;
    case NT_SHAPE_REAL:
        nt_format_real(v->type, v->real, out);
        break;
    case NT_SHAPE_SHARE:
        nt_format_3digits(v->real * 100, out);
        nt_str_puts(out, "%");
        break;
    case NT_SHAPE_RATE:
        nt_format_real(v->type, v->real, out);
        nt_str_puts(out, "/s");
        break;
    case NT_SHAPE_ABSENT:
    case NT_SHAPE_HIST:
    case NT_SHAPE_STATS:
    case NT_SHAPE_QUANTILES:
        nt_str_puts(out, "-");
        break;
    }
}

void nt_value_format_number(const struct nt_value *v, int64_t number, struct nt_str *out)
{
    const struct nt_type *t = v->type ? v->type : &nt_type_uint;
    uint64_t word = (uint64_t)number;

    if (v->shape == NT_SHAPE_HIST && v->hist.exact)
        nt_format_exact(t, word, out);
    else
        t->format(t, &word, out);
}
