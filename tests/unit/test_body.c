/* Bodies and expressions that run in ntrace. */
#include "runtime/body.h"
#include "runtime/eval.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct nt_x absent_x = {.op = NT_X_CONST, .type = &nt_type_int, .absent = true};

static struct nt_x number(int64_t value)
{
    return (struct nt_x){.op = NT_X_CONST, .type = &nt_type_int, .w = {(uint64_t)value}};
}

static struct nt_x unumber(uint64_t value)
{
    return (struct nt_x){.op = NT_X_CONST, .type = &nt_type_uint, .w = {value}};
}

static struct nt_xval eval2(enum nt_xop op, const struct nt_x *a, const struct nt_x *b)
{
    const struct nt_xenv env = {0};
    bool comparison = op >= NT_X_EQ && op <= NT_X_GE;
    const struct nt_x x = {.op = op, .type = comparison ? &nt_type_bool : a->type, .kid = {a, b}};

    return nt_eval(&env, &x);
}

static int64_t int2(enum nt_xop op, int64_t left, int64_t right)
{
    struct nt_x a = number(left), b = number(right);
    struct nt_xval v = eval2(op, &a, &b);

    assert_false(v.absent);
    return (int64_t)v.w[0];
}

static void test_arithmetic(void **state)
{
    (void)state;
    assert_int_equal(int2(NT_X_ADD, 2, -5), -3);
    assert_int_equal(int2(NT_X_SUB, 2, 5), -3);
    assert_int_equal(int2(NT_X_MUL, -4, 5), -20);
    assert_int_equal(int2(NT_X_DIV, -7, 2), -3);
    assert_int_equal(int2(NT_X_MOD, -7, 2), -1);
    assert_int_equal(int2(NT_X_DIV, INT64_MIN, -1), INT64_MIN);
    assert_int_equal(int2(NT_X_MOD, INT64_MIN, -1), 0);
    assert_int_equal(int2(NT_X_AND, 12, 10), 8);
    assert_int_equal(int2(NT_X_OR, 12, 10), 14);
    assert_int_equal(int2(NT_X_XOR, 12, 10), 6);
    assert_int_equal(int2(NT_X_SHL, 3, 4), 48);
    assert_int_equal(int2(NT_X_SHR, -16, 2), -4);
}

static void test_unsigned_division_and_shift(void **state)
{
    struct nt_x a = unumber(UINT64_MAX), two = unumber(2);

    (void)state;
    assert_true(eval2(NT_X_DIV, &a, &two).w[0] == UINT64_MAX / 2);
    assert_true(eval2(NT_X_SHR, &a, &two).w[0] == UINT64_MAX >> 2);
}

static void test_division_by_zero_is_absent(void **state)
{
    struct nt_x a = number(1), zero = number(0);

    (void)state;
    assert_true(eval2(NT_X_DIV, &a, &zero).absent);
    assert_true(eval2(NT_X_MOD, &a, &zero).absent);
}

static void test_comparisons_of_mixed_signs_are_right(void **state)
{
    struct nt_x minus = number(-1), large = unumber(UINT64_MAX);

    (void)state;
    assert_true(eval2(NT_X_LT, &minus, &large).w[0]);
    assert_false(eval2(NT_X_EQ, &minus, &large).w[0]);
    assert_true(eval2(NT_X_NE, &minus, &large).w[0]);
    assert_true(eval2(NT_X_GT, &large, &minus).w[0]);
    assert_false(eval2(NT_X_LE, &large, &minus).w[0]);
    assert_true(eval2(NT_X_GE, &minus, &minus).w[0]);
}

static void test_wide_values_compare_whole(void **state)
{
    struct nt_x a = {.op = NT_X_CONST, .type = &nt_type_ip, .w = {1, 2}}, b = a;

    (void)state;
    assert_true(eval2(NT_X_EQ, &a, &b).w[0]);
    b.w[1] = 3;
    assert_false(eval2(NT_X_EQ, &a, &b).w[0]);
    assert_true(eval2(NT_X_NE, &a, &b).w[0]);
}

