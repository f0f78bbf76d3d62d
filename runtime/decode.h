/* From words as the kernel's side wrote them to values: keys of tables, records of rings. */
#pragma once

#include "compiler/catalog/value.h"
#include "compiler/program.h"

/* A row, its columns decoded; valid during the call. */
struct nt_ring_row {
    const struct nt_record *record;
    uint32_t id, cpu;
    uint64_t time; /* ns of CLOCK_MONOTONIC */
    const struct nt_value *values;
    uint32_t nvalues;
};

/* One column of words laid out as `layout` says. */
void nt_decode_column(const struct nt_layout *layout, uint16_t column, const uint64_t *words,
                      struct nt_value *ret_value);
/* A record as it stands in a ring; its columns go to ret_values. -EBADMSG when it is none of p's.
 */
int nt_decode_record(const struct nt_program *p, const void *data, size_t size,
                     struct nt_ring_row *ret_row, struct nt_value *ret_values);
