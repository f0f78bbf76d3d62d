/* "did you mean": the distance is the number of letters to change, insert, drop or swap. */
#include "compiler/base/diag.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 64 };

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;

    return m < c ? m : c;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Damerau's distance (optimal string alignment), case aside; three rows of the table are enough. */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
    unsigned rows[3][LONGEST + 1];
    unsigned *before = rows[0], *prev = rows[1], *row = rows[2];

    for (size_t j = 0; j <= nb; j++)
        prev[j] = (unsigned)j;
    for (size_t i = 1; i <= na; i++) {
        unsigned *unused = before;

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            row[j] = min3(prev[j] + 1, row[j - 1] + 1, prev[j - 1] + !same(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]) &&
                before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        before = prev;
        prev = row;
        row = unused;
    }
    return prev[nb];
}

struct nt_guess nt_guess(const char *name)
{
    size_t len = strlen(name);
    unsigned most = len < 2 ? 0 : len < 6 ? 1 : (unsigned)(len / 3);

    /* One more than what is accepted: a try must be below it. */
    return (struct nt_guess){.name = name, .distance = most + 1};
}

void nt_guess_try(struct nt_guess *g, const char *candidate)
{
    size_t na = strlen(g->name), nb = strlen(candidate);
    unsigned d;

    if (na > LONGEST || nb > LONGEST || !strcmp(g->name, candidate))
        return;
    /* No less than the letters that one has more. */
    d = (unsigned)(na > nb ? na - nb : nb - na);
    if (d < g->distance)
        d = distance(g->name, na, candidate, nb);
    if (d < g->distance) {
        g->distance = d;
        g->best = candidate;
    } else if (!g->best && na >= 3 && !strncasecmp(g->name, candidate, na)) {
        g->best = candidate; /* the beginning of a longer name: better than nothing */
    }
}

void nt_hint_guess(struct nt_diag *d, const struct nt_guess *g)
{
    if (g->best)
        nt_hint(d, "did you mean '%s'?", g->best);
}
