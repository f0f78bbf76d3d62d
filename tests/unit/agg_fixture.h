/* What the tests of aggregations share. */
#pragma once

#include "compiler/base/str.h"
#include "compiler/bpf/slots.h"
#include "compiler/catalog/aggs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static inline int setup(void **state)
{
    *state = nt_arena_new();
    return 0;
}

static inline int teardown(void **state)
{
    struct nt_arena *arena = *state;

    nt_arena_free(&arena);
    return 0;
}

static inline struct nt_agg_use use_of(const char *name, const struct nt_type *type)
{
    struct nt_agg_use use = {.agg = nt_agg_find(name), .name = name, .type = type};

    assert_non_null(use.agg);
    use.words = use.agg->words(&use);
    return use;
}

static inline void assert_word(struct nt_value v, uint64_t expected)
{
    assert_int_equal(v.shape, NT_SHAPE_WORDS);
    assert_true(v.w[0] == expected);
}