/* Section 3 of the language: absent arithmetic is absent, absent comparisons are false, != too. */
static void test_absent(void **state)
{
    const struct nt_xenv env = {0};
    struct nt_x one = number(1);
    const struct nt_x ne = {.op = NT_X_NE, .type = &nt_type_bool, .kid = {&absent_x, &one}};
    const struct nt_x not_ne = {.op = NT_X_LNOT, .type = &nt_type_bool, .kid = {&ne}};
    const struct nt_x otherwise = {.op = NT_X_ELSE, .type = &nt_type_int, .kid = {&absent_x, &one}};
    const struct nt_x negative = {.op = NT_X_NEG, .type = &nt_type_int, .kid = {&absent_x}};

    (void)state;
    assert_true(eval2(NT_X_ADD, &absent_x, &one).absent);
    assert_true(eval2(NT_X_SUB, &one, &absent_x).absent);
    assert_true(nt_eval(&env, &negative).absent);
    assert_false(nt_eval_true(&env, &ne));
    assert_true(nt_eval_true(&env, &not_ne));
    assert_int_equal(nt_eval(&env, &otherwise).w[0], 1);
}

static void test_logic_and_choice(void **state)
{
    const struct nt_xenv env = {0};
    struct nt_x yes = number(5), no = number(0);
    const struct nt_x and = {.op = NT_X_LAND, .type = &nt_type_bool, .kid = {&yes, &no}};
    const struct nt_x or = {.op = NT_X_LOR, .type = &nt_type_bool, .kid = {&no, &yes}};
    const struct nt_x choice = {.op = NT_X_COND, .type = &nt_type_int, .kid = {&no, &no, &yes}};

    (void)state;
    assert_false(nt_eval_true(&env, &and));
    assert_int_equal(nt_eval(&env, & or).w[0], 1);
    assert_int_equal(nt_eval(&env, &choice).w[0], 5);
}

static void test_time(void **state)
{
    const struct nt_xenv env = {.now = 1000, .attached = 400};
    const struct nt_x now = {.op = NT_X_NOW, .type = &nt_type_duration};
    const struct nt_x elapsed = {.op = NT_X_ELAPSED, .type = &nt_type_duration};

    (void)state;
    assert_int_equal(nt_eval(&env, &now).w[0], 1000);
    assert_int_equal(nt_eval(&env, &elapsed).w[0], 600);
}

/* What a body did, in letters. */
struct log {
    char did[32];
    size_t n;
    int fail_at; /* the op that fails, from 1 */
    struct nt_value value;
};

static int note(struct log *log, char what)
{
    log->did[log->n++] = what;
    return log->fail_at && log->n == (size_t)log->fail_at ? -EPIPE : 0;
}

static uint64_t log_now(void *arg)
{
    (void)arg;
    return 1;
}

static int log_print(void *arg, const struct nt_act *act)
{
    (void)act;
    return note(arg, 'p');
}

static int log_clear(void *arg, int table)
{
    (void)table;
    return note(arg, 'c');
}

static int log_record(void *arg, const struct nt_record *record, const struct nt_value *values)
{
    struct log *log = arg;

    (void)record;
    log->value = values[0];
    return note(log, 'r');
}

static int run(const struct nt_act *first, struct log *log, struct nt_body_result *ret_result)
{
    const struct nt_body body = {.when = NT_WHEN_EVERY, .nslots = 1, .first = first};
    const struct nt_body_ops ops = {
        .arg = log, .now = log_now, .print = log_print, .clear = log_clear, .record = log_record};

    return nt_body_run(&body, &ops, ret_result);
}

static void test_statements_run_in_order(void **state)
{
    const struct nt_act clear = {.kind = NT_ACT_CLEAR, .table = -1};
    const struct nt_act print = {.kind = NT_ACT_PRINT, .table = -1, .next = &clear};
    struct nt_body_result result;
    struct log log = {0};

    (void)state;
    assert_int_equal(run(&print, &log, &result), 0);
    assert_string_equal(log.did, "pc");
    assert_false(result.exited);
}

static void test_an_error_ends_the_body(void **state)
{
    const struct nt_act clear = {.kind = NT_ACT_CLEAR, .table = -1};
    const struct nt_act print = {.kind = NT_ACT_PRINT, .table = -1, .next = &clear};
    struct nt_body_result result;
    struct log log = {.fail_at = 1};

    (void)state;
    assert_int_equal(run(&print, &log, &result), -EPIPE);
    assert_string_equal(log.did, "p");
}

