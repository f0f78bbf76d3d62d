#include "compiler/base/arena.h"
#include "compiler/kernel/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* As the kernel writes them: in the order of address, modules behind, a name more than once. */
static const char list[] = "tcp_v4_rcv\n"
                           "ip_rcv\n"
                           "twice\n"
                           "ip_rcv_core.isra.0\n"
                           "before_weak\n"
                           "before_weak\n"
                           "twice\n"
                           "__ftrace_invalid_address___640\n"
                           "ovs_vport_receive [openvswitch]\n"
                           "veth_xmit [veth]\n"
                           "irqfd_shutdown [kvm]\n"
                           "__ftrace_invalid_address___196 [kvm]\n"
                           "__ftrace_invalid_address___244 [kvm]\n"
                           "irqfd_update [kvm]\n"
                           "irqfd_wakeup [kvm]\n"
                           "__ftrace_invalid_address___452 [kvm]\n";

static char dir[] = "/tmp/ntrace-test-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int set_up(void **state)
{
    char path[128];

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/tracing", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file("tracing/available_filter_functions", list);
    write_file("features", "kprobe\n");
    snprintf(path, sizeof(path), "%s/vmlinux", dir);
    assert_int_equal(symlink(NTRACE_FIXTURE "/vmlinux", path), 0);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"tracing/available_filter_functions", "tracing", "features",
                                        "vmlinux", ""};
    char path[128];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        remove(path);
    }
    return 0;
}

static struct nt_kernel *open_kernel(void)
{
    const struct nt_kernel_options options = {.fixture = dir};
    struct nt_kernel *k = NULL;
    const char *why = NULL;

    assert_int_equal(nt_kernel_open(&options, &k, &why), 0);
    return k;
}

static void count_names(const struct nt_kfunction *f, void *arg)
{
    (void)f;
    ++*(int *)arg;
}

/* The same answers before and after the list was put in order. */
static void ask(struct nt_kernel *k)
{
    size_t len = 0;

    assert_true(nt_kernel_traceable(k, "tcp_v4_rcv"));
    assert_int_equal(nt_kernel_traceable(k, "ip_rcv"), 1);
    assert_int_equal(nt_kernel_traceable(k, "twice"), 2);
    assert_true(nt_kernel_traceable(k, "veth_xmit"));
    assert_int_equal(nt_kernel_traceable(k, "before_weak"), 1);
    assert_true(nt_kernel_misplaces(k, "twice"));
    assert_true(nt_kernel_misplaces(k, "irqfd_shutdown"));
    assert_true(nt_kernel_misplaces(k, "irqfd_wakeup"));
    assert_false(nt_kernel_misplaces(k, "irqfd_update"));
    assert_false(nt_kernel_misplaces(k, "veth_xmit"));
    assert_false(nt_kernel_misplaces(k, "nowhere"));
    assert_false(nt_kernel_traceable(k, "ip_rcv_core"));
    assert_false(nt_kernel_traceable(k, "ip"));
    assert_false(nt_kernel_traceable(k, "rcv"));
    assert_false(nt_kernel_traceable(k, "[veth]"));
    assert_false(nt_kernel_traceable(k, ""));
    assert_null(nt_functions_module(k, "ip_rcv", &len));
    assert_null(nt_functions_module(k, "nowhere", &len));
    assert_memory_equal(nt_functions_module(k, "ovs_vport_receive", &len), "openvswitch", 11);
    assert_int_equal(len, 11);
    assert_memory_equal(nt_functions_module(k, "veth_xmit", &len), "veth", 4);
    assert_int_equal(len, 4);
}

static void test_one(void **state)
{
    struct nt_kernel *k = open_kernel();
    int n = 0;

    (void)state;
    ask(k);
    nt_kernel_each_function(k, "*", false, count_names, &n);
    assert_int_equal(n, 10); /* each name once, no invalid address */
    ask(k);
    nt_kernel_close(&k);
}

struct found {
    char names[256];
    uint32_t traceable;
};

static void find(const struct nt_kfunction *f, void *arg)
{
    struct found *found = arg;

    strcat(strcat(found->names, f->name), " ");
    found->traceable += f->traceable;
}

static void expect_match(struct nt_kernel *k, const char *pattern, bool typed, const char *want,
                         uint32_t traceable)
{
    struct found found = {0};

    nt_kernel_each_function(k, pattern, typed, find, &found);
    assert_string_equal(found.names, want);
    assert_int_equal(found.traceable, traceable);
}

static void test_patterns(void **state)
{
    struct nt_kernel *k = open_kernel();

    (void)state;
    expect_match(k, "ip_rcv*", false, "ip_rcv ip_rcv_core.isra.0 ", 2);
    expect_match(k, "*_v4_rcv", false, "tcp_v4_rcv ", 1);
    expect_match(k, "twice", false, "twice ", 2);
    expect_match(k, "nothing*", false, "", 0);
    /* Those that the types know; arp_rcv is not in the list. */
    expect_match(k, "ip_r*", true, "ip_rcv ", 1);
    expect_match(k, "arp_*", true, "arp_rcv ", 0);
    nt_kernel_close(&k);
}

static void test_versions(void **state)
{
    struct nt_kernel k = {.version = "5.10.0-28-cloud-amd64"};

    (void)state;
    assert_true(nt_kernel_at_least(&k, "5.10"));
    assert_true(nt_kernel_at_least(&k, "5.1"));
    assert_true(nt_kernel_at_least(&k, "4.19"));
    assert_true(nt_kernel_at_least(&k, "5"));
    assert_false(nt_kernel_at_least(&k, "5.11"));
    assert_false(nt_kernel_at_least(&k, "6"));
    assert_false(nt_kernel_at_least(&k, "6.1"));
    k.version = "4.19";
    assert_false(nt_kernel_at_least(&k, "5.1"));
    assert_true(nt_kernel_at_least(&k, "4.19"));
    k.version = NULL;
    assert_true(nt_kernel_at_least(&k, "99"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_versions),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
