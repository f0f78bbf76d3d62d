#include "compiler/base/source.h"
#include "compiler/base/cx.h"

#include <string.h>

uint16_t nt_source_add(struct nt_cx *cx, const char *name, const char *text, uint32_t len)
{
    struct nt_source *s = nt_vec_push(cx->arena, &cx->sources);

    *s = (struct nt_source){.name = name, .text = text, .len = len};
    return (uint16_t)(cx->sources.n - 1);
}

static void find_lines(struct nt_cx *cx, struct nt_source *s)
{
    NT_VEC(uint32_t) starts = {0};
    const char *end = s->text + s->len;

    *nt_vec_push(cx->arena, &starts) = 0;
    for (const char *at = s->text; at < end; at++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at)
            break;
        *nt_vec_push(cx->arena, &starts) = (uint32_t)(at - s->text) + 1;
    }
    s->line_start = starts.at;
    s->nlines = starts.n;
}

static struct nt_source *source_of(struct nt_cx *cx, uint16_t source)
{
    struct nt_source *s = &cx->sources.at[source];

    if (!s->line_start)
        find_lines(cx, s);
    return s;
}

struct nt_pos nt_pos_of(struct nt_cx *cx, struct nt_span at)
{
    struct nt_source *s = source_of(cx, at.source);
    uint32_t low = 0, high = s->nlines;

    /* The last line that does not start behind the place. */
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;

        if (s->line_start[mid] <= at.begin)
            low = mid;
        else
            high = mid;
    }
    return (struct nt_pos){low + 1, at.begin - s->line_start[low] + 1};
}

const char *nt_line_text(struct nt_cx *cx, uint16_t source, uint32_t line, uint32_t *ret_len)
{
    struct nt_source *s = source_of(cx, source);
    uint32_t begin = s->line_start[line - 1];
    uint32_t end = line < s->nlines ? s->line_start[line] - 1 : s->len;

    if (end > begin && s->text[end - 1] == '\r')
        end--;
    *ret_len = end - begin;
    return s->text + begin;
}
