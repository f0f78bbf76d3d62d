/* Makes frames that say how long their segments are but not of what kind: gso_size without
 * gso_type. No socket or tap can, but the test run of a program for tc: its own frame, which it
 * drops on the loopback device, and a copy that the program sends. Newer kernels refuse to send it
 * (EBADMSG), others find it unfit for the device and drop it.
 *
 *   abnormal_gso IFACE HEX N      N frames of these bytes, Ethernet header first; says how many
 *                                 copies were refused */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FRAME = 4096, GSO_SIZE = 500 };

static void check(int err, const char *what)
{
    if (err >= 0)
        return;
    fprintf(stderr, "abnormal_gso: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* return bpf_clone_redirect(skb, index, 0) */
static int load(int index)
{
    const struct bpf_insn program[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = index},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = 0},
        {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_clone_redirect},
        {.code = BPF_JMP | BPF_EXIT},
    };

    return bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "abnormal_gso", "GPL", program,
                         sizeof(program) / sizeof(*program), NULL);
}

int main(int argc, char **argv)
{
    unsigned char frame[MAX_FRAME];
    struct __sk_buff context = {.gso_size = GSO_SIZE};
    LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .ctx_in = &context,
                .ctx_size_in = sizeof(context), .repeat = 1);
    size_t digits = argc == 4 ? strlen(argv[2]) : 0;
    int index = argc == 4 ? (int)if_nametoindex(argv[1]) : 0, prog, refused = 0;

    if (!index || digits % 2 || digits / 2 > MAX_FRAME) {
        fputs("usage: abnormal_gso IFACE HEX N\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < digits / 2; i++)
        check(sscanf(argv[2] + 2 * i, "%2hhx", &frame[i]) - 1, "a frame in hexadecimal digits");
    run.data_size_in = (unsigned)(digits / 2);
    prog = load(index);
    check(prog, "load");
    for (int n = atoi(argv[3]); n > 0; n--) {
        check(bpf_prog_test_run_opts(prog, &run), "run");
        refused += (int)run.retval == -EBADMSG;
    }
    printf("%d\n", refused);
    return 0;
}
