/* Metrics as Prometheus reads them: every aggregation of a table is one, its keys are labels.
 * Durations are in seconds, as is usual there. Rows of emit and printf are no metrics and are left
 * out. */
#include "compiler/base/utf8.h"
#include "runtime/output.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Letters and digits; whatever lies between them becomes one `_`. */
static void add_word(struct nt_str *out, const char *text)
{
    bool gap = false;

    for (; *text; text++) {
        bool plain = isalnum((unsigned char)*text);

        if (plain && gap)
            nt_str_puts(out, "_");
        gap = !plain;
        if (plain)
            nt_str_add(out, text, 1);
    }
}

/* Between quotes; bytes that are no UTF-8 become U+FFFD. */
static void add_label_text(struct nt_str *out, const char *text, size_t len)
{
    for (size_t at = 0, n; at < len; at += n) {
        n = nt_utf8_len(text + at, len - at);
        if (!n) {
            nt_str_puts(out, "\xef\xbf\xbd");
            n = 1;
        } else if (text[at] == '\n') {
            nt_str_puts(out, "\\n");
        } else if (text[at] == '"' || text[at] == '\\') {
            nt_str_printf(out, "\\%c", text[at]);
        } else {
            nt_str_add(out, text + at, n);
        }
    }
}

static void add_label(struct nt_str *out, const char *separator, const char *name, const char *text)
{
    nt_str_puts(out, separator);
    if (isdigit((unsigned char)*name))
        nt_str_puts(out, "_");
    add_word(out, name);
    nt_str_puts(out, "=\"");
    add_label_text(out, text, strlen(text));
    nt_str_puts(out, "\"");
}

/* The key of a row, without braces; that of (others) says so in its first label. */
static void add_key(struct nt_output *o, const struct nt_rows *rows, const struct nt_row *row)
{
    const struct nt_layout *key = &rows->table->key;

    for (uint16_t i = 0; i < key->ncolumns; i++) {
        NT_STR_AUTO text = {0};

        nt_str_puts(&text, row->key || i ? "" : "(others)");
        if (row->key)
            nt_output_value(o, &row->key[i], &text);
        add_label(&o->text, i ? "," : "", key->columns[i].name, text.at);
    }
}

static bool is_duration(const struct nt_type *t)
{
    return t && t->kind == NT_KIND_DURATION;
}

static void add_number(struct nt_str *out, const struct nt_type *type, double number)
{
    if (is_duration(type))
        number /= 1e9;
    nt_str_printf(out, "%.15g\n", number);
}

static void add_integer(struct nt_str *out, const struct nt_type *type, uint64_t word)
{
    if (is_duration(type))
        add_number(out, type, (double)(int64_t)word);
    else if (type && type->is_signed)
        nt_str_printf(out, "%" PRId64 "\n", (int64_t)word);
    else
        nt_str_printf(out, "%" PRIu64 "\n", word);
}

/* One aggregation of a table, while it is written. */
struct metric {
    struct nt_output *o;
    const struct nt_rows *rows;
    const struct nt_row *row;
    const char *name;
};

/* Name, labels and a space: the number follows. */
static void begin_line(const struct metric *m, const char *suffix, const char *label,
                       const char *text)
{
    struct nt_str *out = &m->o->text;
    bool has_key = m->rows->table->key.ncolumns != 0;

    nt_str_printf(out, "%s%s", m->name, suffix);
    if (has_key || label)
        nt_str_puts(out, "{");
    add_key(m->o, m->rows, m->row);
    if (label)
        add_label(out, has_key ? "," : "", label, text);
    nt_str_puts(out, has_key || label ? "} " : " ");
}

/* Counts up to and including the largest number of each bucket. */
static void add_hist(const struct metric *m, const struct nt_value *v)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < v->hist.n; i++) {
        const struct nt_bucket *b = &v->hist.bucket[i];
        NT_STR_AUTO bound = {0};

        count += b->count;
        if (b->open_hi)
            continue;
        add_integer(&bound, v->type, (uint64_t)b->hi - 1);
        bound.at[--bound.len] = '\0';
        begin_line(m, "_bucket", "le", bound.at);
        nt_str_printf(&m->o->text, "%" PRIu64 "\n", count);
    }
    begin_line(m, "_bucket", "le", "+Inf");
    nt_str_printf(&m->o->text, "%" PRIu64 "\n", count);
    begin_line(m, "_count", NULL, NULL);
    nt_str_printf(&m->o->text, "%" PRIu64 "\n", count);
}

