/* A run whose output can't be written or is not read. Needs root; skips otherwise. */
#include "tests/unit/session_run.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static void test_a_full_disk_is_an_error(void **state)
{
    struct test_program t;
    struct nt_program *p = session_program(&t);
    struct nt_cli cli = {.output = "/dev/full"};
    struct run run;
    char *text;

    (void)state;
    session_start(&run, p, &cli);
    assert_int_equal(session_end(&run, 0, &text), NT_EXIT_ERROR);
    free(text);
}

static void make_fifo(char *ret_path)
{
    sprintf(ret_path, "/tmp/ntrace-test-fifo-%d", getpid());
    unlink(ret_path);
    assert_int_equal(mkfifo(ret_path, 0600), 0);
}

/* Starts it with output into a fifo, and takes the first byte. */
static int start_into_fifo(struct run *run, struct nt_program *p, struct nt_cli *cli, char *fifo)
{
    char first;
    int fd;

    make_fifo(fifo);
    cli->output = fifo;
    session_start(run, p, cli);
    fd = open(fifo, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, &first, 1), 1);
    return fd;
}

/* With nothing to write, the tracer notices all the same. */
static void test_a_reader_that_left_ends_it(void **state)
{
    struct test_program t;
    struct nt_program *p = session_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char fifo[64], *text;
    int fd;

    (void)state;
    p->nbodies = 0;
    fd = start_into_fifo(&run, p, &cli, fifo);
    close(fd);
    assert_int_equal(session_end(&run, 0, &text), 0);
    unlink(cli.output);
    free(text);
}

/* A reader that takes nothing does not keep the tracer from ending. */
static void test_a_reader_that_sleeps_does_not_hold_it(void **state)
{
    struct test_program t;
    struct nt_program *p = session_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char fifo[64], *text;
    int fd;

    (void)state;
    fd = start_into_fifo(&run, p, &cli, fifo);
    session_load(SYS_getuid, 5000); /* more rows than the pipe holds */
    assert_int_equal(session_end(&run, SIGTERM, &text), NT_EXIT_ERROR);
    close(fd);
    unlink(cli.output);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_disk_is_an_error),
        cmocka_unit_test(test_a_reader_that_left_ends_it),
        cmocka_unit_test(test_a_reader_that_sleeps_does_not_hold_it),
    };

    if (geteuid() != 0) {
        fputs("SKIPPED: needs root\n", stderr);
        return 77;
    }
    return cmocka_run_group_tests_name("session_output", tests, NULL, NULL);
}
