/* Aggregations: slots merged over CPUs and read. */
#include "tests/unit/agg_fixture.h"

static struct nt_agg_use lhist_of(const struct nt_type *type, int64_t lo, int64_t hi, int64_t step)
{
    struct nt_agg_use use = {.agg = nt_agg_find("lhist"), .type = type};

    use.lo = lo;
    use.hi = hi;
    use.step = step;
    use.words = use.agg->words(&use);
    return use;
}

static void assert_bucket(const struct nt_bucket *b, int64_t lo, int64_t hi, uint64_t count)
{
    assert_true(b->lo == lo);
    assert_true(b->hi == hi);
    assert_true(b->count == count);
    assert_false(b->open_lo);
    assert_false(b->open_hi);
}

static void test_rows(void **state)
{
    (void)state;
    for (const struct nt_agg *agg = nt_aggs; agg->name; agg++) {
        assert_ptr_equal(nt_agg_find(agg->name), agg);
        assert_non_null(agg->rt);
        assert_non_null(agg->doc);
        assert_non_null(agg->words);
        assert_non_null(agg->merge);
        assert_non_null(agg->value);
        assert_non_null(agg->rank);
        assert_non_null(agg->update);
        assert_int_equal(!agg->has_arg, !*agg->params);
    }
    assert_null(nt_agg_find("counts"));
}

static void test_count(void **state)
{
    struct nt_agg_use use = use_of("count", NULL);
    uint64_t into[] = {0};

    assert_int_equal(use.words, 1);
    assert_word(use.agg->value(&use, into, *state), 0);
    use.agg->merge(&use, into, (uint64_t[]){UINT64_MAX - 5});
    use.agg->merge(&use, into, (uint64_t[]){5});
    assert_word(use.agg->value(&use, into, *state), UINT64_MAX);
    assert_true(use.agg->rank(&use, into) == UINT64_MAX);
}

static void test_sum(void **state)
{
    struct nt_agg_use use = use_of("sum", &nt_type_int);
    uint64_t into[2] = {0};

    assert_int_equal(use.agg->value(&use, into, *state).shape, NT_SHAPE_ABSENT);
    use.agg->merge(&use, into, (uint64_t[]){(uint64_t)-7, 1});
    use.agg->merge(&use, into, (uint64_t[]){0, 0});
    use.agg->merge(&use, into, (uint64_t[]){4, 2});
    assert_word(use.agg->value(&use, into, *state), (uint64_t)-3);
    assert_true(use.agg->rank(&use, into) == -3);
    assert_true(use.agg->rank(&use, (uint64_t[]){0, 0}) < use.agg->rank(&use, into));

    use = use_of("sum", &nt_type_uint);
    assert_true(use.agg->rank(&use, (uint64_t[]){1ull << 63, 1}) == (__int128)1 << 63);
    use = use_of("sum", &nt_type_bool);
    assert_ptr_equal(use.agg->value(&use, (uint64_t[]){3, 4}, *state).type, &nt_type_int);
}

static void test_avg(void **state)
{
    struct nt_agg_use use = use_of("avg", &nt_type_duration);
    struct nt_value v = use.agg->value(&use, (uint64_t[]){(uint64_t)-9, 2}, *state);

    assert_int_equal(v.shape, NT_SHAPE_REAL);
    assert_ptr_equal(v.type, &nt_type_duration);
    assert_true(v.real == -4.5);
    assert_int_equal(use.agg->value(&use, (uint64_t[]){0, 0}, *state).shape, NT_SHAPE_ABSENT);

    /* Larger, though equal to the last digit of a double. */
    assert_true(use.agg->rank(&use, (uint64_t[]){INT64_MAX, 1}) >
                use.agg->rank(&use, (uint64_t[]){INT64_MAX - 1, 1}));
    assert_true(use.agg->rank(&use, (uint64_t[]){10, 3}) > use.agg->rank(&use, (uint64_t[]){3, 1}));
    assert_true(use.agg->rank(&use, (uint64_t[]){0, 0}) <
                use.agg->rank(&use, (uint64_t[]){(uint64_t)INT64_MIN, 1}));

    use = use_of("avg", &nt_type_uint);
    v = use.agg->value(&use, (uint64_t[]){1ull << 63, 1}, *state);
    assert_true(v.real == 0x1p63);
    use = use_of("avg", &nt_type_bool);
    v = use.agg->value(&use, (uint64_t[]){1, 8}, *state);
    assert_int_equal(v.shape, NT_SHAPE_SHARE);
    assert_true(v.real == 0.125);
}

