#include "runtime/symbols.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Modules come behind the kernel, in no order of address; of two names for a place the first
 * counts. */
static const char kallsyms[] = "0000000000000000 A fixed_percpu_data\n"
                               "ffffffff81000000 T _stext\n"
                               "ffffffff81000100 T tcp_v4_rcv\n"
                               "ffffffff81000100 T tcp_v4_rcv_alias\n"
                               "ffffffff81000200 t udp_rcv\n"
                               "ffffffffc0002000 t ovs_vport_send\t[openvswitch]\n"
                               "ffffffffc0001000 t ovs_vport_receive\t[openvswitch]\n"
                               "ffffffffc0003000 d __this_module\t[openvswitch]\n";
static const char hidden[] = "0000000000000000 T _stext\n"
                             "0000000000000000 T tcp_v4_rcv\n";

struct fixture {
    char path[64];
    struct nt_symbols *symbols;
};

static struct fixture *open_fixture(const char *text)
{
    struct fixture *f = calloc(1, sizeof(*f));
    int fd;

    strcpy(f->path, "/tmp/ntrace-test-XXXXXX");
    fd = mkstemp(f->path);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    f->symbols = nt_symbols_new(-1, f->path);
    return f;
}

static void close_fixture(struct fixture *f)
{
    unlink(f->path);
    nt_symbols_free(&f->symbols);
    free(f);
}

static void assert_name(struct fixture *f, uint64_t address, const char *expected)
{
    NT_STR_AUTO out = {0};

    nt_symbols_address(f->symbols, address, &out);
    assert_string_equal(out.at, expected);
}

static void want(struct fixture *f, uint64_t address)
{
    nt_symbols_want(
        f->symbols,
        &(struct nt_value){.shape = NT_SHAPE_WORDS, .type = &nt_type_ksym, .w = {address}});
}

static void test_nearest_symbol_below(void **state)
{
    struct fixture *f = open_fixture(kallsyms);

    (void)state;
    assert_name(f, 0xffffffff81000100, "tcp_v4_rcv");
    assert_name(f, 0xffffffff8100011a, "tcp_v4_rcv+0x1a");
    assert_name(f, 0xffffffff810001ff, "tcp_v4_rcv+0xff");
    assert_name(f, 0xffffffff81000200, "udp_rcv");
    assert_name(f, 0xffffffffc0001040, "ovs_vport_receive+0x40 [openvswitch]");
    assert_name(f, 0xffffffffc0002001, "ovs_vport_send+0x1 [openvswitch]");
    close_fixture(f);
}

/* Code that was made lately lies behind modules; their data is not its name. */
static void test_behind_data(void **state)
{
    struct fixture *f = open_fixture(kallsyms);

    (void)state;
    assert_name(f, 0xffffffffc0003000, "__this_module [openvswitch]");
    assert_name(f, 0xffffffffc0003010, "0xffffffffc0003010");
    close_fixture(f);
}

static void test_memory_without_a_name(void **state)
{
    struct fixture *f = open_fixture(kallsyms);

    (void)state;
    assert_name(f, 0xffffffff80000000, "0xffffffff80000000");
    assert_name(f, 0xffffffffb0000000, "0xffffffffb0000000");
    assert_name(f, 0, "0x0");
    assert_false(nt_symbols_hidden(f->symbols));
    close_fixture(f);
}

/* What is wanted together is found in one pass: the list may be gone afterwards. */
static void test_one_pass_serves_all_that_is_wanted(void **state)
{
    struct fixture *f = open_fixture(kallsyms);

    (void)state;
    want(f, 0xffffffffc0001040);
    want(f, 0xffffffff81000210);
    want(f, 0xffffffff81000210);
    want(f, 0xffffffff81000110);
    assert_name(f, 0xffffffff81000110, "tcp_v4_rcv+0x10");
    unlink(f->path);
    assert_name(f, 0xffffffff81000210, "udp_rcv+0x10");
    assert_name(f, 0xffffffffc0001040, "ovs_vport_receive+0x40 [openvswitch]");
    close_fixture(f);
}

static void test_a_later_pass_keeps_what_is_known(void **state)
{
    struct fixture *f = open_fixture(kallsyms);

    (void)state;
    assert_name(f, 0xffffffff81000210, "udp_rcv+0x10");
    assert_name(f, 0xffffffff81000204, "udp_rcv+0x4");
    assert_name(f, 0xffffffff81000110, "tcp_v4_rcv+0x10");
    assert_name(f, 0xffffffff81000210, "udp_rcv+0x10");
    close_fixture(f);
}

static void test_hidden_addresses(void **state)
{
    struct fixture *f = open_fixture(hidden);

    (void)state;
    assert_name(f, 0xffffffff81000110, "0xffffffff81000110");
    assert_true(nt_symbols_hidden(f->symbols));
    close_fixture(f);
}

static void test_an_unknown_stack_is_nothing(void **state)
{
    struct fixture *f = open_fixture(kallsyms);
    NT_STR_AUTO out = {0};

    (void)state;
    nt_symbols_stack(f->symbols, 3, &out);
    assert_int_equal(out.len, 0);
    close_fixture(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest_symbol_below),
        cmocka_unit_test(test_behind_data),
        cmocka_unit_test(test_memory_without_a_name),
        cmocka_unit_test(test_one_pass_serves_all_that_is_wanted),
        cmocka_unit_test(test_a_later_pass_keeps_what_is_known),
        cmocka_unit_test(test_hidden_addresses),
        cmocka_unit_test(test_an_unknown_stack_is_nothing),
    };

    return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
