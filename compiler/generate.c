/* The child inherits the typed tree, loads the plugin with LLVM, and hands the object back through
 * a memory file. Whatever becomes of it (LLVM may exit, abort or crash), the parent goes on. */
#include "compiler/generate.h"

#include "compiler/cache.h"
#include "compiler/cache_key.h"
#include "compiler/codegen/codegen.h"
#include "compiler/kernel/kernel.h"
#include "compiler/object.h"
#include "compiler/sema/unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int codegen_fn(struct nt_unit *u, enum nt_codegen_dump dump, FILE *out, int fd,
                       char text[512]);

enum { MAX_SHORT = 4096 }; /* BPF_MAXINSNS */

struct result {
    int status;
    int unwritten; /* errno of a dump that could not be written */
    char text[512];
};

enum { SAID_SIZE = 4096, PLUGIN_SIZE = 2 * PATH_MAX };

/* Beside the program (a build), or in ../lib/ntrace (installed). */
static bool find_plugin(char path[PLUGIN_SIZE])
{
    static const char *const places[] = {"", "../lib/ntrace/", NTRACE_LIBDIR "/ntrace/"};
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    self[len > 0 ? len : 0] = '\0';
    if (strrchr(self, '/'))
        strrchr(self, '/')[1] = '\0';
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        snprintf(path, PLUGIN_SIZE, "%s%sntrace-codegen.so", *places[i] == '/' ? "" : self,
                 places[i]);
        if (access(path, R_OK) == 0)
            return true;
    }
    return false;
}

static void *open_plugin(char text[512])
{
    char path[PLUGIN_SIZE];
    bool found = find_plugin(path);
    void *plugin = found ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;

    if (!plugin)
        snprintf(text, 512, "ntrace-codegen.so can't be loaded: %s",
                 found ? dlerror() : "it is not beside the program");
    return plugin;
}

static void run_child(struct nt_unit *u, enum nt_codegen_dump dump, int elf, int back, int said)
{
    struct result r = {.status = -1};
    codegen_fn *codegen;
    void *plugin, *symbol;

    if (said >= 0)
        dup2(said, STDERR_FILENO);
    plugin = open_plugin(r.text);
    symbol = plugin ? dlsym(plugin, "nt_codegen") : NULL;
    memcpy(&codegen, &symbol, sizeof(codegen)); /* a function's address as data */
    if (codegen)
        r.status = codegen(u, dump, stdout, elf, r.text);
    if (fflush(stdout) == EOF || ferror(stdout))
        r.unwritten = errno ? errno : EIO;
    if (write(back, &r, sizeof(r)) != sizeof(r))
        _exit(1);
    _exit(0);
}

