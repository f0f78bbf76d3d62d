#include "compiler/base/arena.h"
#include "compiler/kernel/kernel.h"

#include <errno.h>
#include <linux/btf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
    struct nt_kernel *k;
    struct nt_arena *a;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    const char *why = NULL;

    w->a = nt_arena_new();
    *state = w;
    return nt_kernel_open(&(struct nt_kernel_options){.fixture = NTRACE_FIXTURE}, &w->k, &why);
}

static int teardown(void **state)
{
    struct world *w = *state;

    nt_kernel_close(&w->k);
    assert_null(w->k);
    nt_arena_free(&w->a);
    free(w);
    return 0;
}

static uint32_t find_struct(const struct world *w, const char *name)
{
    uint32_t id = nt_kernel_find(w->k, name, BTF_KIND_STRUCT);

    assert_int_not_equal(id, 0);
    return id;
}

static void finds_by_name_and_kind(void **state)
{
    struct world *w = *state;
    uint32_t id = find_struct(w, "sk_buff");

    assert_string_equal(nt_kernel_type_name(w->k, id), "sk_buff");
    assert_int_equal(nt_kernel_find(w->k, "sk_buff", BTF_KIND_FUNC), 0);
    assert_int_equal(nt_kernel_find(w->k, "sk_buf", BTF_KIND_STRUCT), 0);
    assert_int_equal(nt_kernel_find(w->k, "", BTF_KIND_STRUCT), 0);
    assert_int_not_equal(nt_kernel_find(w->k, "possible_net_t", BTF_KIND_TYPEDEF), 0);
    assert_int_not_equal(nt_kernel_find(w->k, "ip_rcv", BTF_KIND_FUNC), 0);
    assert_string_equal(nt_kernel_release(w->k), "fixture");
}

static void finds_members_through_anonymous_structs(void **state)
{
    struct world *w = *state;
    uint32_t skb = find_struct(w, "sk_buff");
    struct nt_member m;

    assert_true(nt_kernel_member(w->k, skb, "len", &m));
    assert_int_equal(m.bit_offset, 112 * 8);
    assert_int_equal(m.bits, 0);
    assert_true(nt_kernel_member(w->k, skb, "dev", &m));
    assert_int_equal(m.bit_offset, 16 * 8);
    assert_string_equal(nt_kernel_type_text(w->k, w->a, m.type), "struct net_device *");
    assert_true(nt_kernel_member(w->k, skb, "vlan_tci", &m));
    assert_true(nt_kernel_member(w->k, skb, "protocol", &m));
    assert_string_equal(nt_kernel_type_text(w->k, w->a, m.type), "__be16");
    assert_false(nt_kernel_member(w->k, skb, "lenn", &m));
    assert_false(nt_kernel_member(w->k, skb, "", &m));
}

static void knows_bit_fields(void **state)
{
    struct world *w = *state;
    uint32_t skb = find_struct(w, "sk_buff");
    struct nt_member type, summed;

    assert_true(nt_kernel_member(w->k, skb, "pkt_type", &type));
    assert_int_equal(type.bits, 3);
    assert_true(nt_kernel_member(w->k, skb, "ip_summed", &summed));
    assert_int_equal(summed.bits, 2);
    assert_int_equal(summed.bit_offset, type.bit_offset + 5);
}

static void count_name(const char *name, void *arg)
{
    (void)name;
    ++*(int *)arg;
}

static void find_deep_name(const char *name, void *arg)
{
    if (strcmp(name, "skc_num") == 0)
        *(bool *)arg = true;
}

static void lists_members_of_anonymous_structs_too(void **state)
{
    struct world *w = *state;
    bool found = false;
    int n = 0;

    nt_kernel_each_member(w->k, find_struct(w, "sock_common"), find_deep_name, &found);
    assert_true(found);
    nt_kernel_each_member(w->k, find_struct(w, "hlist_node"), count_name, &n);
    assert_int_equal(n, 2);
}

