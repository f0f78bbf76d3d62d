/* Types of loaded modules, added to the kernel's own when something of theirs is asked for. */
#include "compiler/kernel/private.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char dir[] = "/sys/kernel/btf";

struct nt_modules {
    char **added; /* names, whether they could be or not */
    uint32_t n;
};

struct nt_modules *nt_modules_new(void)
{
    return calloc(1, sizeof(struct nt_modules));
}

void nt_modules_free(struct nt_modules *m)
{
    for (uint32_t i = 0; m && i < m->n; i++)
        free(m->added[i]);
    if (m)
        free(m->added);
    free(m);
}

/* A fixture and a file of types stand for themselves alone. */
void nt_kernel_add_module(const struct nt_kernel *k, const char *name, size_t len)
{
    struct nt_modules *m = k->modules;
    char path[256], **more;

    if (k->foreign || k->features || !len || memchr(name, '/', len))
        return;
    for (uint32_t i = 0; i < m->n; i++)
        if (strlen(m->added[i]) == len && memcmp(m->added[i], name, len) == 0)
            return;
    more = realloc(m->added, (m->n + 1) * sizeof(*more));
    if (!more)
        return;
    m->added = more;
    more[m->n] = strndup(name, len);
    if (!more[m->n])
        return;
    m->n++;
    snprintf(path, sizeof(path), "%s/%.*s", dir, (int)len, name);
    nt_btf_add(k->btf, path);
}

uint32_t nt_kernel_find_anywhere(const struct nt_kernel *k, const char *name, uint32_t kind)
{
    uint32_t id = nt_kernel_find(k, name, kind);
    DIR *d = id || k->foreign || k->features ? NULL : opendir(dir);

    for (const struct dirent *e = d ? readdir(d) : NULL; e && !id; e = readdir(d)) {
        uint32_t before = nt_btf_count(k->btf);

        if (e->d_name[0] == '.' || strcmp(e->d_name, "vmlinux") == 0)
            continue;
        nt_kernel_add_module(k, e->d_name, strlen(e->d_name));
        if (nt_btf_count(k->btf) != before)
            id = nt_kernel_find(k, name, kind);
    }
    if (d)
        closedir(d);
    return id;
}
