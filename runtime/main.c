/* ntrace: from the command line to one of the things it does. */
#include "compiler/compile.h"
#include "compiler/kernel/kernel.h"
#include "runtime/cache_place.h"
#include "runtime/options.h"
#include "runtime/privilege.h"
#include "runtime/script.h"
#include "runtime/session.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Each does one thing that can be asked for: an enum nt_exit, or what a script's exit() says. */
typedef int verb_fn(struct nt_cx *cx, const struct nt_cli *cli);

static int say_help(struct nt_cx *cx, const struct nt_cli *cli)
{
    (void)cx;
    (void)cli;
    nt_cli_help(stdout);
    return NT_EXIT_OK;
}

static int say_version(struct nt_cx *cx, const struct nt_cli *cli)
{
    (void)cx;
    (void)cli;
    puts("ntrace " NTRACE_VERSION);
    return NT_EXIT_OK;
}

static int explain(struct nt_cx *cx, const struct nt_cli *cli)
{
    if (nt_explain(cli->explain, stdout))
        return NT_EXIT_OK;
    nt_error_at_none(cx, NT_USAGE, "there is no error code '%s'", cli->explain);
    return NT_EXIT_USAGE;
}

static int script_help(struct nt_cx *cx, const struct nt_cli *cli)
{
    uint16_t source;
    int r = nt_script_read(cx, cli, &source);

    if (r == 0)
        r = nt_script_help(cx, source, cli->script ? cli->script : "-e TEXT", stdout);
    return r < 0 ? NT_EXIT_ERROR : NT_EXIT_OK;
}

static void say_no_types(struct nt_cx *cx, const char *why)
{
    struct nt_diag *d = nt_error_at_none(cx, NT_NO_TYPES, "%s", why);

    nt_hint(d, "make a file of them from its debug symbols and name it with --btf, or let ntrace "
               "find it:\n"
               "pahole --btf_encode_detached=/lib/modules/$(uname -r)/vmlinux.btf vmlinux");
}

/* Opens the kernel for as long as the compiler needs it: its types are large, and a running tracer
 * has no use for them. */
static int open_kernel(struct nt_cx *cx, const struct nt_cli *cli, struct nt_kernel **ret_kernel)
{
    const struct nt_kernel_options options = {
        .fixture = cli->fixture, .btf = cli->btf, .profile = cli->profile};
    const char *why = NULL;
    int r = nt_kernel_open(&options, ret_kernel, &why);

    if (r == -ENODATA)
        say_no_types(cx, why);
    else if (r < 0)
        nt_error_at_none(cx, NT_KERNEL, "%s", why ? why : strerror(-r));
    else
        cx->kernel = *ret_kernel;
    return r;
}

static void close_kernel(struct nt_cx *cx, struct nt_kernel **kernel)
{
    nt_kernel_close(kernel);
    cx->kernel = NULL;
}

static int list(struct nt_cx *cx, const struct nt_cli *cli)
{
    struct nt_kernel *kernel = NULL;
    int r = open_kernel(cx, cli, &kernel);

    if (r == 0)
        r = nt_list(cx, cli->what, cli->name, stdout);
    close_kernel(cx, &kernel);
    return r < 0 ? NT_EXIT_ERROR : NT_EXIT_OK;
}

static int check(struct nt_cx *cx, const struct nt_cli *cli)
{
    struct nt_kernel *kernel = NULL;
    uint16_t source;
    int r = nt_script_read(cx, cli, &source);

    if (r == 0)
        r = open_kernel(cx, cli, &kernel);
    if (r == 0)
        r = nt_check_report(cx, source, stdout);
    close_kernel(cx, &kernel);
    return r < 0 ? NT_EXIT_ERROR : NT_EXIT_OK;
}

static int compile(struct nt_cx *cx, const struct nt_cli *cli, struct nt_program *ret_program)
{
    struct nt_kernel *kernel = NULL;
    uint16_t source;
    int r = nt_script_read(cx, cli, &source);

    if (r == 0)
        r = open_kernel(cx, cli, &kernel);
    if (r == 0)
        r = nt_compile(cx, source, ret_program);
    close_kernel(cx, &kernel);
    malloc_trim(0);
    return r;
}

