/* When the probes have to rest, and when they have to go. */
#include "runtime/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void within_the_budget_nothing_happens(void **state)
{
    (void)state;
    assert_int_equal(nt_budget_rest(0, 2, true), 0);
    assert_int_equal(nt_budget_rest(2, 2, true), 0);
    assert_int_equal(nt_budget_rest(2, 2, false), 0);
}

static void above_it_probes_rest_as_long_as_it_takes(void **state)
{
    (void)state;
    for (double taken = 2.01; taken <= 20; taken += 0.37) {
        int rest = nt_budget_rest(taken, 2, true);

        assert_true(rest >= 1);
        assert_true(taken / (1 + rest) <= 2); /* over the time they keep to it */
        assert_true(taken / rest > 2);        /* and rest no longer */
    }
}

static void far_above_it_they_go(void **state)
{
    (void)state;
    assert_int_equal(nt_budget_rest(20.1, 2, true), -1);
    assert_int_equal(nt_budget_rest(2.1, 2, false), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_the_budget_nothing_happens),
        cmocka_unit_test(above_it_probes_rest_as_long_as_it_takes),
        cmocka_unit_test(far_above_it_they_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
