#include "runtime/script.h"
#include "compiler/compile.h"
#include "runtime/cleanup.h"
#include "runtime/options.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far more than anyone writes: a file beyond it is not a script. */
enum { MAX_BYTES = 4 << 20 };

static int fail(struct nt_cx *cx, const char *name, int error)
{
    nt_error_at_none(cx, NT_FILE, "can't read the script '%s': %s", name, strerror(error));
    return -error;
}

struct text {
    char *at;
    uint32_t n, cap;
};

/* All of fd, NUL-terminated; one byte more than allowed is enough to know. */
static int read_all(struct nt_cx *cx, int fd, struct text *text)
{
    for (;;) {
        ssize_t n;

        text->at = nt_vec_grow(cx->arena, text->at, &text->cap, text->n + 4096, 1);
        n = read(fd, text->at + text->n, text->cap - text->n - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        text->n += (uint32_t)n;
        text->at[text->n] = '\0';
        if (n == 0 || text->n > MAX_BYTES)
            return 0;
    }
}

static int read_fd(struct nt_cx *cx, int fd, const char *name, uint16_t *ret_source)
{
    struct text text = {0};
    int r = read_all(cx, fd, &text);
    struct nt_diag *d;

    if (r < 0)
        return fail(cx, name, -r);
    if (text.n > MAX_BYTES) {
        nt_error_at_none(cx, NT_FILE, "'%s' is too large for a script: more than %d MiB", name,
                         MAX_BYTES >> 20);
        return -EFBIG;
    }
    if (text.n == 0) {
        d = nt_error_at_none(cx, NT_FILE, "the script '%s' is empty", name);
        nt_hint(d, "the smallest script: on skb_drop { count() }");
        return -ENODATA;
    }
    *ret_source = nt_source_add(cx, name, text.at, text.n);
    return 0;
}

static int read_file(struct nt_cx *cx, const char *path, uint16_t *ret_source)
{
    NT_FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return fail(cx, path, errno);
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        return fail(cx, path, EISDIR);
    return read_fd(cx, fd, path, ret_source);
}

/* A name without '/' or .nt is one of the library's, unless there is such a file. */
static bool is_path(const char *name)
{
    size_t len = strlen(name);
    struct stat st;

    if (strchr(name, '/') || (len > 3 && strcmp(name + len - 3, ".nt") == 0))
        return true;
    return stat(name, &st) == 0 && !S_ISDIR(st.st_mode);
}

static int read_library(struct nt_cx *cx, const char *name, uint16_t *ret_source)
{
    const char *guess = NULL;
    int r = nt_library_script(cx, name, ret_source, &guess);
    struct nt_diag *d;

    if (r == 0)
        return 0;
    d = nt_error_at_none(cx, NT_UNKNOWN_SCRIPT, "there is no script '%s'", name);
    if (guess)
        nt_hint(d, "did you mean '%s'?", guess);
    else
        nt_hint(d, "`ntrace list scripts` shows the library; with -e the word is a script itself");
    return r;
}

int nt_script_read(struct nt_cx *cx, const struct nt_cli *cli, uint16_t *ret_source)
{
    if (cli->text) {
        *ret_source = nt_source_add(cx, "-e", cli->text, (uint32_t)strlen(cli->text));
        return 0;
    }
    if (strcmp(cli->script, "-") == 0)
        return read_fd(cx, STDIN_FILENO, "stdin", ret_source);
    if (is_path(cli->script))
        return read_file(cx, cli->script, ret_source);
    return read_library(cx, cli->script, ret_source);
}