static bool is_pass(struct nt_cx *cx, const char *name)
{
    const char *names = "";
    struct nt_diag *d;

    for (size_t i = 0; nt_pass_name(i); i++) {
        if (strcmp(nt_pass_name(i), name) == 0)
            return true;
        names = nt_sprintf(cx->arena, "%s%s%s", names, i ? ", " : "", nt_pass_name(i));
    }
    d = nt_error_at_none(cx, NT_USAGE, "the compiler has no pass '%s'", name);
    nt_hint(d, "passes, in order: %s", names);
    return false;
}

static int dump(struct nt_cx *cx, const struct nt_cli *cli)
{
    struct nt_program program;
    int r;

    if (!is_pass(cx, cli->dump))
        return NT_EXIT_USAGE;
    r = compile(cx, cli, &program);

    return r < 0 && r != -ECANCELED ? NT_EXIT_ERROR : NT_EXIT_OK;
}

static void print_diags(struct nt_cx *cx)
{
    nt_diags_print(cx, stderr, isatty(STDERR_FILENO) && !getenv("NO_COLOR"));
    cx->diags.list.n = 0;
}

static int run(struct nt_cx *cx, const struct nt_cli *cli)
{
    struct nt_program program;

    if ((!cli->fixture && nt_privilege_check(cx) < 0) || compile(cx, cli, &program) < 0)
        return NT_EXIT_ERROR;
    if (cli->fixture) {
        nt_error_at_none(cx, NT_USAGE, "--fixture stands in for a kernel: nothing can run on it");
        return NT_EXIT_USAGE;
    }
    print_diags(cx); /* what the compiler warns of is said before the script runs, not after */
    return nt_session_run(cx, &program, cli);
}

static verb_fn *const verbs[] = {
    [NT_VERB_RUN] = run,
    [NT_VERB_HELP] = say_help,
    [NT_VERB_SCRIPT_HELP] = script_help,
    [NT_VERB_VERSION] = say_version,
    [NT_VERB_EXPLAIN] = explain,
    [NT_VERB_LIST] = list,
    [NT_VERB_CHECK] = check,
    [NT_VERB_DUMP] = dump,
};

/* An error of the script, or of its options only? */
static int failure(const struct nt_cx *cx)
{
    nt_vec_each (it, &cx->diags.list) {
        enum nt_code code = (*it)->code;

        if ((*it)->severity == NT_SEV_ERROR && code != NT_OPTION && code != NT_OPTION_VALUE &&
            code != NT_OPTION_MISSING && code != NT_USAGE)
            return NT_EXIT_ERROR;
    }
    return cx->diags.nerrors ? NT_EXIT_USAGE : NT_EXIT_ERROR;
}

static int perform(struct nt_cx *cx, int argc, char **argv)
{
    struct nt_cli cli;
    int code;

    if (nt_cli_parse(cx, argc, argv, &cli) < 0)
        return NT_EXIT_USAGE;
    cx->options = (struct nt_options){
        .dump = cli.dump,
        .stdlib = cli.stdlib,
        .where = cli.where,
        .script_argv = cli.script_argv,
        .script_argc = cli.script_argc,
        .cache = cli.verb == NT_VERB_RUN && !cli.no_cache ? nt_cache_place(cx->arena) : NULL,
        .verbose = cli.verbose,
        .is_own = nt_cli_is_own,
    };
    code = verbs[cli.verb](cx, &cli);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        nt_error_at_none(cx, NT_FILE, "can't write to standard output: %s", strerror(errno));
        return NT_EXIT_ERROR;
    }
    return code == NT_EXIT_ERROR ? failure(cx) : code;
}

/* A standard stream that was closed must not become the fd of something else. What takes its place
 * can't be written to, so that this is noticed. */
static void occupy_standard_fds(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDONLY);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    struct nt_cx *cx;
    int code;

    occupy_standard_fds();
    cx = nt_cx_new();
    code = perform(cx, argc, argv);
    print_diags(cx);
    nt_cx_free(&cx);
    return code;
}
