#include "runtime/refusal.h"
#include "runtime/cleanup.h"
#include "runtime/lineinfo.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Only what the kernel writes of it is ever touched. */
enum { LOG_BYTES = 16 << 20 };

static const char *line_end(const char *line)
{
    const char *end = strchr(line, '\n');

    return end ? end : line + strlen(line);
}

/* "12: (79) r1 = *(u64 *)(r0 +8)" */
static bool names_instruction(const char *line, int *ret_insn)
{
    char *end;
    long insn = strtol(line, &end, 10);

    if (end == line || strncmp(end, ": (", 3) != 0)
        return false;
    *ret_insn = (int)insn;
    return true;
}

/* Lines that are about the verifier's work, not about what is wrong. */
static bool is_talk(const char *line, const char *end)
{
    static const char *const starts[] = {
        "processed ", "verification time", "stack depth", "; ", "arg#",
        "func#",      "mark_precise",      "from "};

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (strncmp(line, starts[i], strlen(starts[i])) == 0)
            return true;
    return line == end;
}

int nt_refusal_read_log(const char *log, char *ret_reason, size_t size)
{
    int insn = -1;

    ret_reason[0] = '\0';
    for (const char *line = log, *end; *line; line = *end ? end + 1 : end) {
        end = line_end(line);
        if (!names_instruction(line, &insn) && !is_talk(line, end))
            snprintf(ret_reason, size, "%.*s", (int)(end - line), line);
    }
    return insn;
}

/* A fresh object in which only the program of `probe` is to be loaded. */
static struct bpf_object *open_only(const struct nt_program *p, uint32_t probe, int ring, char *log)
{
    struct bpf_object *object = bpf_object__open_mem(p->elf, p->elf_size, NULL);
    struct bpf_program *prog;
    struct bpf_map *rings;

    if (!object)
        return NULL;
    bpf_object__for_each_program(prog, object)
    {
        bool this = strcmp(bpf_program__name(prog), p->probes[probe].prog) == 0;

        bpf_program__set_autoload(prog, this);
        if (this)
            bpf_program__set_log_buf(prog, log, LOG_BYTES);
    }
    rings = bpf_object__find_map_by_name(object, NT_MAP_RINGS);
    if (rings && ring >= 0) {
        bpf_map__set_max_entries(rings, 1);
        bpf_map__set_inner_map_fd(rings, ring);
    }
    return object;
}

/* The place of the line the compiler noted for the instruction, else where the probe is asked for.
 */
static struct nt_span place_of(struct nt_cx *cx, const struct nt_program *p, uint32_t probe,
                               int insn)
{
    struct nt_span at = p->probes[probe].at;
    struct nt_line line;

    if (insn >= 0 && nt_line_of_insn(p, p->probes[probe].prog, (uint32_t)insn, &line))
        nt_line_span(cx, &line, &at);
    return at;
}

/* The verifier walks all ways through a program, up to a limit: that is no mistake of the
 * program's. */
static bool is_too_much(const char *log)
{
    return strstr(log, "BPF program is too large. Processed") ||
           strstr(log, "jumps is too complex");
}

static void report_too_much(struct nt_cx *cx, const struct nt_program *p, uint32_t probe)
{
    nt_hint(nt_error(cx, p->probes[probe].at, NT_TOO_MUCH,
                     "what is done on '%s' has more ways through it than the kernel follows",
                     p->probes[probe].event),
            "ask fewer conditions in one body, or part the script in two");
}

static void report(struct nt_cx *cx, const struct nt_program *p, uint32_t probe, const char *log)
{
    char reason[160];
    int insn = nt_refusal_read_log(log, reason, sizeof(reason));
    struct nt_diag *d = nt_error(cx, place_of(cx, p, probe, insn), NT_REFUSED,
                                 "the kernel refused the program for '%s': this is a bug in ntrace",
                                 p->probes[probe].event);

    if (insn >= 0)
        nt_label(d, d->at, "here, instruction %d: %s", insn, reason);
    if (cx->options.verbose)
        fprintf(stderr, "The kernel's log of '%s':\n%s\n", p->probes[probe].prog, log);
    nt_hint(d, "please report it with the script%s",
            cx->options.verbose ? " and the log above" : "; -v shows the kernel's log");
}

bool nt_refusal_report(struct nt_cx *cx, const struct nt_program *p)
{
    NT_FD_AUTO ring = bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, 1 << 16, NULL);
    char *log = malloc(LOG_BYTES);
    bool found = false;

    if (!log)
        return false;
    libbpf_set_print(NULL);
    for (uint32_t i = 0; i < p->nprobes && !found; i++) {
        struct bpf_object *object;

        log[0] = '\0';
        object = open_only(p, i, ring, log);
        found = object && bpf_object__load(object) < 0 && log[0];
        if (found && is_too_much(log))
            report_too_much(cx, p, i);
        else if (found)
            report(cx, p, i, log);
        bpf_object__close(object);
    }
    free(log);
    return found;
}
