/* A whole run on this machine's kernel: an object made by hand (support/bpf/session.bpf.c) and the
 * description that would come with it. Needs root; skips otherwise. */
#include "compiler/bpf/slots.h"
#include "runtime/options.h"
#include "runtime/session.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = true };
#elif defined(__has_feature)
enum { SANITIZED = __has_feature(address_sanitizer) };
#else
enum { SANITIZED = false };
#endif

enum { MAX_OUTPUT = 64 << 20, KEYS = 100, BY_KEY_MAX = 64 };

/* The program. */

static const struct nt_column key_column[] = {{"key", &nt_type_uint, 0, -1}};
static const struct nt_column row_columns[] = {
    {"key", &nt_type_uint, 0, -1},
    {"odd", &nt_type_uint, 1, 0},
    {"where", &nt_type_ksym, 2, -1},
    {"stack", &nt_type_stack, 3, -1},
};

static const struct nt_record records[] = {{
    .kind = NT_RECORD_EMIT,
    .event = "test",
    .body = {.columns = row_columns, .ncolumns = 4, .words = 5, .absent_word = 4},
}};

static const struct nt_probe probes[] = {{
    .prog = "watch",
    .section = "raw_tp/sys_enter",
    .event = "test",
    .hook = "raw_tracepoint:sys_enter",
    .why = "body",
}};

static const struct nt_act clear_all = {.kind = NT_ACT_CLEAR, .table = -1};
static const struct nt_act print_by_key = {
    .kind = NT_ACT_PRINT, .table = 0, .by = -1, .top = 1000, .next = &clear_all};

struct test_program {
    struct nt_agg_use by_key_aggs[1], whole_aggs[2];
    struct nt_table tables[2];
    struct nt_body bodies[1];
    struct nt_program program;
};

static struct nt_program *make_program(struct test_program *t)
{
    *t = (struct test_program){
        .by_key_aggs = {{.agg = nt_agg_find("count"), .name = "count()", .words = 1}},
        .whole_aggs = {{.agg = nt_agg_find("count"), .name = "count()", .words = 1},
                       {.agg = nt_agg_find("sum"),
                        .name = "sum(key)",
                        .type = &nt_type_uint,
                        .word = 1,
                        .words = NT_SLOT_SUM_WORDS}},
        .bodies = {{.when = NT_WHEN_EVERY, .period = 20 * 1000 * 1000, .first = &print_by_key}},
    };
    t->tables[0] = (struct nt_table){
        .name = "by_key",
        .part = {{.words = 1, .map = {"by_key_0", "by_key_1"}, .others = "by_key_others"}},
        .nparts = 1,
        .buffers = 2,
        .key = {.columns = key_column, .ncolumns = 1, .words = 1, .absent_word = -1},
        .aggs = t->by_key_aggs,
        .naggs = 1,
        .slot_words = 1,
        .max = BY_KEY_MAX,
    };
    t->tables[1] = (struct nt_table){
        .name = "whole",
        .part = {{.words = 1 + NT_SLOT_SUM_WORDS, .map = {"whole_0"}, .others = "whole_others"}},
        .nparts = 1,
        .buffers = 1,
        .key = {.absent_word = -1},
        .aggs = t->whole_aggs,
        .naggs = 2,
        .slot_words = 1 + NT_SLOT_SUM_WORDS,
        .max = 1,
    };
    t->program = (struct nt_program){
        .probes = probes,
        .nprobes = 1,
        .tables = t->tables,
        .ntables = 2,
        .records = records,
        .nrecords = 1,
        .bodies = t->bodies,
        .nbodies = 1,
        .top = 1000,
        .uses_rings = true,
        .uses_stacks = true,
    };
    return &t->program;
}

static char *read_file(const char *path, size_t *ret_len)
{
    char *text = calloc(1, MAX_OUTPUT + 1);
    int fd = open(path, O_RDONLY);
    size_t len = 0;
    ssize_t n;

    assert_non_null(text);
    assert_true(fd >= 0);
    while ((n = read(fd, text + len, MAX_OUTPUT - len)) > 0)
        len += (size_t)n;
    close(fd);
    if (ret_len)
        *ret_len = len;
    return text;
}

/* The run: in a child, as it is in life. */

struct run {
    char path[64]; /* of its output, JSON lines */
    pid_t pid;
};

/* The object watches this process, whose child the run is. */
static char *read_object(size_t *ret_size)
{
    const uint64_t mark = 0x7761746368206d65, pid = (uint64_t)getppid();
    char *elf = read_file(NTRACE_TEST_BPF "/session.o", ret_size);
    char *at = memmem(elf, *ret_size, &mark, sizeof(mark));

    assert_non_null(at);
    memcpy(at, &pid, sizeof(pid));
    return elf;
}

