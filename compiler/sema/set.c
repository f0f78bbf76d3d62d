/* Long lists behind `in`: values that are looked up in a map, where asking for one after the other
 * would take a program hundreds of instructions: addresses and networks in a trie by prefix, other
 * values in a hash. ntrace fills the maps before anything is attached. */
#include "compiler/sema/scope.h"

#include <endian.h>
#include <string.h>

enum { MANY_NETWORKS = 16, MANY_VALUES = 48 };

static bool goes_into(enum nt_set_kind kind, const struct nt_test *t)
{
    return t->kind == NT_TEST_EQ || (kind == NT_SET_NETWORKS && t->kind == NT_TEST_CIDR);
}

/* What is looked up comes first. */
static uint32_t sort_tests(enum nt_set_kind kind, struct nt_test *test, uint32_t n)
{
    uint32_t first = 0;

    for (uint32_t i = 0; i < n; i++)
        if (goes_into(kind, &test[i])) {
            struct nt_test t = test[i];

            memmove(test + first + 1, test + first, (i - first) * sizeof(*test));
            test[first++] = t;
        }
    return first;
}

static uint32_t prefix_of(const struct nt_test *t)
{
    uint32_t n = 0;

    if (t->kind == NT_TEST_EQ)
        return 128;
    while (n < 128 && t->b[n / 64] >> (63 - n % 64) & 1)
        n++;
    return n;
}

static void put_key(const struct nt_set *set, const struct nt_test *t, uint8_t *to)
{
    uint64_t high = htobe64(t->a[0]), low = htobe64(t->a[1]);
    uint32_t prefix = prefix_of(t);

    if (set->kind == NT_SET_VALUES) {
        memcpy(to, t->a, set->key_bytes);
        return;
    }
    memcpy(to, &prefix, sizeof(prefix));
    memcpy(to + 4, &high, sizeof(high));
    memcpy(to + 12, &low, sizeof(low));
}

static struct nt_set *make_set(struct nt_unit *u, const struct nt_expr *in, enum nt_set_kind kind,
                               uint32_t n)
{
    struct nt_set *set = NT_NEW(u->cx->arena, struct nt_set);
    uint8_t *keys;

    set->kind = kind;
    set->key_bytes = kind == NT_SET_NETWORKS ? NT_NETWORK_KEY : in->kid[0]->type->words * 8u;
    set->n = n;
    keys = nt_alloc(u->cx->arena, (size_t)n * set->key_bytes);
    for (uint32_t i = 0; i < n; i++)
        put_key(set, &in->test[i], keys + (size_t)i * set->key_bytes);
    set->keys = keys;
    return set;
}

/* The same list stands in several conditions: it has one map. */
static const struct nt_set *kept_set(struct nt_unit *u, struct nt_set *set)
{
    nt_vec_each (it, &u->sets)
        if ((*it)->kind == set->kind && (*it)->key_bytes == set->key_bytes && (*it)->n == set->n &&
            memcmp((*it)->keys, set->keys, (size_t)set->n * set->key_bytes) == 0)
            return *it;
    set->map = nt_sprintf(u->cx->arena, "nt_set%u", u->sets.n);
    *nt_vec_push(u->cx->arena, &u->sets) = set;
    return set;
}

void nt_look_up_in_set(struct nt_scope *s, struct nt_expr *in)
{
    enum nt_set_kind kind = in->kid[0]->type->kind == NT_KIND_IP ? NT_SET_NETWORKS : NT_SET_VALUES;
    uint32_t many = kind == NT_SET_NETWORKS ? MANY_NETWORKS : MANY_VALUES, n;
    struct nt_test *test;

    if (!s->bound || in->ntests <= many)
        return;
    test = NT_NEW_N(s->u->cx->arena, struct nt_test, in->ntests);
    memcpy(test, in->test, in->ntests * sizeof(*test));
    n = sort_tests(kind, test, in->ntests);
    if (n <= many)
        return;
    in->test = test;
    in->set = kept_set(s->u, make_set(s->u, in, kind, n));
    in->cost = in->cost > 2 ? in->cost : 2;
}
