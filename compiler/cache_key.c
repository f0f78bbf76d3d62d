/* The passes before code generation are run whatever is kept, so a key is made when they are done:
 * of the texts they read, the words of the command line, what the kernel answered to their
 * questions (nt_kernel_seen), the programs that are traced, and the files of ntrace itself. Who got
 * the same answers to the same questions made the same typed tree of them. */
#include "compiler/cache_key.h"

#include "compiler/kernel/kernel.h"

#include <sys/stat.h>
#include <time.h>

/* A file that changed this lately may have been read as it was before. */
enum { SETTLED_SECONDS = 2 };

/* No file that was changed or replaced has all of this in common with what it was. */
static bool add_identity(struct nt_hash *h, const char *path, time_t settled_before)
{
    struct stat st;

    if (stat(path, &st) < 0 || st.st_ctim.tv_sec >= settled_before)
        return false;
    nt_hash_text(h, path);
    nt_hash_number(h, st.st_dev);
    nt_hash_number(h, st.st_ino);
    nt_hash_number(h, (uint64_t)st.st_size);
    nt_hash_number(h, (uint64_t)st.st_mtim.tv_sec);
    nt_hash_number(h, (uint64_t)st.st_mtim.tv_nsec);
    nt_hash_number(h, (uint64_t)st.st_ctim.tv_sec);
    nt_hash_number(h, (uint64_t)st.st_ctim.tv_nsec);
    return true;
}

static void add_script(struct nt_hash *h, const struct nt_unit *u)
{
    const struct nt_options *o = &u->cx->options;

    nt_hash_number(h, u->cx->sources.n);
    nt_hash_number(h, u->source);
    nt_vec_each (s, &u->cx->sources) {
        nt_hash_text(h, s->name);
        nt_hash_bytes(h, s->text, s->len);
    }
    nt_hash_text(h, o->where);
    nt_hash_number(h, (uint64_t)o->script_argc);
    for (int i = 0; i < o->script_argc; i++)
        nt_hash_text(h, o->script_argv[i]);
}

/* The files whose code is traced. */
static bool add_traced(struct nt_hash *h, const struct nt_unit *u, time_t settled_before)
{
    for (uint32_t i = 0; i < u->program.nprobes; i++) {
        const struct nt_attach *a = &u->program.probes[i].attach;

        nt_hash_text(h, u->program.probes[i].hook);
        nt_hash_number(h, a->nsites);
        for (uint32_t s = 0; s < a->nsites; s++) {
            nt_hash_number(h, a->sites[s].offset);
            if (!add_identity(h, a->sites[s].path, settled_before))
                return false;
        }
    }
    return true;
}

bool nt_cache_key(const struct nt_unit *u, const char *plugin, uint8_t ret_key[NT_HASH_BYTES])
{
    time_t settled_before = time(NULL) - SETTLED_SECONDS;
    struct nt_hash h;
    bool known;

    nt_hash_begin(&h);
    nt_hash_text(&h, NTRACE_VERSION);
    known = add_identity(&h, "/proc/self/exe", settled_before) &&
            add_identity(&h, plugin, settled_before);
#ifdef NTRACE_LLVM_SHARED
    known = known && add_identity(&h, NTRACE_LLVM_SHARED, settled_before);
#endif
    add_script(&h, u);
    known = known && add_traced(&h, u, settled_before);
    nt_kernel_seen(u->cx->kernel, &h);
    nt_hash_end(&h, ret_key);
    return known;
}
