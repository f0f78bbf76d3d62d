/* Programs that sit at several places: in user code, on timers, on many functions at once. */
#pragma once

#include "compiler/program.h"

struct bpf_link;
struct bpf_program;

/* Puts prog everywhere the probe says, at most as many links as nt_attach_places() gives. Each link
 * is the caller's, those of a failure too: 0 or -errno, *ret_n of them in ret_links. */
uint32_t nt_attach_places(const struct nt_probe *probe);
int nt_attach_at_places(const struct nt_probe *probe, const struct bpf_program *prog,
                        struct bpf_link **ret_links, uint32_t *ret_n);
