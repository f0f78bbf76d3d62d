/* Tracepoints as tracefs describes them: events/SYSTEM/NAME/format. */
#include "compiler/base/arena.h"
#include "compiler/kernel/private.h"
#include "compiler/kernel/seen.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

/* "char comm[16]" -> name "comm", type "char[16]"; "__data_loc char[] dev" as it stands. */
static void split_declaration(struct nt_arena *a, const char *text, size_t len,
                              struct nt_tpfield *ret)
{
    size_t end = len;

    if (end > 0 && text[end - 1] == ']')
        while (end > 0 && text[end - 1] != '[')
            end--;
    size_t brackets = end < len ? end - 1 : len;
    size_t begin = brackets;
    while (begin > 0 && text[begin - 1] != ' ')
        begin--;
    size_t type_len = begin;
    while (type_len > 0 && text[type_len - 1] == ' ')
        type_len--;
    ret->name = nt_strndup(a, text + begin, brackets - begin);
    ret->type =
        nt_sprintf(a, "%.*s%.*s", (int)type_len, text, (int)(len - brackets), text + brackets);
}

/* One line: "\tfield:void * skbaddr;\toffset:8;\tsize:8;\tsigned:0;" */
static bool parse_field(struct nt_arena *a, const char *line, struct nt_tpfield *ret)
{
    static const char key[] = "\tfield:";
    unsigned offset, size;
    int is_signed;

    if (strncmp(line, key, strlen(key)) != 0)
        return false;
    line += strlen(key);
    const char *end = strpbrk(line, ";\n");
    if (!end || sscanf(end, "; offset:%u; size:%u; signed:%d;", &offset, &size, &is_signed) != 3)
        return false;
    split_declaration(a, line, (size_t)(end - line), ret);
    ret->offset = offset;
    ret->size = size;
    ret->is_signed = is_signed != 0;
    return true;
}

int nt_kernel_tracepoint(const struct nt_kernel *k, struct nt_arena *a, const char *sys,
                         const char *name, const struct nt_tpfield **ret_fields, uint32_t *ret_n)
{
    NT_VEC(struct nt_tpfield) fields = {0};
    struct nt_tpfield field;

    if (!k->tracing || strchr(sys, '/') || strchr(name, '/'))
        return -ENOENT;
    char *text = nt_kernel_slurp(nt_sprintf(a, "%s/events/%s/%s/format", k->tracing, sys, name));
    nt_saw_text(k, text);
    if (!text)
        return -errno;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (parse_field(a, line, &field))
            *nt_vec_push(a, &fields) = field;
    }
    free(text);
    *ret_fields = fields.at;
    *ret_n = fields.n;
    return 0;
}

/* DIR/events/skb/kfree_skb/format -> "skb:kfree_skb", in place. */
static const char *name_of_path(char *path)
{
    *strrchr(path, '/') = '\0';
    char *slash = strrchr(path, '/');
    *slash = ':';
    char *before = memrchr(path, '/', (size_t)(slash - path));
    return before ? before + 1 : path;
}

void nt_kernel_each_tracepoint(const struct nt_kernel *k, void (*each)(const char *name, void *arg),
                               void *arg)
{
    char *pattern = NULL;
    glob_t found = {0};

    if (!k->tracing || asprintf(&pattern, "%s/events/*/*/format", k->tracing) < 0)
        return;
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) {
            const char *name = name_of_path(found.gl_pathv[i]);

            nt_saw_text(k, name);
            each(name, arg);
        }
    globfree(&found);
    free(pattern);
}
