#include "runtime/cache_place.h"

#include "compiler/base/arena.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* sudo leaves HOME as it was: root's place does not depend on it. */
const char *nt_cache_place(struct nt_arena *a)
{
    const char *base;

    if (geteuid() == 0)
        return "/var/cache/ntrace";
    base = secure_getenv("XDG_CACHE_HOME");
    if (base && *base == '/')
        return nt_sprintf(a, "%s/ntrace", base);
    base = secure_getenv("HOME");
    if (!base || *base != '/')
        return NULL;
    mkdir(nt_sprintf(a, "%s/.cache", base), 0700);
    return nt_sprintf(a, "%s/.cache/ntrace", base);
}