static void test_exit_ends_the_body_from_within_an_if(void **state)
{
    struct nt_x yes = number(1), code = number(3);
    const struct nt_act print = {.kind = NT_ACT_PRINT, .table = -1};
    const struct nt_act leave = {.kind = NT_ACT_EXIT, .expr = &code, .next = &print};
    const struct nt_act choice = {
        .kind = NT_ACT_IF, .expr = &yes, .then = &leave, .other = &print, .next = &print};
    struct nt_body_result result;
    struct log log = {0};

    (void)state;
    assert_int_equal(run(&choice, &log, &result), 0);
    assert_string_equal(log.did, "");
    assert_true(result.exited);
    assert_int_equal(result.code, 3);
}

static void test_let_and_record(void **state)
{
    struct nt_x seven = number(7), one = number(1);
    const struct nt_x local = {.op = NT_X_LOCAL, .type = &nt_type_int, .slot = 0};
    const struct nt_x sum = {.op = NT_X_ADD, .type = &nt_type_int, .kid = {&local, &one}};
    const struct nt_x *const args[] = {&sum};
    const struct nt_record record = {.kind = NT_RECORD_EMIT};
    const struct nt_act emit = {.kind = NT_ACT_RECORD, .record = &record, .args = args, .nargs = 1};
    const struct nt_act let = {.kind = NT_ACT_LET, .slot = 0, .expr = &seven, .next = &emit};
    struct nt_body_result result;
    struct log log = {0};

    (void)state;
    assert_int_equal(run(&let, &log, &result), 0);
    assert_int_equal(log.value.shape, NT_SHAPE_WORDS);
    assert_ptr_equal(log.value.type, &nt_type_int);
    assert_int_equal(log.value.w[0], 8);
}

static void test_an_absent_argument_is_an_absent_value(void **state)
{
    const struct nt_x *const args[] = {&absent_x};
    const struct nt_record record = {.kind = NT_RECORD_EMIT};
    const struct nt_act emit = {.kind = NT_ACT_RECORD, .record = &record, .args = args, .nargs = 1};
    struct nt_body_result result;
    struct log log = {0};

    (void)state;
    assert_int_equal(run(&emit, &log, &result), 0);
    assert_int_equal(log.value.shape, NT_SHAPE_ABSENT);
}

/* A table by an int that may be absent, with count() and sum(x); one state by two keys. */
static const struct nt_column columns[] = {{"n", &nt_type_int, 0, 0}};
static struct nt_agg_use uses[] = {{.name = "count()", .words = 1},
                                   {.name = "sum(x)", .type = &nt_type_int, .word = 1, .words = 2}};
static const struct nt_table table = {
    .name = "t",
    .key = {.columns = columns, .ncolumns = 1, .words = 2, .absent_word = 1},
    .aggs = uses,
    .naggs = 2,
    .slot_words = 3,
    .max = 4,
};
static const struct nt_kept state_of_two = {.name = "x",
                                            .type = &nt_type_int,
                                            .key = {&nt_type_int, &nt_type_ip},
                                            .nkeys = 2,
                                            .key_words = 3};
static const struct nt_program program = {
    .tables = &table, .ntables = 1, .kept = &state_of_two, .nkept = 1};

/* What was aggregated or kept last. */
struct store {
    uint64_t key[3], value[3];
    uint32_t n;
    bool there;
};

static int store_aggregate(void *arg, uint32_t index, const uint64_t *key, const uint64_t *slot)
{
    struct store *store = arg;

    assert_int_equal(index, 0);
    memcpy(store->key, key, 2 * sizeof(*key));
    memcpy(store->value, slot, 3 * sizeof(*slot));
    store->n++;
    return 0;
}

static struct nt_xval store_kept(void *arg, uint16_t state, const uint64_t *key)
{
    const struct store *store = arg;

    assert_int_equal(state, 0);
    return (struct nt_xval){.absent = !store->there || memcmp(store->key, key, sizeof(store->key)),
                            .w = {store->value[0]}};
}

static int store_keep(void *arg, uint16_t state, const uint64_t *key, const uint64_t *value)
{
    struct store *store = arg;

    assert_int_equal(state, 0);
    memcpy(store->key, key, sizeof(store->key));
    store->value[0] = value[0];
    store->there = true;
    store->n++;
    return 0;
}

static int store_forget(void *arg, uint16_t state, const uint64_t *key)
{
    (void)state;
    (void)key;
    ((struct store *)arg)->there = false;
    return 0;
}

