/* The program in the kernel: maps made, rings made, every program past the verifier, none attached.
 * Nothing is pinned: when ntrace is gone, however it went, the kernel drops all of it. */
#pragma once

#include "compiler/base/cx.h"
#include "compiler/program.h"

struct bpf_object;
struct nt_image;

/* 0, or -errno with a diagnostic in cx. */
int nt_image_load(struct nt_cx *cx, const struct nt_program *p, struct nt_image **ret_image);
/* Accepts NULL, sets NULL. */
void nt_image_close(struct nt_image **image);

struct bpf_object *nt_image_object(const struct nt_image *image);
/* fd of a map, the image's; -1 when the object has no map of that name. */
int nt_image_map(const struct nt_image *image, const char *name);
/* fd of the program of p->probes[probe], the image's. */
int nt_image_prog(const struct nt_image *image, uint32_t probe);
/* fds of the rings, the image's; *ret_n of them, 0 when the program has none. */
const int *nt_image_rings(const struct nt_image *image, uint32_t *ret_n);