static void describes_types(void **state)
{
    struct world *w = *state;
    struct nt_member m;
    struct nt_ktype t;

    assert_true(nt_kernel_member(w->k, find_struct(w, "net_device"), "name", &m));
    t = nt_kernel_type(w->k, m.type);
    assert_int_equal(t.kind, NT_K_ARRAY);
    assert_int_equal(t.count, 16);
    assert_int_equal(t.size, 16);

    assert_true(nt_kernel_member(w->k, find_struct(w, "sk_buff"), "dev", &m));
    t = nt_kernel_type(w->k, m.type);
    assert_int_equal(t.kind, NT_K_POINTER);
    assert_int_equal(t.target, find_struct(w, "net_device"));

    assert_true(nt_kernel_member(w->k, find_struct(w, "sk_buff"), "skb_iif", &m));
    t = nt_kernel_type(w->k, m.type);
    assert_int_equal(t.kind, NT_K_INT);
    assert_int_equal(t.size, 4);
    assert_true(t.is_signed);

    assert_true(nt_kernel_member(w->k, find_struct(w, "sock_common"), "skc_state", &m));
    t = nt_kernel_type(w->k, m.type);
    assert_int_equal(t.kind, NT_K_INT);
    assert_int_equal(t.size, 1);
    assert_false(t.is_signed);
    assert_int_equal(nt_kernel_type(w->k, 0).kind, NT_K_OTHER);
    assert_int_equal(nt_kernel_type(w->k, UINT32_MAX).kind, NT_K_OTHER);
}

struct wanted {
    const char *name;
    int64_t value;
};

static void take_enumerator(const char *name, int64_t value, void *arg)
{
    struct wanted *want = arg;

    if (strcmp(name, want->name) == 0)
        want->value = value;
}

static void lists_enumerators(void **state)
{
    struct world *w = *state;
    uint32_t id = nt_kernel_find(w->k, "skb_drop_reason", BTF_KIND_ENUM);
    struct wanted want = {"SKB_DROP_REASON_NO_SOCKET", -1};

    assert_int_not_equal(id, 0);
    nt_kernel_each_enumerator(w->k, id, take_enumerator, &want);
    assert_int_equal(want.value, 3);
}

static void binds_raw_tracepoints_by_name(void **state)
{
    struct world *w = *state;
    const struct nt_kparam *p;
    uint32_t n;

    assert_int_equal(nt_kernel_raw_tracepoint(w->k, w->a, "kfree_skb", &p, &n), 0);
    assert_int_equal(n, 4);
    assert_string_equal(p[0].name, "skb");
    assert_string_equal(p[2].name, "reason");
    assert_string_equal(nt_kernel_type_text(w->k, w->a, p[2].type), "enum skb_drop_reason");

    assert_int_equal(nt_kernel_raw_tracepoint(w->k, w->a, "tcp_send_reset", &p, &n), 0);
    assert_string_equal(p[1].name, "skb");
    assert_true(p[1].nullable);
    assert_false(p[0].nullable);
    assert_string_equal(nt_kernel_type_text(w->k, w->a, p[1].type), "const struct sk_buff *");
    assert_int_equal(nt_kernel_raw_tracepoint(w->k, w->a, "no_such", &p, &n), -ENOENT);
}

static void reads_functions(void **state)
{
    struct world *w = *state;
    const struct nt_kparam *p;
    uint32_t n, ret;

    assert_int_equal(nt_kernel_func(w->k, w->a, "ip_output", &p, &n, &ret), 0);
    assert_int_equal(n, 3);
    assert_string_equal(p[2].name, "skb");
    assert_string_equal(nt_kernel_type_text(w->k, w->a, ret), "int");
    assert_int_equal(nt_kernel_func(w->k, w->a, "sk_buff", &p, &n, &ret), -ENOENT);
}

static void reads_tracepoint_formats(void **state)
{
    struct world *w = *state;
    const struct nt_tpfield *f;
    uint32_t n;

    assert_int_equal(nt_kernel_tracepoint(w->k, w->a, "skb", "kfree_skb", &f, &n), 0);
    assert_int_equal(n, 9);
    assert_string_equal(f[4].name, "skbaddr");
    assert_string_equal(f[4].type, "void *");
    assert_int_equal(f[4].offset, 8);
    assert_string_equal(f[8].name, "reason");
    assert_string_equal(f[8].type, "enum skb_drop_reason");

    assert_int_equal(nt_kernel_tracepoint(w->k, w->a, "sched", "sched_switch", &f, &n), 0);
    assert_string_equal(f[4].name, "prev_comm");
    assert_string_equal(f[4].type, "char[16]");
    assert_int_equal(f[4].size, 16);
    assert_int_equal(nt_kernel_tracepoint(w->k, w->a, "skb", "no_such", &f, &n), -ENOENT);
    assert_int_equal(nt_kernel_tracepoint(w->k, w->a, "skb", "../skb", &f, &n), -ENOENT);
}

static void find_tracepoint(const char *name, void *arg)
{
    if (strcmp(name, "skb:kfree_skb") == 0)
        *(bool *)arg = true;
}

