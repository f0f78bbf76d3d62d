/* Keys of a path that lead nowhere: two CPUs that change one key at the same moment may leave it
 * behind. They do no harm but for the room they take. */
#pragma once

#include "compiler/program.h"

/* Deletes them. The maps are p's; 0 or -errno. */
int nt_path_sweep(const struct nt_path *p, int keys, int entries);
