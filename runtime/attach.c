#include "runtime/attach.h"
#include "runtime/attach_places.h"
#include "runtime/cleanup.h"
#include "runtime/load.h"
#include "runtime/missed.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nt_links {
    uint32_t n;
    struct link {
        struct bpf_link *link;
        uint32_t probe;
    } at[];
};

/* What to do about an errno of attaching. */
static const char *advice(int error)
{
    switch (error) {
    case ENOENT:
        return "this kernel has no such hook; `ntrace check` shows what each event takes here";
    case EADDRNOTAVAIL:
        return "several functions have this name, and this kernel doesn't pick one for a kprobe";
    case EPERM:
    case EACCES:
        return "the kernel forbids this hook here: lockdown, or a host that refuses trampolines";
    case EBUSY:
    case EEXIST:
        return "another tracer sits on this hook; end it first";
    case EOPNOTSUPP:
    case EINVAL:
        return "this kernel can't place a program there; `ntrace check` shows the alternatives";
    case ENOSPC:
    case E2BIG:
        return "too many programs sit on this hook already; `bpftool prog` shows them";
    default:
        return NULL;
    }
}

static void report(struct nt_cx *cx, const struct nt_probe *probe, int error)
{
    struct nt_diag *d =
        nt_error(cx, probe->at, NT_ATTACH, "can't watch '%s': attaching to %s failed: %s",
                 probe->event, probe->hook, strerror(error));
    const char *hint = advice(error);

    if (probe->why && strcmp(probe->why, "body") != 0)
        nt_label(d, probe->at, "needed here: %s", probe->why);
    if (hint)
        nt_hint(d, "%s", hint);
}

static void say(const struct nt_probe *probe)
{
    fprintf(stderr, "ntrace: %s watches '%s' (%s)\n", probe->section, probe->event, probe->why);
}

/* 0 or -errno; its links are among the others, whatever becomes of it. */
static int attach_one(const struct nt_program *p, const struct nt_image *image, uint32_t index,
                      struct nt_links *links)
{
    const struct nt_probe *probe = &p->probes[index];
    struct bpf_program *prog =
        bpf_object__find_program_by_name(nt_image_object(image), probe->prog);
    uint32_t max = nt_attach_places(probe), n = 0;
    struct bpf_link *made[max + 1];
    int r = 0;

    if (!prog)
        return -ENOENT;
    if (probe->attach.kind != NT_ATTACH_SECTION) {
        r = nt_attach_at_places(probe, prog, made, &n);
    } else {
        made[0] = bpf_program__attach(prog);
        r = made[0] ? 0 : -errno;
        n = made[0] != NULL;
    }
    for (uint32_t i = 0; i < n; i++)
        links->at[links->n++] = (struct link){made[i], index};
    return r;
}

static uint32_t count_links(const struct nt_program *p)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < p->nprobes; i++)
        n += nt_attach_places(&p->probes[i]);
    return n;
}

int nt_attach(struct nt_cx *cx, const struct nt_program *p, const struct nt_image *image,
              struct nt_links **ret_links)
{
    NT_AUTO(nt_detach)
    struct nt_links *links = calloc(1, sizeof(*links) + count_links(p) * sizeof(links->at[0]));

    if (!links)
        return -ENOMEM;
    for (uint32_t i = 0; i < p->nprobes; i++) {
        int r = attach_one(p, image, i, links);

        if (r < 0) {
            report(cx, &p->probes[i], -r);
            return r;
        }
        if (cx->options.verbose)
            say(&p->probes[i]);
    }
    *ret_links = NT_TAKE(links);
    return 0;
}

void nt_links_missed(const struct nt_links *links, uint64_t *n)
{
    for (uint32_t i = 0; i < links->n; i++)
        n[links->at[i].probe] += nt_link_missed(bpf_link__fd(links->at[i].link));
}

void nt_links_uncounted(const struct nt_links *links, const struct nt_program *p, bool *unknown)
{
    static const char *const kinds[] = {"kprobe", "kretprobe", "tp/"}; /* begins of sections */

    for (uint32_t i = 0; i < links->n; i++) {
        const struct link *l = &links->at[i];

        for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
            if (strncmp(p->probes[l->probe].section, kinds[k], strlen(kinds[k])) == 0)
                unknown[l->probe] = !nt_link_counts(bpf_link__fd(l->link));
    }
}

void nt_detach(struct nt_links **links)
{
    if (!*links)
        return;
    while ((*links)->n > 0)
        bpf_link__destroy((*links)->at[--(*links)->n].link);
    free(*links);
    *links = NULL;
}