static void test_min_max(void **state)
{
    struct nt_agg_use min = use_of("min", &nt_type_int), max = use_of("max", &nt_type_int);
    uint64_t into[2] = {0};

    assert_int_equal(min.agg->value(&min, into, *state).shape, NT_SHAPE_ABSENT);
    min.agg->merge(&min, into, (uint64_t[]){5, 1}); /* the 0 of an empty slot is no value */
    min.agg->merge(&min, into, (uint64_t[]){0, 0});
    assert_word(min.agg->value(&min, into, *state), 5);
    min.agg->merge(&min, into, (uint64_t[]){(uint64_t)INT64_MIN, 3});
    assert_word(min.agg->value(&min, into, *state), (uint64_t)INT64_MIN);
    assert_true(into[NT_SLOT_BEST_N] == 4);

    memset(into, 0, sizeof(into));
    max.agg->merge(&max, into, (uint64_t[]){(uint64_t)-5, 1});
    max.agg->merge(&max, into, (uint64_t[]){(uint64_t)-9, 1});
    assert_word(max.agg->value(&max, into, *state), (uint64_t)-5);
    assert_true(max.agg->rank(&max, into) == -5);

    max = use_of("max", &nt_type_uint);
    max.agg->merge(&max, into, (uint64_t[]){UINT64_MAX, 1});
    max.agg->merge(&max, into, (uint64_t[]){1, 1});
    assert_word(max.agg->value(&max, into, *state), UINT64_MAX);
}

static void test_stats(void **state)
{
    struct nt_agg_use use = use_of("stats", &nt_type_int);
    uint64_t into[4] = {0};
    struct nt_value v;

    assert_int_equal(use.agg->value(&use, into, *state).shape, NT_SHAPE_ABSENT);
    use.agg->merge(&use, into, (uint64_t[]){2, (uint64_t)-30, (uint64_t)-20, (uint64_t)-10});
    use.agg->merge(&use, into, (uint64_t[]){0, 0, 0, 0});
    use.agg->merge(&use, into, (uint64_t[]){2, 20, (uint64_t)-5, 25});
    v = use.agg->value(&use, into, *state);
    assert_int_equal(v.shape, NT_SHAPE_STATS);
    assert_true(v.stats.count == 4 && v.stats.sum == -10);
    assert_true(v.stats.min == -20 && v.stats.max == 25 && v.stats.avg == -2.5);
    assert_true(use.agg->rank(&use, into) == 4);

    use = use_of("stats", &nt_type_uint);
    use.agg->merge(&use, into, (uint64_t[]){1, 0, 1ull << 63, 1ull << 63});
    assert_true(into[NT_SLOT_STATS_MIN] == 1ull << 63); /* -20 is larger here */
}

/* The word that a value goes to, by the definition of slots.h. */
static unsigned hist_word(uint64_t v, bool is_signed)
{
    if (is_signed && (int64_t)v < 0)
        return NT_SLOT_HIST_NEGATIVE;
    return v ? NT_SLOT_HIST_ZERO + 64 - (unsigned)__builtin_clzll(v) : NT_SLOT_HIST_ZERO;
}

static void test_hist_bounds(void **state)
{
    static const uint64_t values[] = {
        0, 1, 2, 3, 4, 1023, 1024, INT64_MAX, 1ull << 62, 1ull << 63, UINT64_MAX, (uint64_t)-2};
    const struct nt_type *const types[] = {&nt_type_int, &nt_type_uint};

    for (int t = 0; t < 2; t++)
        for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
            struct nt_agg_use use = use_of("hist", types[t]);
            uint64_t slot[NT_SLOT_HIST_WORDS] = {0};
            bool s = types[t]->is_signed;
            uint64_t v = values[i];
            struct nt_value value;
            const struct nt_bucket *b;

            slot[hist_word(v, s)] = 1;
            value = use.agg->value(&use, slot, *state);
            assert_int_equal(value.hist.n, 1);
            b = value.hist.bucket;
            assert_true(b->open_lo || (s ? (int64_t)v >= b->lo : v >= (uint64_t)b->lo));
            assert_true(b->open_hi || (s ? (int64_t)v < b->hi : v < (uint64_t)b->hi));
            assert_int_equal(b->open_lo, s && (int64_t)v < 0);
            assert_int_equal(b->open_hi, s ? (int64_t)v >= 1ll << 62 : v >= 1ull << 63);
        }
}

