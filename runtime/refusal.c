#include "runtime/refusal.h"
#include "runtime/lineinfo.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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

static char *log_of(const struct nt_refusal *r, uint32_t program)
{
    return r->logs + (size_t)program * LOG_BYTES;
}

void nt_refusal_listen(struct bpf_object *object, struct nt_refusal *ret_refusal)
{
    struct bpf_program *prog;
    uint32_t n = 0, i = 0;
    char *logs;

    bpf_object__for_each_program(prog, object) n++;
    logs = mmap(NULL, (size_t)n * LOG_BYTES, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (logs == MAP_FAILED)
        return;
    *ret_refusal = (struct nt_refusal){logs, n};
    bpf_object__for_each_program(prog, object)
        bpf_program__set_log_buf(prog, log_of(ret_refusal, i++), LOG_BYTES);
}

void nt_refusal_close(struct nt_refusal *r)
{
    if (r->logs)
        munmap(r->logs, (size_t)r->n * LOG_BYTES);
    *r = (struct nt_refusal){0};
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

bool nt_refusal_is_too_much(const char *log)
{
    return strstr(log, "BPF program is too large. Processed") ||
           strstr(log, "jumps is too complex") ||
           strstr(log, "BPF program is too complex"); /* so said before 5.2 */
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

static int probe_of(const struct nt_program *p, const char *program)
{
    for (uint32_t i = 0; i < p->nprobes; i++)
        if (strcmp(p->probes[i].prog, program) == 0)
            return (int)i;
    return -1;
}

bool nt_refusal_report(struct nt_cx *cx, const struct nt_program *p, struct bpf_object *object,
                       const struct nt_refusal *r)
{
    struct bpf_program *prog;
    uint32_t i = 0;

    bpf_object__for_each_program(prog, object)
    {
        int probe = probe_of(p, bpf_program__name(prog));
        const char *log = r->logs ? log_of(r, i++) : "";

        if (!*log || probe < 0)
            continue;
        if (nt_refusal_is_too_much(log))
            report_too_much(cx, p, (uint32_t)probe);
        else
            report(cx, p, (uint32_t)probe, log);
        return true;
    }
    return false;
}
