#include "tests/unit/session_run.h"

#include "compiler/bpf/slots.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAX_FILE = 64 << 20 };

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

struct nt_program *session_program(struct test_program *t)
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
        .max = SESSION_KEYS_MAX,
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

char *session_read_file(const char *path, size_t *ret_len)
{
    char *text = calloc(1, MAX_FILE + 1);
    int fd = open(path, O_RDONLY);
    size_t len = 0;
    ssize_t n;

    assert_non_null(text);
    assert_true(fd >= 0);
    while ((n = read(fd, text + len, MAX_FILE - len)) > 0)
        len += (size_t)n;
    close(fd);
    if (ret_len)
        *ret_len = len;
    return text;
}

/* The object watches this process, whose child the run is. */
static char *read_object(size_t *ret_size)
{
    const uint64_t mark = 0x7761746368206d65, pid = (uint64_t)getppid();
    char *elf = session_read_file(NTRACE_TEST_BPF "/session.o", ret_size);
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

void session_start(struct run *run, struct nt_program *p, struct nt_cli *cli)
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
    char *text = session_read_file(path, NULL);
    bool found = strstr(text, what) != NULL;

    free(text);
    return found;
}

void session_wait_until_ready(const struct run *run)
{
    int status;

    while (!has_line(run->path, "\"type\":\"ready\"")) {
        assert_int_equal(waitpid(run->pid, &status, WNOHANG), 0);
        usleep(10000);
    }
}

int session_end(struct run *run, int signal, char **ret_text)
{
    int status;

    if (signal)
        kill(run->pid, signal);
    assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
    *ret_text = session_read_file(run->path, NULL);
    unlink(run->path);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct load {
    long syscall;
    uint64_t n, first;
};

static void *make_load(void *arg)
{
    const struct load *load = arg;

    for (uint64_t i = 0; i < load->n; i++)
        syscall(load->syscall, load->first + i % SESSION_KEYS);
    return NULL;
}

/* Two threads, n calls each. */
void session_load(long number, uint64_t n)
{
    struct load load = {number, n, 1};
    pthread_t a, b;

    assert_int_equal(pthread_create(&a, NULL, make_load, &load), 0);
    assert_int_equal(pthread_create(&b, NULL, make_load, &load), 0);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
}

int session_count_of(const char *text, const char *what)
{
    int n = 0;

    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}