static void test_hist(void **state)
{
    struct nt_agg_use use = use_of("hist", &nt_type_int);
    uint64_t into[NT_SLOT_HIST_WORDS] = {0}, from[NT_SLOT_HIST_WORDS] = {0};
    struct nt_value v = use.agg->value(&use, into, *state);

    assert_int_equal(use.words, 66);
    assert_int_equal(v.shape, NT_SHAPE_HIST);
    assert_int_equal(v.hist.n, 0);
    assert_false(v.hist.exact);
    from[NT_SLOT_HIST_ZERO] = 3;
    from[NT_SLOT_HIST_ZERO + 2] = 5;
    use.agg->merge(&use, into, from);
    use.agg->merge(&use, into, from);
    v = use.agg->value(&use, into, *state);
    assert_int_equal(v.hist.n, 3);
    assert_bucket(&v.hist.bucket[0], 0, 1, 6);
    assert_bucket(&v.hist.bucket[1], 1, 2, 0);
    assert_bucket(&v.hist.bucket[2], 2, 4, 10);
    assert_true(use.agg->rank(&use, into) == 16);

    into[NT_SLOT_HIST_NEGATIVE] = 1;
    v = use.agg->value(&use, into, *state);
    assert_int_equal(v.hist.n, 4);
    assert_true(v.hist.bucket[0].open_lo && v.hist.bucket[0].lo == INT64_MIN);
    assert_true(v.hist.bucket[0].hi == 0 && v.hist.bucket[0].count == 1);
}

static void test_lhist(void **state)
{
    struct nt_agg_use use = lhist_of(&nt_type_int, -10, 15, 10);
    uint64_t slot[] = {1, 2, 3, 4, 5};
    struct nt_value v = use.agg->value(&use, slot, *state);

    assert_int_equal(use.words, 5);
    assert_int_equal(v.hist.n, 5);
    assert_true(v.hist.exact);
    assert_true(v.hist.bucket[0].open_lo && v.hist.bucket[0].hi == -10);
    assert_bucket(&v.hist.bucket[1], -10, 0, 2);
    assert_bucket(&v.hist.bucket[2], 0, 10, 3);
    assert_bucket(&v.hist.bucket[3], 10, 15, 4);
    assert_true(v.hist.bucket[4].open_hi && v.hist.bucket[4].lo == 15);
    assert_true(v.hist.bucket[4].count == 5);
}

static void test_lhist_edges(void **state)
{
    struct nt_agg_use use = lhist_of(&nt_type_int, INT64_MIN, INT64_MAX, INT64_MAX);
    uint64_t slot[] = {0, 1, 1, 1, 0};
    struct nt_value v = use.agg->value(&use, slot, *state);

    /* 2^64 - 1 numbers in steps of 2^63 - 1: two whole steps and one number. */
    assert_int_equal(use.words, 5);
    assert_int_equal(v.hist.n, 3);
    assert_bucket(&v.hist.bucket[0], INT64_MIN, -1, 1);
    assert_bucket(&v.hist.bucket[1], -1, INT64_MAX - 1, 1);
    assert_bucket(&v.hist.bucket[2], INT64_MAX - 1, INT64_MAX, 1);

    use = lhist_of(&nt_type_uint, 0, (int64_t)UINT64_MAX, (int64_t)(1ull << 63));
    assert_int_equal(use.words, 4);
    v = use.agg->value(&use, (uint64_t[]){0, 0, 7, 0}, *state);
    assert_int_equal(v.hist.n, 1);
    assert_bucket(&v.hist.bucket[0], INT64_MIN, (int64_t)UINT64_MAX, 7); /* 2^63 .. 2^64-1 */

    use = lhist_of(&nt_type_int, 0, INT64_MAX, 1); /* the checker's to refuse; here no overflow */
    assert_int_equal(use.words, UINT16_MAX);
}

/* Bounds below 0 for what has no sign. */
static void test_lhist_of_unsigned(void **state)
{
    static const uint64_t values[] = {0, 4, 14, 15, UINT64_MAX - 5, UINT64_MAX};
    struct nt_agg_use use = lhist_of(&nt_type_uint, -10, 15, 10);
    uint64_t slot[5] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
        nt_agg_update(&use, slot, &values[i]);
    assert_true(slot[0] == 0 && slot[1] == 0);
    assert_true(slot[2] == 2 && slot[3] == 1 && slot[4] == 3);
}

