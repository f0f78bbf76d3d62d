/* Where compiled objects are kept: root's in /var/cache/ntrace, others' where XDG says. */
#pragma once

struct nt_arena;

/* NULL: nowhere. The directory need not exist; the one it is in is made if need be. */
const char *nt_cache_place(struct nt_arena *a);
