#include "runtime/eval.h"
#include "runtime/nic.h"

#include <string.h>

static const struct nt_xval absent = {.absent = true};

static struct nt_xval word(uint64_t w)
{
    return (struct nt_xval){.w = {w}};
}

static bool is_true(const struct nt_xval *v)
{
    return !v->absent && v->w[0] != 0;
}

/* A word as the number it stands for: both signs compare right with each other. */
static __int128 number(const struct nt_x *x, const struct nt_xval *v)
{
    return x->type->is_signed ? (__int128)(int64_t)v->w[0] : (__int128)v->w[0];
}

static struct nt_xval divide(const struct nt_x *x, const struct nt_xval *a, const struct nt_xval *b)
{
    bool modulo = x->op == NT_X_MOD;

    if (b->w[0] == 0)
        return absent;
    if (!x->type->is_signed)
        return word(modulo ? a->w[0] % b->w[0] : a->w[0] / b->w[0]);
    if ((int64_t)b->w[0] == -1) /* the smallest number by -1 has no result in 64 bits: it wraps */
        return word(modulo ? 0 : -a->w[0]);
    return word((uint64_t)(modulo ? (int64_t)a->w[0] % (int64_t)b->w[0]
                                  : (int64_t)a->w[0] / (int64_t)b->w[0]));
}

static uint64_t shift_right(const struct nt_x *x, uint64_t value, unsigned by)
{
    return x->kid[0]->type->is_signed ? (uint64_t)((int64_t)value >> by) : value >> by;
}

static struct nt_xval arithmetic(const struct nt_x *x, const struct nt_xval *a,
                                 const struct nt_xval *b)
{
    unsigned by = b->w[0] & 63; /* as the kernel shifts */

    switch (x->op) {
    case NT_X_ADD:
        return word(a->w[0] + b->w[0]);
    case NT_X_SUB:
        return word(a->w[0] - b->w[0]);
    case NT_X_MUL:
        return word(a->w[0] * b->w[0]);
    case NT_X_AND:
        return word(a->w[0] & b->w[0]);
    case NT_X_OR:
        return word(a->w[0] | b->w[0]);
    case NT_X_XOR:
        return word(a->w[0] ^ b->w[0]);
    case NT_X_SHL:
        return word(a->w[0] << by);
    case NT_X_SHR:
        return word(shift_right(x, a->w[0], by));
    default:
        return divide(x, a, b);
    }
}

static bool compare(const struct nt_x *x, const struct nt_xval *a, const struct nt_xval *b)
{
    bool equal = memcmp(a->w, b->w, x->kid[0]->type->words * sizeof(a->w[0])) == 0;
    __int128 left = number(x->kid[0], a), right = number(x->kid[1], b);

    if (x->kid[0]->type->words == 1)
        equal = left == right;
    switch (x->op) {
    case NT_X_EQ:
        return equal;
    case NT_X_NE:
        return !equal;
    case NT_X_LT:
        return left < right;
    case NT_X_LE:
        return left <= right;
    case NT_X_GT:
        return left > right;
    default:
        return left >= right;
    }
}

static struct nt_xval binary(const struct nt_xenv *env, const struct nt_x *x)
{
    struct nt_xval a = nt_eval(env, x->kid[0]), b = nt_eval(env, x->kid[1]);
    bool comparison = x->op >= NT_X_EQ && x->op <= NT_X_GE;

    if (a.absent || b.absent)
        return comparison ? word(false) : absent;
    return comparison ? word(compare(x, &a, &b)) : arithmetic(x, &a, &b);
}

static struct nt_xval constant(const struct nt_x *x)
{
    struct nt_xval v = {.absent = x->absent};

    memcpy(v.w, x->w, sizeof(v.w));
    return v;
}

static struct nt_xval of_entry(const struct nt_xenv *env, const struct nt_x *x)
{
    struct nt_xval v = {.absent = x->w[1] && !(env->entry[x->w[0]] & x->w[1])};

    if (!v.absent)
        memcpy(v.w, env->entry + x->slot, x->type->words * sizeof(v.w[0]));
    return v;
}

static struct nt_xval hops(const struct nt_xenv *env, const struct nt_x *x)
{
    struct nt_xval v = {0};

