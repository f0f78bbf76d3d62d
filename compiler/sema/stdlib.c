#include "compiler/sema/stdlib.h"

#include "compiler/base/embedded.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef NT_VEC(struct nt_stdfile) file_list;

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct nt_stdfile *)a)->path, ((const struct nt_stdfile *)b)->path);
}

static void add_file(struct nt_cx *cx, file_list *list, const char *full, const char *path)
{
    char *text = NULL;
    size_t cap = 0;
    FILE *f = fopen(full, "re");
    ssize_t len = f ? getdelim(&text, &cap, EOF, f) : -1;

    if (!f || (len < 0 && ferror(f)))
        nt_error_at_none(cx, NT_FILE, "can't read %s: %s", full, strerror(errno));
    else
        *nt_vec_push(cx->arena, list) = (struct nt_stdfile){
            .path = path,
            .text = nt_strndup(cx->arena, text ? text : "", len < 0 ? 0 : (size_t)len),
            .len = len < 0 ? 0 : (uint32_t)len,
        };
    free(text);
    if (f)
        fclose(f);
}

static void add_dir(struct nt_cx *cx, file_list *list, const char *dir, const char *sub)
{
    const char *full = nt_sprintf(cx->arena, "%s/%s", dir, sub);
    DIR *d = opendir(full);

    if (!d && errno == ENOENT && strcmp(sub, "lib") == 0)
        return; /* what several scripts share: a library may have none */
    if (!d) {
        nt_error_at_none(cx, NT_FILE, "can't read the library in %s: %s", full, strerror(errno));
        return;
    }
    for (struct dirent *e; (e = readdir(d));) {
        size_t len = strlen(e->d_name);

        if (len > 3 && strcmp(e->d_name + len - 3, ".nt") == 0)
            add_file(cx, list, nt_sprintf(cx->arena, "%s/%s", full, e->d_name),
                     nt_sprintf(cx->arena, "%s%s%s", sub, *sub ? "/" : "", e->d_name));
    }
    closedir(d);
}

struct nt_stdfiles nt_stdlib_files(struct nt_cx *cx)
{
    file_list list = {0};

    if (cx->options.stdlib) {
        add_dir(cx, &list, cx->options.stdlib, "");
        add_dir(cx, &list, cx->options.stdlib, "events");
        add_dir(cx, &list, cx->options.stdlib, "views");
        add_dir(cx, &list, cx->options.stdlib, "lib");
    } else {
        for (const struct nt_embedded *e = nt_stdlib; e->path; e++)
            *nt_vec_push(cx->arena, &list) = (struct nt_stdfile){e->path, e->text, e->len};
    }
    if (list.n)
        qsort(list.at, list.n, sizeof(*list.at), by_path);
    return (struct nt_stdfiles){list.at, list.n};
}

bool nt_stdlib_is_declarations(const struct nt_stdfile *f)
{
    return strcmp(f->path, "prelude.nt") == 0 || strncmp(f->path, "events/", 7) == 0 ||
           strncmp(f->path, "views/", 6) == 0;
}
