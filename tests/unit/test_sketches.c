/* Quantiles and distinct: how far what they tell is from what was. */
#include "tests/unit/agg_fixture.h"

#include <math.h>

/* Distributions: xorshift makes 0 < u < 1 of it. */
static double uniform(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return ((double)(*seed >> 11) + 1) / 9007199254740994.0;
}

static double of_uniform(uint64_t *seed)
{
    return uniform(seed) * 1e6;
}

static double of_exponential(uint64_t *seed)
{
    return -log(uniform(seed)) * 5e4;
}

static double of_normal_logarithm(uint64_t *seed)
{
    double a = sqrt(-2 * log(uniform(seed)));

    return exp(10 + 2 * a * cos(6.283185307179586 * uniform(seed)));
}

static double of_pareto(uint64_t *seed)
{
    return pow(uniform(seed), -1.2) * 100;
}

static double of_two_peaks(uint64_t *seed)
{
    return uniform(seed) < 0.95 ? 800 + uniform(seed) * 100 : 9e9 + uniform(seed) * 1e9;
}

static double of_few_small_numbers(uint64_t *seed)
{
    return uniform(seed) * 40;
}

static double of_all_there_is(uint64_t *seed)
{
    return exp2(uniform(seed) * 64);
}

static int compare_words(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static double error_of(uint64_t got, uint64_t want)
{
    return want ? fabs((double)got - (double)want) / (double)want : (double)got;
}

static void test_quantiles_are_within_2_percent(void **state)
{
    static double (*const distributions[])(uint64_t *) = {
        of_uniform,   of_exponential,       of_normal_logarithm, of_pareto,
        of_two_peaks, of_few_small_numbers, of_all_there_is,
    };
    enum { N = 20000, DISTRIBUTIONS = sizeof(distributions) / sizeof(*distributions) };
    struct nt_agg_use use = use_of("quantiles", &nt_type_uint);
    static uint64_t slot[NT_SLOT_QUANTILES_WORDS], values[N];
    uint64_t seed = 88172645463325252ull;
    double worst = 0;

    for (int d = 0; d < DISTRIBUTIONS; d++) {
        struct nt_value v;

        memset(slot, 0, sizeof(slot));
        for (int i = 0; i < N; i++) {
            double x = distributions[d](&seed);

            values[i] = x < 1.8e19 ? (uint64_t)x : UINT64_MAX;
            nt_agg_update(&use, slot, &values[i]);
        }
        qsort(values, N, sizeof(values[0]), compare_words);
        v = use.agg->value(&use, slot, *state);
        assert_int_equal(v.shape, NT_SHAPE_QUANTILES);
        assert_int_equal(v.quantiles.count, N);
        for (int q = 0; q < NT_QUANTILES; q++) {
            uint64_t want = values[N * (uint64_t)nt_quantiles[q].thousandths / 1000 - 1];
            double error = error_of((uint64_t)v.quantiles.at[q], want);

            if (error > worst)
                worst = error;
            assert_true(error <= 0.02);
            assert_false(v.quantiles.below[q]);
        }
    }
    print_message("worst error of a quantile: %.2f %%\n", worst * 100);
}

static void assert_alone(const struct nt_agg_use *use, uint64_t x, struct nt_arena *a)
{
    uint64_t slot[NT_SLOT_QUANTILES_WORDS] = {0};

    nt_agg_update(use, slot, &x);
    assert_true(error_of((uint64_t)use->agg->value(use, slot, a).quantiles.at[3], x) <= 0.02);
}

/* Every number comes back within 2 %, and no bucket is left out. */
static void test_a_quantile_of_one_value_is_that_value(void **state)
{
    struct nt_agg_use use = use_of("quantiles", &nt_type_uint);

    for (uint64_t x = 1; x < 20000; x++) {
        assert_alone(&use, x, *state);
        assert_true(nt_slot_quantile(x) - nt_slot_quantile(x - 1) <= 1);
    }
    for (int bit = 14; bit < 64; bit++)
        for (uint64_t part = 0; part < 64; part++)
            assert_alone(&use, (1ull << bit) + (part << (bit - 6)), *state);
    assert_int_equal(nt_slot_quantile(UINT64_MAX), NT_SLOT_QUANTILES_BUCKETS - 1);
}

static void test_quantiles_of_negative_numbers(void **state)
{
    struct nt_agg_use use = use_of("quantiles", &nt_type_int);
    uint64_t slot[NT_SLOT_QUANTILES_WORDS] = {0};
    struct nt_value v;

    assert_int_equal(use.agg->value(&use, slot, *state).shape, NT_SHAPE_ABSENT);
    for (int64_t x = -60; x < 40; x++)
        nt_agg_update(&use, slot, (const uint64_t *)&x);
    v = use.agg->value(&use, slot, *state);
    assert_true(v.quantiles.below[0]);
    assert_false(v.quantiles.below[1]);
    assert_int_equal(v.quantiles.at[1], 29);
}

/* From none to many, in two halves that overlap. The bound is four times the standard error. */
static void test_distinct(void **state)
{
    struct nt_agg_use use = use_of("distinct", &nt_type_ip);
    double worst = 0;

    for (uint64_t n = 0; n < 300000; n = n * 3 + 1) {
        uint64_t a[NT_SLOT_DISTINCT_WORDS] = {0}, b[NT_SLOT_DISTINCT_WORDS] = {0}, got;

        for (uint64_t i = 0; i < n; i++) {
            const uint64_t ip[2] = {0, 0xffff0a000000 + i};

            nt_agg_update(&use, i % 3 ? a : b, ip);
            nt_agg_update(&use, b, ip);
        }
        use.agg->merge(&use, a, b);
        got = use.agg->value(&use, a, *state).w[0];
        assert_true(error_of(got, n) <= 4 * 0.023);
        if (n && error_of(got, n) > worst)
            worst = error_of(got, n);
        if (n <= 4)
            assert_int_equal(got, n);
    }
    print_message("worst error of distinct: %.2f %%\n", worst * 100);
}

/* A text is the same whatever room it has. */
static void test_distinct_texts(void **state)
{
    const struct nt_agg_use narrow = use_of("distinct", nt_type_new_string(*state, 2));
    const struct nt_agg_use wide = use_of("distinct", nt_type_new_string(*state, 8));
    uint64_t slot[NT_SLOT_DISTINCT_WORDS] = {0}, text[8] = {0};

    memcpy(text, "curl", 5);
    nt_agg_update(&narrow, slot, text);
    nt_agg_update(&wide, slot, text);
    memcpy(text, "a longer one", 13);
    nt_agg_update(&narrow, slot, text);
    nt_agg_update(&wide, slot, text);
    assert_word(wide.agg->value(&wide, slot, *state), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_quantiles_are_within_2_percent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_quantile_of_one_value_is_that_value, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_quantiles_of_negative_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_distinct, setup, teardown),
        cmocka_unit_test_setup_teardown(test_distinct_texts, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
