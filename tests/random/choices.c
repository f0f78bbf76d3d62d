#include "tests/random/choices.h"

#include <stdlib.h>
#include <string.h>

/* splitmix64 */
static uint64_t next_number(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void choices_draw(struct choices *c, uint64_t seed)
{
    *c = (struct choices){.state = seed, .drawn = true};
}

void choices_play(struct choices *c, const uint32_t *row, size_t n)
{
    *c = (struct choices){.n = n, .cap = n};
    c->row = malloc((n + 1) * sizeof(*row));
    if (!c->row)
        abort();
    memcpy(c->row, row, n * sizeof(*row));
}

void choices_free(struct choices *c)
{
    free(c->row);
    *c = (struct choices){0};
}

static void append(struct choices *c, uint32_t choice)
{
    if (c->n == c->cap) {
        c->cap = c->cap ? c->cap * 2 : 256;
        c->row = realloc(c->row, c->cap * sizeof(*c->row));
        if (!c->row)
            abort();
    }
    c->row[c->n++] = choice;
}

uint32_t pick(struct choices *c, uint32_t n)
{
    if (c->drawn) {
        append(c, (uint32_t)(next_number(&c->state) >> 32) % n);
        return c->row[c->n - 1];
    }
    return c->at < c->n ? c->row[c->at++] % n : 0;
}

bool chance(struct choices *c, uint32_t of)
{
    return pick(c, of) == of - 1;
}

/* -- smaller rows ----------------------------------------------------------------------------- */

struct shrinking {
    uint32_t *row, *trial;
    size_t n;
    unsigned tries;
    still_fn *still;
    void *arg;
};

static bool accept(struct shrinking *s, size_t n)
{
    if (s->tries == 0)
        return false;
    s->tries--;
    if (!s->still(s->arg, s->trial, n))
        return false;
    memcpy(s->row, s->trial, n * sizeof(*s->row));
    s->n = n;
    return true;
}

static bool without(struct shrinking *s, size_t at, size_t len)
{
    memcpy(s->trial, s->row, at * sizeof(*s->row));
    memcpy(s->trial + at, s->row + at + len, (s->n - at - len) * sizeof(*s->row));
    return accept(s, s->n - len);
}

static bool with_zeros(struct shrinking *s, size_t at, size_t len)
{
    bool any = false;

    memcpy(s->trial, s->row, s->n * sizeof(*s->row));
    for (size_t i = at; i < at + len; i++) {
        any |= s->trial[i] != 0;
        s->trial[i] = 0;
    }
    return any && accept(s, s->n);
}

/* Of each length from half the row down to one choice. */
static bool pass(struct shrinking *s, bool (*smaller)(struct shrinking *, size_t, size_t))
{
    bool any = false;

    for (size_t len = s->n / 2; len; len /= 2)
        for (size_t at = 0; at + len <= s->n && s->tries;) {
            size_t before = s->n;

            if (smaller(s, at, len))
                any = true;
            if (s->n == before)
                at += len;
        }
    return any;
}

size_t choices_shrink(uint32_t *row, size_t n, unsigned tries, still_fn *still, void *arg)
{
    struct shrinking s = {row, malloc((n + 1) * sizeof(*row)), n, tries, still, arg};
    bool smaller = true;

    if (!s.trial)
        abort();
    while (smaller && s.tries) {
        smaller = pass(&s, without);
        smaller |= pass(&s, with_zeros);
    }
    free(s.trial);
    return s.n;
}
