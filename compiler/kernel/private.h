/* What the files of this module share. */
#pragma once

#include "compiler/kernel/btf.h"
#include "compiler/kernel/kernel.h"

/* Where things are; NULL: there is none of it. */
struct nt_kernel {
    struct nt_btf *btf;
    bool foreign;    /* the types are of a file, not the running kernel's own */
    bool is_fixture; /* nothing is of the running kernel */
    char *release;
    const char *version;            /* NULL: not known; the profile's name is the caller's */
    char *tracing;                  /* directory of tracefs */
    char *features;                 /* the fixture's text; NULL: try on the running kernel */
    struct nt_probed *probed;       /* what was tried already (features.c) */
    struct nt_functions *functions; /* read on first use (functions.c) */
    struct nt_modules *modules;     /* whose types were added to btf (modules.c) */
    uint32_t own_types;             /* ids from here on are of modules */
    struct nt_hash *seen;           /* the answers that are not of its types (seen.h) */
};

struct nt_probed *nt_probed_new(void);
void nt_probed_free(struct nt_probed *p);

struct nt_modules *nt_modules_new(void);
void nt_modules_free(struct nt_modules *m);
/* Adds the types of a module, once; without any nothing changes. */
void nt_kernel_add_module(const struct nt_kernel *k, const char *name, size_t len);
/* functions.c: the module of a function that can be traced; *ret_len 0: none, or not known. */
const char *nt_functions_module(const struct nt_kernel *k, const char *func, size_t *ret_len);

struct nt_functions *nt_functions_new(void);
void nt_functions_free(struct nt_functions *f);

/* Features text of a profile, to be freed; NULL: there is no such profile. */
char *nt_profile_features(const struct nt_kernel *k, const char *name);

/* All of a file, however it reports its size; NUL behind the last byte. NULL: errno says why. */
char *nt_kernel_slurp(const char *path);