static void lists_tracepoints(void **state)
{
    struct world *w = *state;
    bool found = false;

    nt_kernel_each_tracepoint(w->k, find_tracepoint, &found);
    assert_true(found);
}

static void takes_features_from_the_fixture(void **state)
{
    struct world *w = *state;

    assert_true(nt_kernel_has(w->k, NT_FEATURE_TP_BTF));
    assert_int_equal(nt_kernel_attach_id(w->k, "kfree_skb"), 0);
    assert_true(nt_kernel_has(w->k, NT_FEATURE_RINGBUF));
    assert_int_equal(nt_kernel_isa(w->k), 3);
    assert_true(nt_kernel_traceable(w->k, "ip_rcv"));
    assert_false(nt_kernel_traceable(w->k, "ip_rc"));
}

static void says_why_it_cannot_open(void **state)
{
    struct nt_kernel *k = NULL;
    const char *why = NULL;

    (void)state;
    assert_int_equal(nt_kernel_open(&(struct nt_kernel_options){.fixture = "/nowhere"}, &k, &why),
                     -ENOENT);
    assert_null(k);
    assert_non_null(why);
    why = NULL;
    assert_int_equal(nt_kernel_open(&(struct nt_kernel_options){.btf = "/proc/self/exe"}, &k, &why),
                     -EINVAL);
    assert_non_null(why);
}

static void write_file(const char *path, const char *data, size_t len)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* Every prefix of a good file, and the file with bytes turned: refused or read, never a crash. */
static void survives_broken_btf(void **state)
{
    char path[] = "/tmp/ntrace-btf-XXXXXX";
    int fd = mkstemp(path);
    static char data[1 << 16];
    FILE *f = fopen(NTRACE_FIXTURE "/vmlinux", "r");
    size_t len = fread(data, 1, sizeof(data), f);
    struct nt_kernel_options o = {.btf = path};

    (void)state;
    fclose(f);
    close(fd);
    assert_in_range(len, 1000, sizeof(data) - 1);
    for (size_t i = 0; i < 2000; i++) {
        struct nt_kernel *k = NULL;
        const char *why = NULL;
        size_t at = i * 37 % len;
        char old = data[at];
        if (i % 2)
            data[at] = (char)(old + (char)i + 1);
        write_file(path, data, i % 2 ? len : at);
        data[at] = old;
        if (nt_kernel_open(&o, &k, &why) < 0) {
            assert_non_null(why);
            continue;
        }
        struct nt_arena *a = nt_arena_new();
        for (uint32_t id = 0; id < 300; id++) {
            struct nt_member m;
            nt_kernel_type(k, id);
            nt_kernel_type_text(k, a, id);
            nt_kernel_member(k, id, "skc_num", &m);
        }
        nt_arena_free(&a);
        nt_kernel_close(&k);
    }
    unlink(path);
}

static void opens_the_running_kernel(void **state)
{
    struct nt_kernel *k = NULL;
    const char *why = NULL;

    (void)state;
    if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
        skip();
    assert_int_equal(nt_kernel_open(&(struct nt_kernel_options){0}, &k, &why), 0);
    assert_int_not_equal(nt_kernel_find(k, "sk_buff", BTF_KIND_STRUCT), 0);
    assert_int_not_equal(nt_kernel_attach_id(k, "sched_switch"), 0);
    assert_int_equal(nt_kernel_attach_id(k, "no_such_tracepoint"), 0);
    assert_in_range(nt_kernel_isa(k), 2, 4);
    for (int f = 0; f < NT_FEATURE_MAX; f++)
        assert_int_equal(nt_kernel_has(k, (enum nt_feature)f),
                         nt_kernel_has(k, (enum nt_feature)f));
    nt_kernel_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_by_name_and_kind, setup, teardown),
        cmocka_unit_test_setup_teardown(finds_members_through_anonymous_structs, setup, teardown),
        cmocka_unit_test_setup_teardown(knows_bit_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_members_of_anonymous_structs_too, setup, teardown),
        cmocka_unit_test_setup_teardown(describes_types, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_enumerators, setup, teardown),
        cmocka_unit_test_setup_teardown(binds_raw_tracepoints_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_functions, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_tracepoint_formats, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_tracepoints, setup, teardown),
        cmocka_unit_test_setup_teardown(takes_features_from_the_fixture, setup, teardown),
        cmocka_unit_test(says_why_it_cannot_open),
        cmocka_unit_test(survives_broken_btf),
        cmocka_unit_test(opens_the_running_kernel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