static int run_child(const struct run *run, struct nt_program *p, struct nt_cli *cli)
{
    struct nt_cx *cx = nt_cx_new();
    size_t size;
    char *elf = read_object(&size);
    int code;

    p->elf = elf;
    p->elf_size = size;
    if (!cli->output)
        cli->output = run->path;
    cli->format = "json";
    cli->quiet = true;
    code = nt_session_run(cx, p, cli);
    nt_diags_print(cx, stderr, false);
    nt_cx_free(&cx);
    free(elf);
    return code;
}

static void start(struct run *run, struct nt_program *p, struct nt_cli *cli)
{
    int fd;

    strcpy(run->path, "/tmp/ntrace-test-XXXXXX");
    fd = mkstemp(run->path);
    assert_true(fd >= 0);
    close(fd);
    run->pid = fork();
    assert_true(run->pid >= 0);
    if (run->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(run_child(run, p, cli));
    }
}

static bool has_line(const char *path, const char *what)
{
    char *text = read_file(path, NULL);
    bool found = strstr(text, what) != NULL;

    free(text);
    return found;
}

static void wait_until_ready(const struct run *run)
{
    int status;

    while (!has_line(run->path, "\"type\":\"ready\"")) {
        assert_int_equal(waitpid(run->pid, &status, WNOHANG), 0);
        usleep(10000);
    }
}