/* What LLVM itself had to say, the reason when it ended the child. It is shown by -v. */
static void take_said(struct nt_unit *u, int said, char text[SAID_SIZE])
{
    ssize_t n = pread(said, text, SAID_SIZE - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    if (u->cx->options.verbose)
        fputs(text, stderr);
}

static void take_elf(struct nt_unit *u, int elf)
{
    off_t size = lseek(elf, 0, SEEK_END);
    char *at = size > 0 ? nt_alloc(u->cx->arena, (size_t)size) : NULL;

    if (at && pread(elf, at, (size_t)size, 0) == size) {
        u->program.elf = at;
        u->program.elf_size = (size_t)size;
    }
}

/* Kernels before 5.2 take short programs only. */
static void check_sizes(struct nt_unit *u)
{
    for (uint32_t i = 0; i < u->program.nprobes; i++) {
        const struct nt_probe *p = &u->program.probes[i];
        uint32_t n = nt_object_insns(u->program.elf, u->program.elf_size, p->prog);

        /* Asking costs the kernel 2 ms: only who needs to know asks. */
        if (n > MAX_SHORT && !nt_kernel_has(u->cx->kernel, NT_FEATURE_LONG))
            nt_hint(
                nt_error(u->cx, p->at, NT_TOO_MUCH,
                         "what is done on '%s' takes %u instructions, this kernel runs %u at most",
                         p->event, n, MAX_SHORT),
                "ask for fewer fields, or part the script in two");
    }
}

static void report(struct nt_unit *u, const struct result *r, const char *said, int status)
{
    struct nt_diag *d;

    if (strstr(r->text, "stack limit")) {
        d = nt_error_at_none(
            u->cx, NT_TOO_MUCH,
            "a body keeps more values at once than the kernel's stack of 512 bytes "
            "has room for");
        nt_hint(d, "make two bodies of it, or let fewer values wait in variables");
        return;
    }
    if (strstr(said, "insn range")) { /* an instruction jumps 32767 others at most */
        d = nt_error_at_none(u->cx, NT_TOO_MUCH,
                             "what is done on an event takes more than 32767 instructions");
        nt_hint(d, "make two bodies of it, or let loops take fewer turns");
        return;
    }
    d = nt_error_at_none(u->cx, NT_CODEGEN, "the code generator failed");
    if (WIFSIGNALED(status))
        nt_hint(d, "it ended by %s: please report this with your script",
                strsignal(WTERMSIG(status)));
    else if (u->cx->options.verbose && r->text[0])
        nt_hint(d, "%s", r->text);
    else
        nt_hint(d, "this is a defect of ntrace: please report it with your script (-v says more)");
}

static void generate(struct nt_unit *u, enum nt_codegen_dump dump)
{
    struct result r = {.status = -1};
    int back[2] = {-1, -1}, elf = memfd_create("ntrace", MFD_CLOEXEC), status = 0;
    char text[SAID_SIZE] = "";
    int said = memfd_create("said", MFD_CLOEXEC);
    ssize_t n = 0;
    pid_t pid = -1;

    fflush(stdout);
    if (elf >= 0 && pipe(back) == 0)
        pid = fork();
    if (pid == 0)
        run_child(u, dump, elf, back[1], said);
    if (pid > 0) {
        close(back[1]);
        n = read(back[0], &r, sizeof(r));
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        close(back[0]);
        take_said(u, said, text);
    }
    if (pid < 0)
        nt_error_at_none(u->cx, NT_CODEGEN, "can't start the code generator: %s", strerror(errno));
    else if (n == sizeof(r) && r.unwritten)
        nt_error_at_none(u->cx, NT_FILE, "can't write to standard output: %s",
                         strerror(r.unwritten));
    else if (n != sizeof(r) || r.status != 0)
        report(u, &r, text, status);
    else
        take_elf(u, elf);
    if (u->program.elf)
        check_sizes(u);
    if (elf >= 0)
        close(elf);
    if (said >= 0)
        close(said);
}

/* What the code generator will ask, so that it is in the key; it inherits the answers. */
static void ask_kernel(const struct nt_kernel *k)
{
    nt_kernel_isa(k);
    nt_kernel_has(k, NT_FEATURE_ATOMIC_FETCH);
    nt_kernel_has(k, NT_FEATURE_READ_KERNEL);
    nt_kernel_has(k, NT_FEATURE_LONG);
    nt_kernel_has(k, NT_FEATURE_CAST);
}

static bool make_key(const struct nt_unit *u, uint8_t ret_key[NT_HASH_BYTES])
{
    char plugin[PLUGIN_SIZE];

    if (!u->cx->options.cache || !find_plugin(plugin))
        return false;
    ask_kernel(u->cx->kernel);
    return nt_cache_key(u, plugin, ret_key);
}

static void say(const struct nt_unit *u, const char *what, int err)
{
    if (u->cx->options.verbose)
        fprintf(stderr, "%s %s%s%s\n", what, u->cx->options.cache, err < 0 ? ": " : "",
                err < 0 ? strerror(-err) : "");
}

void nt_generate(struct nt_unit *u)
{
    const char *dir = u->cx->options.cache;
    uint8_t key[NT_HASH_BYTES];
    int err;

    if (!make_key(u, key)) {
        generate(u, NT_DUMP_NOTHING);
        return;
    }
    err = nt_cache_get(u->cx->arena, dir, key, &u->program.elf, &u->program.elf_size);
    say(u, err < 0 ? "no compiled object in" : "compiled object from", err);
    if (err == 0)
        return;
    generate(u, NT_DUMP_NOTHING);
    if (u->cx->diags.nerrors == 0) {
        err = nt_cache_put(dir, key, u->program.elf, u->program.elf_size);
        say(u, err < 0 ? "compiled object can't be kept in" : "compiled object kept in", err);
    }
}

void nt_generate_dump_llvm(struct nt_unit *u, FILE *out)
{
    (void)out;
    generate(u, NT_DUMP_LLVM);
}

void nt_generate_dump_asm(struct nt_unit *u, FILE *out)
{
    (void)out;
    generate(u, NT_DUMP_ASM);
}
