#include "runtime/decode.h"

#include <errno.h>
#include <string.h>

void nt_decode_column(const struct nt_layout *layout, uint16_t column, const uint64_t *words,
                      struct nt_value *ret_value)
{
    const struct nt_column *c = &layout->columns[column];
    uint64_t absent = layout->absent_word >= 0 ? words[layout->absent_word] : 0;

    *ret_value = (struct nt_value){.shape = NT_SHAPE_WORDS, .type = c->type};
    if (c->absent_bit >= 0 && (absent >> c->absent_bit & 1))
        ret_value->shape = NT_SHAPE_ABSENT;
    else if (c->type->kind == NT_KIND_HEX)
        *ret_value =
            (struct nt_value){.shape = NT_SHAPE_BYTES, .type = c->type, .kept = words + c->word};
    else
        for (uint32_t i = 0; i < c->type->words; i++)
            ret_value->w[i] = words[c->word + i];
}

int nt_decode_record(const struct nt_program *p, const void *data, size_t size,
                     struct nt_ring_row *ret_row, struct nt_value *ret_values)
{
    const uint64_t *words = data;
    const struct nt_record *record;
    uint32_t id;

    if (size < NT_RECORD_HEADER_WORDS * sizeof(uint64_t))
        return -EBADMSG;
    id = (uint32_t)words[0];
    if (id >= p->nrecords)
        return -EBADMSG;
    record = &p->records[id];
    if (size < (NT_RECORD_HEADER_WORDS + record->body.words) * sizeof(uint64_t))
        return -EBADMSG;
    for (uint16_t i = 0; i < record->body.ncolumns; i++)
        nt_decode_column(&record->body, i, words + NT_RECORD_HEADER_WORDS, &ret_values[i]);
    *ret_row = (struct nt_ring_row){
        .record = record,
        .id = id,
        .cpu = (uint32_t)(words[0] >> 32),
        .time = words[1],
        .values = ret_values,
        .nvalues = record->body.ncolumns,
    };
    return 0;
}