static void run_on(struct store *store, const struct nt_act *first)
{
    const struct nt_body body = {.when = NT_WHEN_EVERY, .nslots = 1, .first = first};
    const struct nt_body_ops ops = {
        .arg = store,
        .now = log_now,
        .aggregate = store_aggregate,
        .kept = store_kept,
        .keep = store_keep,
        .forget = store_forget,
        .program = &program,
    };
    struct nt_body_result result;

    uses[0].agg = nt_agg_find("count");
    uses[1].agg = nt_agg_find("sum");
    assert_int_equal(nt_body_run(&body, &ops, &result), 0);
}

static void test_an_aggregation_is_one_update_of_a_slot(void **state)
{
    struct nt_x five = number(5);
    const struct nt_x *const args[] = {&five, NULL, &five};
    const struct nt_act act = {.kind = NT_ACT_AGG, .args = args, .nargs = 3};
    struct store store = {0};

    (void)state;
    run_on(&store, &act);
    assert_int_equal(store.n, 1);
    assert_true(store.key[0] == 5 && store.key[1] == 0);
    assert_true(store.value[0] == 1 && store.value[1] == 5 && store.value[2] == 1);
}

static void test_an_absent_key_is_one_and_an_absent_argument_is_passed_over(void **state)
{
    const struct nt_x *const args[] = {&absent_x, NULL, &absent_x};
    const struct nt_act act = {.kind = NT_ACT_AGG, .args = args, .nargs = 3};
    struct store store = {0};

    (void)state;
    run_on(&store, &act);
    assert_true(store.key[0] == 0 && store.key[1] == 1);
    assert_true(store.value[0] == 1 && store.value[1] == 0 && store.value[2] == 0);
}

static void test_state_is_kept_under_all_its_keys(void **state)
{
    struct nt_x one = number(1), seven = number(7);
    const struct nt_x ip = {.op = NT_X_CONST, .type = &nt_type_ip, .w = {8, 9}};
    const struct nt_x *const key[] = {&one, &ip};
    const struct nt_x read = {
        .op = NT_X_STATE, .type = &nt_type_int, .nkids = 2, .kid = {&one, &ip}};
    const struct nt_x sum = {.op = NT_X_ADD, .type = &nt_type_int, .kid = {&read, &one}};
    const struct nt_act more = {.kind = NT_ACT_KEEP, .args = key, .nargs = 2, .expr = &sum};
    const struct nt_act keep = {
        .kind = NT_ACT_KEEP, .args = key, .nargs = 2, .expr = &seven, .next = &more};
    const struct nt_act forget = {.kind = NT_ACT_DELETE, .args = key, .nargs = 2, .next = &more};
    struct store store = {0};

    (void)state;
    run_on(&store, &keep);
    assert_int_equal(store.n, 2);
    assert_true(store.key[0] == 1 && store.key[1] == 8 && store.key[2] == 9);
    assert_int_equal(store.value[0], 8);
    run_on(&store, &forget); /* what is not there can't be added to: nothing is kept */
    assert_int_equal(store.n, 2);
    assert_false(store.there);
}

static void test_return_ends_the_body(void **state)
{
    struct nt_x yes = number(1);
    const struct nt_act print = {.kind = NT_ACT_PRINT, .table = -1};
    const struct nt_act leave = {.kind = NT_ACT_RETURN, .next = &print};
    const struct nt_act choice = {.kind = NT_ACT_IF, .expr = &yes, .then = &leave, .next = &print};
    struct nt_body_result result;
    struct log log = {0};

    (void)state;
    assert_int_equal(run(&choice, &log, &result), 0);
    assert_string_equal(log.did, "");
    assert_false(result.exited);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_unsigned_division_and_shift),
        cmocka_unit_test(test_division_by_zero_is_absent),
        cmocka_unit_test(test_comparisons_of_mixed_signs_are_right),
        cmocka_unit_test(test_wide_values_compare_whole),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_logic_and_choice),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_statements_run_in_order),
        cmocka_unit_test(test_an_error_ends_the_body),
        cmocka_unit_test(test_exit_ends_the_body_from_within_an_if),
        cmocka_unit_test(test_let_and_record),
        cmocka_unit_test(test_an_absent_argument_is_an_absent_value),
        cmocka_unit_test(test_an_aggregation_is_one_update_of_a_slot),
        cmocka_unit_test(test_an_absent_key_is_one_and_an_absent_argument_is_passed_over),
        cmocka_unit_test(test_state_is_kept_under_all_its_keys),
        cmocka_unit_test(test_return_ends_the_body),
    };

    return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
