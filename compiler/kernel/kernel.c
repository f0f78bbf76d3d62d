#include "compiler/kernel/kernel.h"
#include "compiler/kernel/private.h"
#include "compiler/kernel/seen.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char running_btf[] = "/sys/kernel/btf/vmlinux";
static const char *const tracefs_places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

char *nt_kernel_slurp(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0, cap = 1 << 16;
    char *text = fd < 0 ? NULL : malloc(cap);
    ssize_t n = 0;

    while (text && (n = read(fd, text + len, cap - len - 1)) > 0) {
        len += (size_t)n;
        if (len + 1 < cap)
            continue;
        char *more = realloc(text, cap *= 2);
        if (!more)
            free(text);
        text = more;
    }
    if (fd >= 0)
        close(fd);
    if (text && n < 0) {
        free(text);
        return NULL;
    }
    if (text)
        text[len] = '\0';
    return text;
}

static char *join_path(const char *dir, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

static int open_fixture(struct nt_kernel *k, const char *dir, const char *btf)
{
    char *vmlinux = join_path(dir, "vmlinux");
    char *features = join_path(dir, "features");
    int err = -ENOMEM;

    k->tracing = join_path(dir, "tracing");
    k->release = strdup("fixture");
    if (vmlinux && features && k->tracing && k->release)
        err = nt_btf_open(btf ? btf : vmlinux, &k->btf);
    if (err == 0) {
        k->features = nt_kernel_slurp(features);
        if (!k->features)
            k->features = strdup("");
    }
    free(vmlinux);
    free(features);
    return err;
}

/* The kernel's own description, or the file that somebody made of its debug symbols. */
static int open_own_types(struct nt_kernel *k)
{
    int err = nt_btf_open(running_btf, &k->btf);
    char *path = NULL;

    if (err != -ENOENT)
        return err;
    if (asprintf(&path, "/lib/modules/%s/vmlinux.btf", k->release) < 0)
        return -ENOMEM;
    err = nt_btf_open(path, &k->btf);
    free(path);
    k->foreign = err == 0;
    return err == -ENOENT ? -ENODATA : err;
}

static int open_running(struct nt_kernel *k, const char *btf)
{
    struct utsname u;

    if (uname(&u) < 0 || !(k->release = strdup(u.release)))
        return -ENOMEM;
    for (size_t i = 0; i < sizeof(tracefs_places) / sizeof(*tracefs_places) && !k->tracing; i++) {
        char *events = join_path(tracefs_places[i], "events");
        if (events && access(events, R_OK | X_OK) == 0)
            k->tracing = strdup(tracefs_places[i]);
        free(events);
    }
    return btf ? nt_btf_open(btf, &k->btf) : open_own_types(k);
}

static const char *why_not(const struct nt_kernel_options *o, int err)
{
    if (o->btf)
        return err == -EINVAL ? "the file given with --btf is not BTF"
                              : "the file given with --btf cannot be read";
    if (o->fixture)
        return err == -EINVAL ? "vmlinux in the fixture directory is not BTF"
                              : "vmlinux in the fixture directory cannot be read";
    if (err == -ENODATA)
        return "this kernel does not describe its types (CONFIG_DEBUG_INFO_BTF)";
    return err == -EINVAL ? "the kernel's type information cannot be understood"
                          : "the kernel's type information cannot be read";
}

int nt_kernel_open(const struct nt_kernel_options *o, struct nt_kernel **ret_k,
                   const char **ret_why)
{
    struct nt_kernel *k = calloc(1, sizeof(*k));
    int err = -ENOMEM;

    if (k) {
        k->foreign = o->fixture || o->btf;
        k->is_fixture = o->fixture;
    }
    if (k && (k->probed = nt_probed_new()) && (k->functions = nt_functions_new()) &&
        (k->modules = nt_modules_new()) && (k->seen = nt_seen_new()))
        err = o->fixture ? open_fixture(k, o->fixture, o->btf) : open_running(k, o->btf);
    if (err == 0)
        k->own_types = nt_btf_count(k->btf);
    if (err == 0)
        k->version = o->profile ? o->profile : o->fixture ? NULL : k->release;
    if (err == 0 && o->profile) {
        char *features = nt_profile_features(k, o->profile);

        free(k->features);
        k->features = features;
        if (!k->features) {
            nt_kernel_close(&k);
            *ret_why = "there is no such profile; 4.19 is one";
            return -ENOENT;
        }
    }
    if (err < 0) {
        nt_kernel_close(&k);
        *ret_why = err == -ENOMEM ? "out of memory" : why_not(o, err);
        return err;
    }
    *ret_k = k;
    return 0;
}

void nt_kernel_close(struct nt_kernel **pk)
{
    struct nt_kernel *k = *pk;

    if (!k)
        return;
    nt_btf_close(&k->btf);
    nt_probed_free(k->probed);
    nt_functions_free(k->functions);
    nt_modules_free(k->modules);
    free(k->seen);
    free(k->release);
    free(k->tracing);
    free(k->features);
    free(k);
    *pk = NULL;
}

bool nt_kernel_lacks_device(const struct nt_kernel *k, const char *name)
{
    return !k->is_fixture && if_nametoindex(name) == 0 && errno == ENODEV;
}

const char *nt_kernel_release(const struct nt_kernel *k)
{
    return k->release;
}

/* Numbers between dots, as far as they go; a profile's name is a version. */
bool nt_kernel_at_least(const struct nt_kernel *k, const char *version)
{
    const char *here = k->version;
    char *end;

    while (here && *version) {
        unsigned long a = strtoul(here, &end, 10), b;

        if (end == here)
            return true;
        here = *end == '.' ? end + 1 : "0";
        b = strtoul(version, &end, 10);
        version = *end == '.' ? end + 1 : "";
        if (a != b)
            return a > b;
    }
    return true;
}
