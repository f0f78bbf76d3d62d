/* A member of what stands behind `in`, as a test of one value. */
#pragma once

#include "compiler/catalog/types.h"

enum nt_test_kind { NT_TEST_EQ, NT_TEST_CIDR, NT_TEST_RANGE, NT_TEST_PREFIX };
struct nt_test {
    enum nt_test_kind kind;
    uint64_t a[NT_MAX_WORDS]; /* value, network, lowest; PREFIX: bytes */
    uint64_t b[NT_MAX_WORDS]; /* CIDR, PREFIX: mask; RANGE: highest */
};

/* Does a value of the type pass? */
bool nt_test_passes(const struct nt_test *test, const struct nt_type *type, const uint64_t *words);