static void add_stats(const struct metric *m, const struct nt_value *v)
{
    const struct {
        const char *suffix;
        int64_t number;
    } parts[] = {{"_sum", v->stats.sum}, {"_min", v->stats.min}, {"_max", v->stats.max}};

    begin_line(m, "_count", NULL, NULL);
    nt_str_printf(&m->o->text, "%" PRIu64 "\n", v->stats.count);
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        begin_line(m, parts[i].suffix, NULL, NULL);
        add_integer(&m->o->text, v->type, (uint64_t)parts[i].number);
    }
}

static void add_quantiles(const struct metric *m, const struct nt_value *v)
{
    for (int i = 0; i < NT_QUANTILES; i++) {
        char share[16];

        if (v->quantiles.below[i])
            continue;
        snprintf(share, sizeof(share), "%g", nt_quantiles[i].thousandths / 1000.0);
        begin_line(m, "", "quantile", share);
        add_integer(&m->o->text, v->type, (uint64_t)v->quantiles.at[i]);
    }
    begin_line(m, "_count", NULL, NULL);
    nt_str_printf(&m->o->text, "%" PRIu64 "\n", v->quantiles.count);
}

static void add_value(const struct metric *m, const struct nt_value *v)
{
    switch (v->shape) {
    case NT_SHAPE_WORDS:
        begin_line(m, "", NULL, NULL);
        add_integer(&m->o->text, v->type, v->w[0]);
        break;
    case NT_SHAPE_REAL:
    case NT_SHAPE_SHARE:
    case NT_SHAPE_RATE:
        begin_line(m, "", NULL, NULL);
        add_number(&m->o->text, v->type, v->real);
        break;
    case NT_SHAPE_HIST:
        add_hist(m, v);
        break;
    case NT_SHAPE_STATS:
        add_stats(m, v);
        break;
    case NT_SHAPE_QUANTILES:
        add_quantiles(m, v);
        break;
    default: /* absent: there is nothing to say */
        break;
    }
}

static void add_name(struct nt_str *out, const struct nt_rows *rows, uint16_t agg)
{
    const struct nt_agg_use *use = &rows->table->aggs[agg];

    nt_str_puts(out, "ntrace_");
    if (rows->table->named) {
        add_word(out, rows->table->name);
        nt_str_puts(out, "_");
    }
    add_word(out, use->name);
    if (is_duration(use->type))
        nt_str_puts(out, "_seconds");
}

void nt_metrics_table(struct nt_output *o, const struct nt_rows *rows)
{
    for (uint16_t i = 0; i < rows->table->naggs; i++) {
        NT_STR_AUTO name = {0};
        struct metric m = {.o = o, .rows = rows};

        add_name(&name, rows, i);
        m.name = name.at;
        for (uint32_t r = 0; r < rows->n + (rows->others != NULL); r++) {
            m.row = r < rows->n ? &rows->row[r] : rows->others;
            add_value(&m, &m.row->values[i]);
        }
    }
}

void nt_metrics_event(struct nt_output *o, const struct nt_event_row *row)
{
    (void)o;
    (void)row;
}

void nt_metrics_path(struct nt_output *o, const struct nt_path_counts *c)
{
    const struct {
        const char *name;
        uint64_t n;
    } parts[] = {{"started", c->started}, {"done", c->done},     {"lost", c->lost},
                 {"again", c->again},     {"joined", c->joined}, {"open", c->open},
                 {"evicted", c->evicted}, {"late", c->late}};

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        nt_str_printf(&o->text, "ntrace_path_%s{path=\"%s\"} %" PRIu64 "\n", parts[i].name,
                      c->path->name, parts[i].n);
}

void nt_metrics_notice(struct nt_output *o, const struct nt_notice *notice)
{
    for (int k = 0; k < NT_CNT_MAX; k++)
        for (uint32_t i = 0; i < notice->ncounts; i++) {
            const struct nt_probe_counts *c = &notice->counts[i];

            if (k == NT_CNT_MISSED && c->misses_unknown)
                continue;
            nt_str_printf(&o->text, "ntrace_%s_total{probe=\"%" PRIu32 "\"", nt_counter_name(k), i);
            add_label(&o->text, ",", "event", c->probe->event);
            add_label(&o->text, ",", "hook", c->probe->hook);
            add_label(&o->text, ",", "why", c->probe->why);
            nt_str_printf(&o->text, "} %" PRIu64 "\n", c->n[k]);
        }
}
