#include "tests/random/load.h"

#include "compiler/compile.h"
#include "runtime/load.h"
#include "tests/random/object.h"
#include "tests/support/old_kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const verdict_names[NVERDICTS] = {
    [LOADED] = "loaded",
    [TOO_BIG] = "too big, said by the checker",
    [NOTHING_LEFT] = "never true, said by the checker",
    [NOT_ACCEPTED] = "refused by the checker",
    [NOT_COMPILED] = "not compiled",
    [NOT_LOADED] = "refused by the verifier",
    [NOT_FOR_OLD] = "not for an old kernel",
    [CRASHED] = "crashed",
    [HANGS] = "did not end",
};

/* Children then find the code generator in memory, linked. */
void load_code_generator(void)
{
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 32);

    path[len > 0 ? len : 0] = '\0';
    if (strrchr(path, '/')) {
        strcpy(strrchr(path, '/') + 1, "ntrace-codegen.so");
        dlopen(path, RTLD_NOW | RTLD_LOCAL);
    }
}

static bool has_code(const struct nt_cx *cx, enum nt_code code)
{
    nt_vec_each (d, &cx->diags.list)
        if ((*d)->severity == NT_SEV_ERROR && (*d)->code == code)
            return true;
    return false;
}

static enum verdict why_not_compiled(const struct nt_cx *cx)
{
    if (cx->diags.nerrors == 1 && has_code(cx, NT_TOO_MUCH))
        return TOO_BIG;
    if (cx->diags.nerrors == 1 && has_code(cx, NT_NOTHING_LEFT))
        return NOTHING_LEFT;
    return has_code(cx, NT_CODEGEN) ? NOT_COMPILED : NOT_ACCEPTED;
}

/* How much work the verifier had. */
static uint32_t count_followed(const struct nt_image *image)
{
    struct bpf_program *prog;
    uint32_t n = 0;

    bpf_object__for_each_program(prog, nt_image_object(image))
    {
        struct bpf_prog_info info = {0};
        uint32_t size = sizeof(info);

        if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &size) == 0)
            n += info.verified_insns;
    }
    return n;
}

static enum verdict load(struct nt_cx *cx, const struct nt_program *p, uint32_t *followed)
{
    struct nt_image *image = NULL;
    int r = nt_image_load(cx, p, &image);

    if (r == 0)
        *followed = count_followed(image);
    nt_image_close(&image);
    return r == 0 ? LOADED : has_code(cx, NT_TOO_MUCH) ? TOO_BIG : NOT_LOADED;
}

static enum verdict keep(const struct how *how, const struct nt_program *p)
{
    int r = how->keep ? object_write(how->keep, p) : 0;

    if (r < 0) {
        fprintf(stderr, "%s: %s\n", how->keep, strerror(-r));
        exit(2);
    }
    return LOADED;
}

static enum verdict go(struct nt_cx *cx, const char *text, const struct how *how,
                       uint32_t *followed)
{
    uint16_t source = nt_source_add(cx, "random.nt", text, (uint32_t)strlen(text));
    struct nt_program p;
    struct nt_unit *u;

    if (how->object)
        return object_read(how->object, cx->arena, &p) < 0 ? NOT_COMPILED : load(cx, &p, followed);
    if (how->until == CHECKED)
        return nt_compile_to(cx, source, "layout", &u) < 0 ? why_not_compiled(cx) : LOADED;
    if (nt_compile(cx, source, &p) < 0)
        return why_not_compiled(cx);
    if (how->old && old_kernel_refuses(p.elf, p.elf_size))
        return NOT_FOR_OLD;
    return how->until == COMPILED ? keep(how, &p) : load(cx, &p, followed);
}

static void run_child(const struct nt_kernel *kernel, const char *text, const struct how *how,
                      const struct loading *l)
{
    const struct rlimit limit = {how->seconds, how->seconds};
    struct nt_cx *cx = nt_cx_new();
    enum verdict v;

    dup2(l->said, STDOUT_FILENO);
    dup2(l->said, STDERR_FILENO);
    setrlimit(RLIMIT_CPU, &limit);
    cx->kernel = kernel;
    v = go(cx, text, how, l->shared);
    nt_diags_print(cx, stderr, false);
    fflush(NULL);
    _exit((int)v);
}

void load_start(const struct nt_kernel *kernel, const char *text, const struct how *how,
                struct loading *ret)
{
    *ret = (struct loading){.said = memfd_create("said", MFD_CLOEXEC)};
    ret->shared =
        mmap(NULL, sizeof(*ret->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fflush(NULL);
    ret->pid = ret->said < 0 || ret->shared == MAP_FAILED ? -1 : fork();
    if (ret->pid == 0)
        run_child(kernel, text, how, ret);
    if (ret->pid < 0) {
        perror("ntrace-random");
        exit(2);
    }
}

static void take_said(int fd, struct nt_str *ret_said)
{
    char buffer[4096];
    ssize_t n;

    nt_str_clear(ret_said);
    for (off_t at = 0; (n = pread(fd, buffer, sizeof(buffer), at)) > 0; at += n)
        nt_str_add(ret_said, buffer, (size_t)n);
}

static double in_seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

enum verdict load_finish(struct loading *l, struct nt_str *ret_said)
{
    struct rusage used;
    int status = 0;

    if (wait4(l->pid, &status, 0, &used) != l->pid) {
        perror("ntrace-random");
        exit(2);
    }
    l->user = in_seconds(used.ru_utime);
    l->system = in_seconds(used.ru_stime);
    l->followed = *l->shared;
    munmap(l->shared, sizeof(*l->shared));
    take_said(l->said, ret_said);
    close(l->said);
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL ? HANGS : CRASHED;
    return WEXITSTATUS(status) < NVERDICTS ? (enum verdict)WEXITSTATUS(status) : CRASHED;
}

enum verdict load_script(const struct nt_kernel *kernel, const char *text, const struct how *how,
                         struct nt_str *ret_said)
{
    struct loading l;

    load_start(kernel, text, how, &l);
    return load_finish(&l, ret_said);
}