    for (uint32_t i = 0; i < x->path->nstages; i++) {
        uint64_t at = env->entry[x->path->times_word + i];

        if (at)
            v.w[i / 2] |= nt_hop_pack(at - env->entry[NT_ENTRY_START]) << (i % 2 * 32);
    }
    return v;
}

static struct nt_xval negate(const struct nt_xval *v)
{
    return v->absent ? absent : word(-v->w[0]);
}

/* a ?? b */
static struct nt_xval otherwise(const struct nt_xenv *env, const struct nt_x *x)
{
    struct nt_xval v = nt_eval(env, x->kid[0]);

    return v.absent ? nt_eval(env, x->kid[1]) : v;
}

bool nt_eval_key(const struct nt_xenv *env, const struct nt_kept *state,
                 const struct nt_x *const *parts, uint64_t *ret_key)
{
    uint32_t word = 0;

    ret_key[0] = 0;
    for (uint8_t i = 0; i < state->nkeys; i++) {
        struct nt_xval v = nt_eval(env, parts[i]);

        if (v.absent)
            return false;
        memcpy(ret_key + word, v.w, state->key[i]->words * sizeof(v.w[0]));
        word += state->key[i]->words;
    }
    return true;
}

static struct nt_xval kept(const struct nt_xenv *env, const struct nt_x *x)
{
    uint64_t key[NT_MAX_KEPT_WORDS];

    return nt_eval_key(env, &env->states[x->slot], x->kid, key) ? env->kept(env->arg, x->slot, key)
                                                                : absent;
}

static struct nt_xval membership(const struct nt_xenv *env, const struct nt_x *x)
{
    struct nt_xval v = nt_eval(env, x->kid[0]);
    bool found = false;

    for (uint32_t i = 0; i < x->ntests && !v.absent && !found; i++)
        found = nt_test_passes(&x->test[i], x->kid[0]->type, v.w);
    return word(found);
}

static struct nt_xval nic_counter(const struct nt_xenv *env, const struct nt_x *x)
{
    struct nt_xval dev = nt_eval(env, x->kid[0]), name = nt_eval(env, x->kid[1]);
    char dev_text[sizeof(dev.w) + 1] = "", name_text[sizeof(name.w) + 1] = "";
    uint64_t value;

    if (dev.absent || name.absent)
        return absent;
    memcpy(dev_text, dev.w, x->kid[0]->type->words * sizeof(dev.w[0]));
    memcpy(name_text, name.w, x->kid[1]->type->words * sizeof(name.w[0]));
    return nt_nic_counter(dev_text, name_text, &value) ? word(value) : absent;
}

struct nt_xval nt_eval(const struct nt_xenv *env, const struct nt_x *x)
{
    struct nt_xval v;

    switch (x->op) {
    case NT_X_CONST:
        return constant(x);
    case NT_X_LOCAL:
        return env->locals[x->slot];
    case NT_X_ENTRY:
        return of_entry(env, x);
    case NT_X_HOPS:
        return hops(env, x);
    case NT_X_NOW:
        return word(env->now);
    case NT_X_ELAPSED:
        return word(env->now - env->attached);
    case NT_X_LAND:
        return word(nt_eval_true(env, x->kid[0]) && nt_eval_true(env, x->kid[1]));
    case NT_X_LOR:
        return word(nt_eval_true(env, x->kid[0]) || nt_eval_true(env, x->kid[1]));
    case NT_X_LNOT:
        return word(!nt_eval_true(env, x->kid[0]));
    case NT_X_NEG:
        v = nt_eval(env, x->kid[0]);
        return negate(&v);
    case NT_X_COND:
        return nt_eval(env, x->kid[nt_eval_true(env, x->kid[0]) ? 1 : 2]);
    case NT_X_ELSE:
        return otherwise(env, x);
    case NT_X_IN:
        return membership(env, x);
    case NT_X_NIC:
        return nic_counter(env, x);
    case NT_X_STATE:
        return kept(env, x);
    default:
        return binary(env, x);
    }
}

bool nt_eval_true(const struct nt_xenv *env, const struct nt_x *x)
{
    struct nt_xval v = nt_eval(env, x);

    return is_true(&v);
}
