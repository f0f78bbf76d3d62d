#include "runtime/user_symbols.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The program is called as its source. */
#define OWN(text) text " [test_user_symbols]"

__attribute__((noinline, used)) static int known_function(int x)
{
    return x * 3 + 1;
}

static char *name_of(struct nt_user_symbols *s, uint32_t pid, uint64_t address, bool *ret_known)
{
    NT_STR_AUTO text = {0};

    *ret_known = nt_user_symbols_print(s, pid, address, &text);
    return strdup(text.at);
}

static void expect_name(uint32_t pid, uint64_t address, const char *want, bool want_known)
{
    struct nt_user_symbols *s = nt_user_symbols_new();
    bool known;
    char *name = name_of(s, pid, address, &known);

    assert_string_equal(name, want);
    assert_int_equal(known, want_known);
    free(name);
    nt_user_symbols_free(&s);
    assert_null(s);
}

/* By file and function, from the process's own mappings. */
static void test_own(void **state)
{
    uint64_t at = (uintptr_t)known_function;

    (void)state;
    expect_name((uint32_t)getpid(), at, OWN("known_function"), true);
    expect_name((uint32_t)getpid(), at + 1, OWN("known_function+0x1"), true);
}

static void test_library(void **state)
{
    struct nt_user_symbols *s = nt_user_symbols_new();
    bool known;
    char *name = name_of(s, (uint32_t)getpid(), (uintptr_t)getpid, &known);

    (void)state;
    assert_true(known);
    assert_non_null(strstr(name, "getpid"));
    assert_non_null(strstr(name, "[libc"));
    free(name);
    nt_user_symbols_free(&s);
}

/* Memory of no file, and a process that is gone. */
static void test_unknown(void **state)
{
    pid_t gone = fork();

    (void)state;
    if (gone == 0)
        _exit(0);
    waitpid(gone, NULL, 0);
    expect_name((uint32_t)gone, 0x1234, "0x1234", false);
    expect_name((uint32_t)getpid(), 0x10, "0x10", false);
}

/* What was read of a process while it lived still holds when it has ended. */
static void test_ended(void **state)
{
    struct nt_user_symbols *s = nt_user_symbols_new();
    int hold[2];
    bool known;
    char *name, c;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(hold), 0);
    pid = fork();
    if (pid == 0) {
        close(hold[1]);
        _exit(read(hold[0], &c, 1) == 0 ? 0 : 1);
    }
    name = name_of(s, (uint32_t)pid, (uintptr_t)known_function, &known);
    assert_string_equal(name, OWN("known_function"));
    free(name);
    close(hold[0]);
    close(hold[1]);
    waitpid(pid, NULL, 0);
    name = name_of(s, (uint32_t)pid, (uintptr_t)known_function, &known);
    assert_string_equal(name, OWN("known_function"));
    free(name);
    nt_user_symbols_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own),
        cmocka_unit_test(test_library),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
