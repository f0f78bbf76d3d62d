/* JSON lines: one object a line, as docs/json.md describes them. Numbers are exact and in the unit
 * of their type, so that programs need no rounding or units taken apart. */
#include "runtime/output_json.h"

#include <inttypes.h>

/* UTC, to the nanosecond: 2025-11-25T14:27:01.123456789Z. */
static void add_time(struct nt_output *o, uint64_t time)
{
    struct nt_str *out = &o->text;

    nt_str_puts(out, ",\"time\":\"");
    nt_str_puts(out, nt_output_second(o, time, "%Y-%m-%dT%H:%M:%S", true));
    nt_str_add(out, ".", 1);
    nt_str_number(out, time % 1000000000, 9);
    nt_str_puts(out, "Z\"");
}

static void add_columns(struct nt_output *o, const struct nt_layout *layout,
                        const struct nt_value *values)
{
    nt_str_puts(&o->text, "{");
    for (uint16_t i = 0; i < layout->ncolumns; i++) {
        nt_json_name(&o->text, i ? "," : "", layout->columns[i].name);
        nt_json_value(o, &values[i]);
    }
    nt_str_puts(&o->text, "}");
}

void nt_json_event(struct nt_output *o, const struct nt_event_row *row)
{
    bool is_printf = row->record->kind == NT_RECORD_PRINTF;
    NT_STR_AUTO text = {0};

    nt_str_puts(&o->text, is_printf ? "{\"type\":\"printf\"" : "{\"type\":\"event\"");
    add_time(o, row->time);
    nt_json_name(&o->text, ",", "event");
    nt_json_string(&o->text, row->record->event);
    nt_str_puts(&o->text, ",\"record\":");
    nt_str_number(&o->text, row->id, 1);
    nt_str_puts(&o->text, ",\"cpu\":");
    nt_str_number(&o->text, row->cpu, 1);
    if (is_printf) {
        nt_output_printf(o, row, &text);
        nt_json_name(&o->text, ",", "text");
        nt_json_string_n(&o->text, text.at, text.len);
    } else {
        nt_json_name(&o->text, ",", "data");
        add_columns(o, &row->record->body, row->values);
    }
    nt_str_puts(&o->text, "}\n");
}

static void add_aggs(struct nt_output *o, const struct nt_table *table,
                     const struct nt_value *values)
{
    nt_str_puts(&o->text, "{");
    for (uint16_t i = 0; i < table->naggs; i++) {
        nt_json_name(&o->text, i ? "," : "", table->aggs[i].name);
        nt_json_value(o, &values[i]);
    }
    nt_str_puts(&o->text, "}");
}

void nt_json_table(struct nt_output *o, const struct nt_rows *rows)
{
    nt_str_puts(&o->text, "{\"type\":\"table\"");
    add_time(o, rows->time);
    nt_json_name(&o->text, ",", "name");
    nt_json_string(&o->text, rows->table->name);
    nt_str_puts(&o->text, ",\"rows\":[");
    for (uint32_t i = 0; i < rows->n; i++) {
        nt_str_puts(&o->text, i ? ",{\"key\":" : "{\"key\":");
        add_columns(o, &rows->table->key, rows->row[i].key);
        nt_str_puts(&o->text, ",\"values\":");
        add_aggs(o, rows->table, rows->row[i].values);
        nt_str_puts(&o->text, "}");
    }
    nt_str_printf(&o->text, "],\"more\":%" PRIu64 ",\"others\":", rows->total - rows->n);
    if (rows->others)
        add_aggs(o, rows->table, rows->others->values);
    else
        nt_str_puts(&o->text, "null");
    nt_str_printf(&o->text, ",\"final\":%s}\n", rows->final ? "true" : "false");
}

static void add_count(struct nt_str *out, const char *name, uint64_t n)
{
    nt_json_name(out, ",", name);
    nt_json_integer(out, NULL, n);
}

void nt_json_path(struct nt_output *o, const struct nt_path_counts *c)
{
    nt_str_puts(&o->text, "{\"type\":\"path\"");
    add_time(o, c->time);
    nt_json_name(&o->text, ",", "name");
    nt_json_string(&o->text, c->path->name);
    add_count(&o->text, "started", c->started);
    add_count(&o->text, "done", c->done);
    add_count(&o->text, "lost", c->lost);
    add_count(&o->text, "again", c->again);
    add_count(&o->text, "joined", c->joined);
    add_count(&o->text, "open", c->open);
    add_count(&o->text, "evicted", c->evicted);
    add_count(&o->text, "late", c->late);
    nt_str_printf(&o->text, ",\"final\":%s}\n", c->final ? "true" : "false");
}

static void add_probe(struct nt_str *out, const struct nt_probe *p)
{
    nt_json_name(out, "{", "event");
    nt_json_string(out, p->event);
    nt_json_name(out, ",", "hook");
    nt_json_string(out, p->hook);
    nt_json_name(out, ",", "why");
    nt_json_string(out, p->why);
}

static void add_counts(struct nt_str *out, const struct nt_probe_counts *c)
{
    for (int i = 0; i < NT_CNT_MAX; i++) {
        nt_json_name(out, ",", nt_counter_name(i));
        if (i == NT_CNT_MISSED && c->misses_unknown)
            nt_str_puts(out, "null");
        else
            nt_json_integer(out, NULL, c->n[i]);
    }
}

void nt_json_notice(struct nt_output *o, const struct nt_notice *notice)
{
    static const char *const types[] = {
        [NT_NOTICE_READY] = "ready",
        [NT_NOTICE_COUNTERS] = "counters",
        [NT_NOTICE_WARNING] = "warning",
    };
    const char *separator = "";

    nt_str_printf(&o->text, "{\"type\":\"%s\"", types[notice->kind]);
    add_time(o, notice->time);
    if (notice->text) {
        nt_json_name(&o->text, ",", "text");
        nt_json_string(&o->text, notice->text);
    }
    if (notice->kind != NT_NOTICE_WARNING)
        nt_str_puts(&o->text, ",\"probes\":[");
    for (uint32_t i = 0; i < notice->nprobes; i++, separator = ",") {
        nt_str_puts(&o->text, separator);
        add_probe(&o->text, &notice->probes[i]);
        nt_str_puts(&o->text, "}");
    }
    for (uint32_t i = 0; i < notice->ncounts; i++, separator = ",") {
        nt_str_puts(&o->text, separator);
        add_probe(&o->text, notice->counts[i].probe);
        add_counts(&o->text, &notice->counts[i]);
        nt_str_puts(&o->text, "}");
    }
    nt_str_puts(&o->text, notice->kind != NT_NOTICE_WARNING ? "]}\n" : "}\n");
}
