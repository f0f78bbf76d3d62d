/* A run: it counts exactly, loses nothing silently, ends as it should and leaves nothing behind.
 * Needs root; skips otherwise. */
#include "tests/unit/session_run.h"

#include <bpf/bpf.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = true };
#elif defined(__has_feature)
enum { SANITIZED = __has_feature(address_sanitizer) };
#else
enum { SANITIZED = false };
#endif

/* Adds up the numbers behind every `name` in [line, end). */
static uint64_t sum_of(const char *line, const char *line_end, const char *name)
{
    uint64_t sum = 0;

    while ((line = strstr(line, name)) && line < line_end) {
        line += strlen(name);
        sum += strtoull(line, NULL, 10);
    }
    return sum;
}

static uint64_t sum_of_tables(const char *text, const char *table, bool final)
{
    uint64_t sum = 0;
    char start_of[64];

    snprintf(start_of, sizeof(start_of), "\"name\":\"%s\"", table);
    for (const char *line = text, *line_end; (line_end = strchr(line, '\n')); line = line_end + 1) {
        const char *name = strstr(line, start_of);
        bool is_final = memmem(line, (size_t)(line_end - line), "\"final\":true", 12) != NULL;

        if (name && name < line_end && is_final == final)
            sum += sum_of(name, line_end, "\"count()\":");
    }
    return sum;
}

static const char *last_line(const char *text, const char *what)
{
    const char *last = NULL;

    for (; (text = strstr(text, what)); text++)
        last = text;
    assert_non_null(last);
    return last;
}

/* Print-and-clear 50 times a second while two CPUs write, with more keys than the table has: the
 * intervals and the whole each hold every event, exactly. */
static void test_intervals_are_exact_under_load(void **state)
{
    enum { N = 400000 };
    struct test_program t;
    struct nt_program *p = session_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char *text;

    (void)state;
    session_start(&run, p, &cli);
    session_wait_until_ready(&run);
    session_load(SYS_getppid, N);
    usleep(60 * 1000); /* the last interval */
    assert_int_equal(session_end(&run, SIGINT, &text), 0);
    assert_true(session_count_of(text, "\"name\":\"by_key\"") > 5);
    assert_int_equal(sum_of_tables(text, "by_key", false), 2 * N);
    assert_int_equal(sum_of_tables(text, "by_key", true), 2 * N);
    assert_int_equal(sum_of_tables(text, "whole", true), 2 * N);
    assert_int_equal(session_count_of(text, "\"name\":\"whole\""), 1);
    free(text);
}

/* Every row that is not counted as lost arrives. */
static void test_rows_arrive_or_are_counted(void **state)
{
    enum { N = 30000 };
    struct test_program t;
    struct nt_program *p = session_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char *text;
    uint64_t lost;

    (void)state;
    session_start(&run, p, &cli);
    session_wait_until_ready(&run);
    session_load(SYS_getuid, N);
    assert_int_equal(session_end(&run, SIGTERM, &text), 0);
    lost = sum_of(last_line(text, "\"type\":\"counters\""), text + strlen(text), "\"ring_full\":");
    assert_int_equal(session_count_of(text, "\"type\":\"event\"") + lost, 2 * N);
    free(text);
}

/* The last line behind `key` in /proc/PID/status, in KiB. */
static uint64_t status_of(pid_t pid, const char *key)
{
    char path[64];
    uint64_t value;
    char *text;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    text = session_read_file(path, NULL);
    assert_non_null(strstr(text, key));
    value = strtoull(strstr(text, key) + strlen(key), NULL, 10);
    free(text);
    return value;
}

static void test_a_running_tracer_is_small(void **state)
{
    struct test_program t;
    struct nt_program *p = session_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char *text;

    (void)state;
    if (SANITIZED)
        skip(); /* a sanitizer's memory is not the tracer's */
    session_start(&run, p, &cli);
    session_wait_until_ready(&run);
    session_load(SYS_getuid, 1000);
    session_load(SYS_getppid, 1000);
    usleep(100 * 1000);
    print_message("resident: %lu KiB\n", (unsigned long)status_of(run.pid, "VmRSS:"));
    assert_true(status_of(run.pid, "VmRSS:") < 10 * 1024);
    assert_int_equal(session_end(&run, SIGINT, &text), 0);
    free(text);
}

/* The id of the program that a process holds. */
static uint32_t program_of(pid_t pid)
{
    for (int fd = 3; fd < 64; fd++) {
        uint32_t id = 0;
        char path[64], line[128];
        FILE *f;

        snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
        f = fopen(path, "r");
        while (f && fgets(line, sizeof(line), f))
            sscanf(line, "prog_id: %u", &id);
        if (f)
            fclose(f);
        if (id)
            return id;
    }
    fail_msg("no program");
    return 0;
}

