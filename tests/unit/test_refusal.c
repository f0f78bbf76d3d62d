/* What the end of a verifier's log says. */
#include "runtime/refusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_read(const char *log, int insn, const char *reason)
{
    char text[160];

    assert_int_equal(nt_refusal_read_log(log, text, sizeof(text)), insn);
    assert_string_equal(text, reason);
}

static void test_a_kernel_that_quotes_lines(void **state)
{
    (void)state;
    assert_read("0: R1=ctx() R10=fp0\n"
                "; int refused(struct args *ctx) @ refused.bpf.c:12\n"
                "0: (bf) r6 = r1                       ; R1=ctx() R6=ctx()\n"
                "; return task[3]; @ refused.bpf.c:18\n"
                "6: (79) r0 = *(u64 *)(r1 +24)\n"
                "R1 invalid mem access 'scalar'\n"
                "verification time 98 usec\n"
                "stack depth 0\n"
                "processed 7 insns (limit 1000000) max_states_per_insn 0\n",
                6, "R1 invalid mem access 'scalar'");
}

static void test_an_old_kernel(void **state)
{
    (void)state;
    assert_read("0: (79) r1 = *(u64 *)(r1 +16)\n"
                "func 'bpf_trace_kfree_skb' doesn't have 3-th argument\n"
                "invalid bpf_context access off=16 size=8\n"
                "processed 1 insns",
                0, "invalid bpf_context access off=16 size=8");
}

static void test_too_large(void **state)
{
    (void)state;
    assert_read("12: (85) call bpf_get_stackid#27\n"
                "BPF program is too large. Processed 1000001 insn\n"
                "processed 1000001 insns (limit 1000000)\n",
                12, "BPF program is too large. Processed 1000001 insn");
}

static void test_what_is_too_much(void **state)
{
    (void)state;
    assert_true(nt_refusal_is_too_much("BPF program is too large. Processed 131073 insn\n"));
    assert_true(nt_refusal_is_too_much("BPF program is too complex\n"));
    assert_true(nt_refusal_is_too_much("The sequence of 8193 jumps is too complex.\n"));
    assert_false(nt_refusal_is_too_much("R1 invalid mem access 'scalar'\n"));
}

static void test_a_log_that_says_nothing(void **state)
{
    (void)state;
    assert_read("", -1, "");
    assert_read("processed 0 insns", -1, "");
}

static void test_a_long_reason_is_cut(void **state)
{
    char text[8];

    (void)state;
    assert_int_equal(nt_refusal_read_log("3: (95) exit\nR0 !read_ok\n", text, sizeof(text)), 3);
    assert_string_equal(text, "R0 !rea");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_kernel_that_quotes_lines),
        cmocka_unit_test(test_an_old_kernel),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_what_is_too_much),
        cmocka_unit_test(test_a_log_that_says_nothing),
        cmocka_unit_test(test_a_long_reason_is_cut),
    };

    return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