static void test_buckets(void **state)
{
    static const int64_t bounds[] = {-5, 64, 512};
    struct nt_agg_use use = {.agg = nt_agg_find("buckets"),
                             .type = &nt_type_int,
                             .bounds = bounds,
                             .nbounds = 3,
                             .hi = 4};
    uint64_t slot[4] = {0};
    struct nt_value v;

    use.words = use.agg->words(&use);
    assert_int_equal(use.words, 4);
    for (int64_t x = -10; x < 1000; x++)
        nt_agg_update(&use, slot, (const uint64_t *)&x);
    v = use.agg->value(&use, slot, *state);
    assert_int_equal(v.hist.n, 4);
    assert_true(v.hist.bucket[0].open_lo && v.hist.bucket[0].hi == -5);
    assert_int_equal(v.hist.bucket[0].count, 5);
    assert_bucket(&v.hist.bucket[1], -5, 64, 69);
    assert_bucket(&v.hist.bucket[2], 64, 512, 448);
    assert_true(v.hist.bucket[3].open_hi && v.hist.bucket[3].lo == 512);
    assert_int_equal(v.hist.bucket[3].count, 488);
}

static void test_buckets_of_unsigned_numbers(void **state)
{
    static const int64_t bounds[] = {10, INT64_MIN}; /* 2^63 */
    struct nt_agg_use use = {.agg = nt_agg_find("buckets"),
                             .type = &nt_type_uint,
                             .bounds = bounds,
                             .nbounds = 2,
                             .hi = 3};
    const uint64_t large = UINT64_MAX, small = 3;
    uint64_t slot[3] = {0};

    (void)state;
    nt_agg_update(&use, slot, &large);
    nt_agg_update(&use, slot, &small);
    assert_true(slot[0] == 1 && slot[1] == 0 && slot[2] == 1);
}

static void test_rate_is_a_sum_until_it_is_divided(void **state)
{
    struct nt_agg_use of = use_of("rate", &nt_type_bytes), alone = use_of("rate", NULL);
    const uint64_t x = 1000;
    uint64_t slot[2] = {0};
    struct nt_value v;

    nt_agg_update(&of, slot, &x);
    nt_agg_update(&of, slot, &x);
    v = of.agg->value(&of, slot, *state);
    assert_int_equal(v.shape, NT_SHAPE_RATE);
    assert_ptr_equal(v.type, &nt_type_bytes);
    assert_true(v.real == 2000);
    nt_agg_update(&alone, slot, NULL);
    assert_true(alone.agg->value(&alone, slot, *state).real == 3);
}

/* Added to atomically or not, a slot is the same in the end. */
static void test_contended_updates_are_the_same(void **state)
{
    static const int64_t bounds[] = {3, 9}, values[] = {-7, 0, 1, 4, 9, 4, 1000000};

    (void)state;
    for (const struct nt_agg *agg = nt_aggs; agg->name; agg++) {
        struct nt_agg_use use = {.agg = agg, .type = &nt_type_int, .lo = 0, .hi = 10, .step = 2};
        static uint64_t alone[NT_SLOT_QUANTILES_WORDS], contended[NT_SLOT_QUANTILES_WORDS];
        uint16_t words;

        if (agg->rest == NT_AGG_BOUNDS) {
            use.bounds = bounds;
            use.nbounds = 2;
            use.hi = 3;
        }
        words = agg->words(&use);
        memset(alone, 0, sizeof(alone));
        memset(contended, 0, sizeof(contended));
        for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
            int64_t x = use.nbounds ? values[i] & 1 : values[i];

            agg->update((unsigned long long *)alone, x, true, use.lo, use.hi, use.step, false);
            agg->update((unsigned long long *)contended, x, true, use.lo, use.hi, use.step, true);
        }
        assert_memory_equal(alone, contended, words * sizeof(alone[0]));
        assert_true(alone[0] || words > 2); /* something was written */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_count, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sum, setup, teardown),
        cmocka_unit_test_setup_teardown(test_avg, setup, teardown),
        cmocka_unit_test_setup_teardown(test_min_max, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stats, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hist_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hist, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lhist, setup, teardown),
        cmocka_unit_test(test_lhist_of_unsigned),
        cmocka_unit_test_setup_teardown(test_lhist_edges, setup, teardown),
        cmocka_unit_test_setup_teardown(test_buckets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_contended_updates_are_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_buckets_of_unsigned_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rate_is_a_sum_until_it_is_divided, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
