#include "runtime/lineinfo.h"
#include "runtime/cleanup.h"

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>

/* Every libbpf exports this name; the one that btf.h declares instead is missing from older ones.
 */
const void *btf_ext__get_raw_data(const struct btf_ext *ext, __u32 *size);

/* .BTF.ext as the kernel's Documentation/bpf/btf.rst describes it: a header, then per kind of
 * record its size and, section by section, the records. Offsets count from the end of the header.
 */
struct ext_header {
    uint16_t magic;
    uint8_t version, flags;
    uint32_t hdr_len;
    uint32_t func_off, func_len;
    uint32_t line_off, line_len;
};

struct ext_section {
    uint32_t name_off, n;
    uint8_t records[];
};

struct ext {
    struct btf *btf;
    struct btf_ext *ext;
};

/* The records of one kind. */
struct info {
    const uint8_t *at, *end;
    uint32_t record_size;
};

static void close_ext(struct ext *e)
{
    btf_ext__free(e->ext);
    btf__free(e->btf);
}

/* libbpf reads .BTF.ext from a file only. */
static bool open_ext(const struct nt_program *p, struct ext *e)
{
    NT_FD_AUTO fd = memfd_create("ntrace", MFD_CLOEXEC);
    char path[64];

    if (fd < 0 || write(fd, p->elf, p->elf_size) != (ssize_t)p->elf_size)
        return false;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    e->btf = btf__parse_elf(path, &e->ext);
    return e->btf && e->ext;
}

static struct info find_info(const struct ext *e, bool lines)
{
    uint32_t size;
    const uint8_t *raw = btf_ext__get_raw_data(e->ext, &size);
    const struct ext_header *header = (const void *)raw;
    uint32_t off = header->hdr_len + (lines ? header->line_off : header->func_off);
    uint32_t len = lines ? header->line_len : header->func_len;
    struct info info = {0};

    if (len < sizeof(uint32_t) || off + len > size)
        return info;
    memcpy(&info.record_size, raw + off, sizeof(uint32_t));
    info.at = raw + off + sizeof(uint32_t);
    info.end = raw + off + len;
    return info;
}

static const struct ext_section *next_section(struct info *info)
{
    const struct ext_section *s = (const void *)info->at;

    if (!info->at || info->at + sizeof(*s) > info->end)
        return NULL;
    info->at += sizeof(*s) + (size_t)s->n * info->record_size;
    return info->at <= info->end ? s : NULL;
}

/* Where the function `prog` begins: the name of its section, and the offset in bytes there. */
static bool find_function(const struct ext *e, const char *prog, uint32_t *ret_section,
                          uint32_t *ret_begin)
{
    struct info info = find_info(e, false);
    const struct ext_section *s;

    while ((s = next_section(&info))) {
        for (uint32_t i = 0; i < s->n; i++) {
            const struct bpf_func_info *f = (const void *)(s->records + i * info.record_size);
            const struct btf_type *t = btf__type_by_id(e->btf, f->type_id);

            if (!t || strcmp(btf__name_by_offset(e->btf, t->name_off), prog) != 0)
                continue;
            *ret_section = s->name_off;
            *ret_begin = f->insn_off;
            return true;
        }
    }
    return false;
}

/* The last record at or before `offset` that is not before `begin`. */
static const struct bpf_line_info *find_line(const struct ext *e, uint32_t section, uint32_t begin,
                                             uint32_t offset)
{
    struct info info = find_info(e, true);
    const struct bpf_line_info *best = NULL;
    const struct ext_section *s;

    while ((s = next_section(&info))) {
        for (uint32_t i = 0; s->name_off == section && i < s->n; i++) {
            const struct bpf_line_info *l = (const void *)(s->records + i * info.record_size);

            if (l->insn_off >= begin && l->insn_off <= offset &&
                (!best || l->insn_off >= best->insn_off))
                best = l;
        }
    }
    return best;
}

bool nt_line_of_insn(const struct nt_program *p, const char *prog, uint32_t insn,
                     struct nt_line *ret_line)
{
    NT_AUTO(close_ext) struct ext e = {0};
    const struct bpf_line_info *l = NULL;
    uint32_t section, begin;

    if (open_ext(p, &e) && find_function(&e, prog, &section, &begin))
        l = find_line(&e, section, begin, begin + insn * (uint32_t)sizeof(struct bpf_insn));
    if (!l)
        return false;
    snprintf(ret_line->file, sizeof(ret_line->file), "%s",
             btf__name_by_offset(e.btf, l->file_name_off));
    ret_line->line = BPF_LINE_INFO_LINE_NUM(l->line_col);
    ret_line->col = BPF_LINE_INFO_LINE_COL(l->line_col);
    return true;
}

/* The compiler may have put a directory in front of a source's name. */
static bool is_named(const char *file, const char *name)
{
    size_t file_len = strlen(file), name_len = strlen(name);

    if (file_len < name_len || strcmp(file + file_len - name_len, name) != 0)
        return false;
    return file_len == name_len || file[file_len - name_len - 1] == '/';
}

bool nt_line_span(struct nt_cx *cx, const struct nt_line *line, struct nt_span *ret_at)
{
    for (uint32_t i = 0; i < cx->sources.n; i++) {
        struct nt_source *s = &cx->sources.at[i];
        const char *text;
        uint32_t len, col, begin;

        if (!is_named(line->file, s->name))
            continue;
        nt_pos_of(cx, (struct nt_span){.source = (uint16_t)i}); /* makes the table of lines */
        if (line->line == 0 || line->line > s->nlines)
            continue;
        text = nt_line_text(cx, (uint16_t)i, line->line, &len);
        col = line->col > 0 && line->col <= len ? line->col - 1 : 0;
        begin = (uint32_t)(text - s->text);
        *ret_at = (struct nt_span){begin + col, begin + len, (uint16_t)i};
        return true;
    }
    return false;
}