/* The kernel frees programs a little after the last fd is closed. */
static bool is_gone(uint32_t id)
{
    for (int i = 0; i < 200; i++) {
        int fd = bpf_prog_get_fd_by_id(id);

        if (fd < 0)
            return true;
        close(fd);
        usleep(10000);
    }
    return false;
}

static void test_nothing_stays_after_sigkill(void **state)
{
    struct test_program t;
    struct nt_program *p = session_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    uint32_t id;
    char *text;

    (void)state;
    session_start(&run, p, &cli);
    session_wait_until_ready(&run);
    id = program_of(run.pid);
    assert_int_equal(session_end(&run, SIGKILL, &text), -1);
    assert_true(is_gone(id));
    free(text);
}

static void test_duration_ends_it(void **state)
{
    struct test_program t;
    struct nt_program *p = session_program(&t);
    struct nt_cli cli = {.duration = 100 * 1000 * 1000};
    struct run run;
    char *text;

    (void)state;
    session_start(&run, p, &cli);
    assert_int_equal(session_end(&run, 0, &text), 0);
    assert_int_equal(session_count_of(text, "\"name\":\"whole\""), 1);
    free(text);
}

static void test_exit_in_begin_ends_it_with_its_code(void **state)
{
    static const struct nt_x seven = {.op = NT_X_CONST, .type = &nt_type_int, .w = {7}};
    static const struct nt_act leave = {.kind = NT_ACT_EXIT, .expr = &seven};
    struct test_program t;
    struct nt_program *p = session_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char *text;

    (void)state;
    t.bodies[0] = (struct nt_body){.when = NT_WHEN_BEGIN, .first = &leave};
    session_start(&run, p, &cli);
    assert_int_equal(session_end(&run, 0, &text), 7);
    assert_int_equal(session_count_of(text, "\"name\":\"whole\""), 1);
    free(text);
}

/* The table of 64 keys sees 100: that is a loss, and --strict says so. */
static void test_strict_makes_a_loss_an_error(void **state)
{
    struct test_program t;
    struct nt_program *p = session_program(&t);
    struct nt_cli cli = {.strict = true};
    struct run run;
    char *text;

    (void)state;
    session_start(&run, p, &cli);
    session_wait_until_ready(&run);
    session_load(SYS_getppid, SESSION_KEYS);
    assert_int_equal(session_end(&run, SIGINT, &text), NT_EXIT_LOST);
    free(text);
}

/* A program that the verifier refuses is shown at its line of the source. */
static void test_a_refusal_names_the_line(void **state)
{
    static const struct nt_probe two[] = {
        {.prog = "fine", .section = "raw_tp/sys_enter", .event = "first"},
        {.prog = "refused", .section = "raw_tp/sys_enter", .event = "second"},
    };
    size_t elf_size, len;
    char *elf = session_read_file(NTRACE_TEST_BPF "/refused.o", &elf_size);
    char *source = session_read_file(NTRACE_TEST_BPF_SOURCES "/refused.bpf.c", &len);
    struct nt_program p = {.elf = elf, .elf_size = elf_size, .probes = two, .nprobes = 2};
    struct nt_cx *cx = nt_cx_new();
    struct nt_cli cli = {.format = "text", .quiet = true};
    const struct nt_diag *d;
    uint32_t line_len;

    (void)state;
    nt_source_add(cx, "refused.bpf.c", source, (uint32_t)len);
    assert_int_equal(nt_session_run(cx, &p, &cli), NT_EXIT_ERROR);
    assert_int_equal(cx->diags.list.n, 1);
    d = cx->diags.list.at[0];
    assert_int_equal(d->code, NT_REFUSED);
    assert_non_null(strstr(d->message, "second"));
    assert_non_null(strstr(nt_line_text(cx, 0, nt_pos_of(cx, d->at).line, &line_len), "task[3]"));
    assert_non_null(strstr(d->labels.at[0].text, "invalid mem access"));
    nt_cx_free(&cx);
    free(elf);
    free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_are_exact_under_load),
        cmocka_unit_test(test_rows_arrive_or_are_counted),
        cmocka_unit_test(test_a_running_tracer_is_small),
        cmocka_unit_test(test_nothing_stays_after_sigkill),
        cmocka_unit_test(test_duration_ends_it),
        cmocka_unit_test(test_exit_in_begin_ends_it_with_its_code),
        cmocka_unit_test(test_strict_makes_a_loss_an_error),
        cmocka_unit_test(test_a_refusal_names_the_line),
    };

    if (geteuid() != 0) {
        fputs("SKIPPED: needs root\n", stderr);
        return 77;
    }
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