static int end(struct run *run, int signal, char **ret_text)
{
    int status;

    if (signal)
        kill(run->pid, signal);
    assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
    *ret_text = read_file(run->path, NULL);
    unlink(run->path);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The load. */

struct load {
    long syscall;
    uint64_t n, first;
};

static void *make_load(void *arg)
{
    const struct load *load = arg;

    for (uint64_t i = 0; i < load->n; i++)
        syscall(load->syscall, load->first + i % KEYS);
    return NULL;
}

/* Two threads, n calls each. */
static void load_two(long number, uint64_t n)
{
    struct load load = {number, n, 1};
    pthread_t a, b;

    assert_int_equal(pthread_create(&a, NULL, make_load, &load), 0);
    assert_int_equal(pthread_create(&b, NULL, make_load, &load), 0);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
}

/* Reading JSON lines. */

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

static int count_of(const char *text, const char *what)
{
    int n = 0;

    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}

/* Tests. */

/* Print-and-clear 50 times a second while two CPUs write, with more keys than the table has: the
 * intervals and the whole each hold every event, exactly. */
static void test_intervals_are_exact_under_load(void **state)
{
    enum { N = 400000 };
    struct test_program t;
    struct nt_program *p = make_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char *text;

    (void)state;
    start(&run, p, &cli);
    wait_until_ready(&run);
    load_two(SYS_getppid, N);
    usleep(60 * 1000); /* the last interval */
    assert_int_equal(end(&run, SIGINT, &text), 0);
    assert_true(count_of(text, "\"name\":\"by_key\"") > 5);
    assert_int_equal(sum_of_tables(text, "by_key", false), 2 * N);
    assert_int_equal(sum_of_tables(text, "by_key", true), 2 * N);
    assert_int_equal(sum_of_tables(text, "whole", true), 2 * N);
    assert_int_equal(count_of(text, "\"name\":\"whole\""), 1);
    free(text);
}

/* Every row that is not counted as lost arrives. */
static void test_rows_arrive_or_are_counted(void **state)
{
    enum { N = 30000 };
    struct test_program t;
    struct nt_program *p = make_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char *text;
    uint64_t lost;

    (void)state;
    start(&run, p, &cli);
    wait_until_ready(&run);
    load_two(SYS_getuid, N);
    assert_int_equal(end(&run, SIGTERM, &text), 0);
    lost = sum_of(last_line(text, "\"type\":\"counters\""), text + strlen(text), "\"ring_full\":");
    assert_int_equal(count_of(text, "\"type\":\"event\"") + lost, 2 * N);
    free(text);
}

/* The last line behind `key` in /proc/PID/status, in KiB. */
static uint64_t status_of(pid_t pid, const char *key)
{
    char path[64];
    uint64_t value;
    char *text;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    text = read_file(path, NULL);
    assert_non_null(strstr(text, key));
    value = strtoull(strstr(text, key) + strlen(key), NULL, 10);
    free(text);
    return value;
}

static void test_a_running_tracer_is_small(void **state)
{
    struct test_program t;
    struct nt_program *p = make_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char *text;

    (void)state;
    if (SANITIZED)
        skip(); /* a sanitizer's memory is not the tracer's */
    start(&run, p, &cli);
    wait_until_ready(&run);
    load_two(SYS_getuid, 1000);
    load_two(SYS_getppid, 1000);
    usleep(100 * 1000);
    print_message("resident: %lu KiB\n", (unsigned long)status_of(run.pid, "VmRSS:"));
    assert_true(status_of(run.pid, "VmRSS:") < 10 * 1024);
    assert_int_equal(end(&run, SIGINT, &text), 0);
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
    struct nt_program *p = make_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    uint32_t id;
    char *text;

    (void)state;
    start(&run, p, &cli);
    wait_until_ready(&run);
    id = program_of(run.pid);
    assert_int_equal(end(&run, SIGKILL, &text), -1);
    assert_true(is_gone(id));
    free(text);
}

static void test_duration_ends_it(void **state)
{
    struct test_program t;
    struct nt_program *p = make_program(&t);
    struct nt_cli cli = {.duration = 100 * 1000 * 1000};
    struct run run;
    char *text;

    (void)state;
    start(&run, p, &cli);
    assert_int_equal(end(&run, 0, &text), 0);
    assert_int_equal(count_of(text, "\"name\":\"whole\""), 1);
    free(text);
}

static void test_exit_in_begin_ends_it_with_its_code(void **state)
{
    static const struct nt_x seven = {.op = NT_X_CONST, .type = &nt_type_int, .w = {7}};
    static const struct nt_act leave = {.kind = NT_ACT_EXIT, .expr = &seven};
    struct test_program t;
    struct nt_program *p = make_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char *text;

    (void)state;
    t.bodies[0] = (struct nt_body){.when = NT_WHEN_BEGIN, .first = &leave};
    start(&run, p, &cli);
    assert_int_equal(end(&run, 0, &text), 7);
    assert_int_equal(count_of(text, "\"name\":\"whole\""), 1);
    free(text);
}

/* The table of 64 keys sees 100: that is a loss, and --strict says so. */
static void test_strict_makes_a_loss_an_error(void **state)
{
    struct test_program t;
    struct nt_program *p = make_program(&t);
    struct nt_cli cli = {.strict = true};
    struct run run;
    char *text;

    (void)state;
    start(&run, p, &cli);
    wait_until_ready(&run);
    load_two(SYS_getppid, KEYS);
    assert_int_equal(end(&run, SIGINT, &text), NT_EXIT_LOST);
    free(text);
}

static void test_a_full_disk_is_an_error(void **state)
{
    struct test_program t;
    struct nt_program *p = make_program(&t);
    struct nt_cli cli = {.output = "/dev/full"};
    struct run run;
    char *text;

    (void)state;
    start(&run, p, &cli);
    assert_int_equal(end(&run, 0, &text), NT_EXIT_ERROR);
    free(text);
}

static void make_fifo(char *ret_path)
{
    sprintf(ret_path, "/tmp/ntrace-test-fifo-%d", getpid());
    unlink(ret_path);
    assert_int_equal(mkfifo(ret_path, 0600), 0);
}

/* With nothing to write, the tracer notices all the same. */
static void test_a_reader_that_left_ends_it(void **state)
{
    struct test_program t;
    struct nt_program *p = make_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char fifo[64], first, *text;
    int fd;

    (void)state;
    p->nbodies = 0;
    make_fifo(fifo);
    cli.output = fifo;
    start(&run, p, &cli);
    fd = open(cli.output, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, &first, 1), 1);
    close(fd);
    assert_int_equal(end(&run, 0, &text), 0);
    unlink(cli.output);
    free(text);
}

/* A reader that takes nothing does not keep the tracer from ending. */
static void test_a_reader_that_sleeps_does_not_hold_it(void **state)
{
    struct test_program t;
    struct nt_program *p = make_program(&t);
    struct nt_cli cli = {0};
    struct run run;
    char fifo[64], first, *text;
    int fd;

    (void)state;
    make_fifo(fifo);
    cli.output = fifo;
    start(&run, p, &cli);
    fd = open(cli.output, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, &first, 1), 1);
    load_two(SYS_getuid, 5000); /* more rows than the pipe holds */
    assert_int_equal(end(&run, SIGTERM, &text), NT_EXIT_ERROR);
    close(fd);
    unlink(cli.output);
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
    char *elf = read_file(NTRACE_TEST_BPF "/refused.o", &elf_size);
    char *source = read_file(NTRACE_TEST_BPF_SOURCES "/refused.bpf.c", &len);
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
        cmocka_unit_test(test_a_full_disk_is_an_error),
        cmocka_unit_test(test_a_reader_that_left_ends_it),
        cmocka_unit_test(test_a_reader_that_sleeps_does_not_hold_it),
        cmocka_unit_test(test_a_refusal_names_the_line),
    };

    if (geteuid() != 0) {
        fputs("SKIPPED: needs root\n", stderr);
        return 77;
    }
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
