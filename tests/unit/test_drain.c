/* Reading per-CPU hashes in batches and key by key: both give the same. Needs root; skips
 * otherwise. */
#include "runtime/drain.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { KEYS = 5000 };

struct seen {
    uint32_t ncpus;
    uint32_t keys;
    uint64_t sum;
};

static void see(void *arg, const void *key, const void *values)
{
    struct seen *seen = arg;
    const uint64_t *slot = values;

    (void)key;
    seen->keys++;
    for (uint32_t cpu = 0; cpu < seen->ncpus; cpu++)
        seen->sum += slot[cpu * 2] + slot[cpu * 2 + 1];
}

/* Keys 0..n-1; on each CPU the slot {key, 1}. */
static struct nt_drain make_map(uint32_t n, struct seen *seen)
{
    uint32_t ncpus = (uint32_t)libbpf_num_possible_cpus();
    uint64_t *values = calloc(ncpus, 16);
    int fd = bpf_map_create(BPF_MAP_TYPE_PERCPU_HASH, "test", 8, 16, KEYS, NULL);

    assert_true(fd >= 0);
    for (uint64_t key = 0; key < n; key++) {
        for (uint32_t cpu = 0; cpu < ncpus; cpu++) {
            values[cpu * 2] = key;
            values[cpu * 2 + 1] = 1;
        }
        assert_int_equal(bpf_map_update_elem(fd, &key, values, BPF_NOEXIST), 0);
    }
    free(values);
    *seen = (struct seen){.ncpus = ncpus};
    return (struct nt_drain){
        .fd = fd, .key_size = 8, .value_size = 16, .ncpus = ncpus, .each = see, .arg = seen};
}

static void assert_all_seen(const struct seen *seen, uint64_t n)
{
    assert_int_equal(seen->keys, n);
    assert_int_equal(seen->sum, seen->ncpus * (n * (n - 1) / 2 + n));
}

static bool is_empty(int fd)
{
    uint64_t key;

    return bpf_map_get_next_key(fd, NULL, &key) < 0 && errno == ENOENT;
}

typedef int drain_fn(const struct nt_drain *d);

static void assert_reads_then_takes(drain_fn *drain, uint32_t n)
{
    struct seen seen;
    struct nt_drain d = make_map(n, &seen);

    assert_int_equal(drain(&d), 0);
    assert_all_seen(&seen, n);
    d.take = true;
    seen = (struct seen){.ncpus = seen.ncpus};
    assert_int_equal(drain(&d), 0);
    assert_all_seen(&seen, n);
    assert_true(is_empty(d.fd));
    seen = (struct seen){.ncpus = seen.ncpus};
    assert_int_equal(drain(&d), 0);
    assert_int_equal(seen.keys, 0);
    close(d.fd);
}

static void test_batches(void **state)
{
    (void)state;
    assert_reads_then_takes(nt_drain_batches, KEYS);
    assert_reads_then_takes(nt_drain_batches, 1);
}

static void test_key_by_key(void **state)
{
    (void)state;
    assert_reads_then_takes(nt_drain_keys, KEYS);
    assert_reads_then_takes(nt_drain_keys, 1);
}

static void test_either(void **state)
{
    (void)state;
    assert_reads_then_takes(nt_drain, KEYS);
}

/* An array of arrays has no batches: the kernel says so in a way that is understood. */
static void test_no_batches(void **state)
{
    struct nt_drain d = {.key_size = 8, .value_size = 8, .ncpus = 1, .take = true};

    (void)state;
    d.fd = bpf_map_create(BPF_MAP_TYPE_STACK_TRACE, "test", 4, 64, 16, NULL);
    assert_true(d.fd >= 0);
    assert_int_equal(nt_drain_batches(&d), -EOPNOTSUPP);
    close(d.fd);
}

static void test_errors_are_told(void **state)
{
    struct nt_drain d = {.fd = -1, .key_size = 8, .value_size = 8, .ncpus = 1};

    (void)state;
    assert_int_equal(nt_drain(&d), -EBADF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches),         cmocka_unit_test(test_key_by_key),
        cmocka_unit_test(test_either),          cmocka_unit_test(test_no_batches),
        cmocka_unit_test(test_errors_are_told),
    };

    if (geteuid() != 0) {
        fputs("SKIPPED: needs root\n", stderr);
        return 77;
    }
    return cmocka_run_group_tests_name("drain", tests, NULL, NULL);
}
