#include "compiler/catalog/test.h"

static bool is_within(const struct nt_test *t, bool is_signed, uint64_t v)
{
    return is_signed ? (int64_t)v >= (int64_t)t->a[0] && (int64_t)v <= (int64_t)t->b[0]
                     : v >= t->a[0] && v <= t->b[0];
}

bool nt_test_passes(const struct nt_test *test, const struct nt_type *type, const uint64_t *words)
{
    if (test->kind == NT_TEST_RANGE)
        return is_within(test, type->is_signed, words[0]);
    for (uint32_t i = 0; i < type->words; i++) {
        uint64_t v = test->kind == NT_TEST_EQ ? words[i] : words[i] & test->b[i];

        if (v != test->a[i])
            return false;
    }
    return true;
}
