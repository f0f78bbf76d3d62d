/* What the files of the generator share.
 *
 * An expression is made for a kind: what may stand where that kind is asked for. Names in scope are
 * leaves, each with its kind. Depth bounds nesting, fuel bounds the whole script. */
#pragma once

#include "compiler/base/arena.h"
#include "compiler/kernel/kernel.h"
#include "tests/random/generate.h"

enum kind {
    NUMBER, /* int, uint, bytes: all that goes with all numbers */
    DURATION,
    TRUTH,
    PORT,
    ENUM,
    FLAGS,
    ADDRESS,
    MAC,
    TEXT,
    FLOW,
    POINTER,
    CODE, /* ksym */
    STACK,
    OPAQUE, /* packet, exchange, bytes, a path's stage: kept and shown, not computed with */
    NKINDS,
};

struct leaf {
    const char *text;
    enum kind kind;
    const char *of; /* ENUM, FLAGS: names, parted by blanks; POINTER: the struct */
};

enum { MAX_LEAVES = 400, MAX_TABLES = 32, MAX_STATES = 4, MAX_FUNCTIONS = 3 };

struct state {
    enum kind key[2], value;
    uint32_t nkeys;
};

struct function {
    uint32_t nparams;
    enum kind value; /* NKINDS: called as a statement */
};

struct set {
    const char *name; /* of a parameter */
    enum kind kind;
};

/* How much a script is made of. */
struct size {
    int least_fuel, most_fuel, ntrace_fuel;
    uint32_t bodies, functions, states, statements; /* at most */
};

struct generator {
    struct choices *c;
    const struct size *size;
    const struct offers *offers;
    const struct nt_kernel *kernel;
    struct nt_arena *arena;
    struct nt_str *out;
    struct leaf leaf[MAX_LEAVES]; /* in scope; the first `always` of them in ntrace's bodies too */
    uint32_t nleaves, always;
    struct state state[MAX_STATES];
    struct function function[MAX_FUNCTIONS];
    struct set set[4];
    struct leaf of_packets[16]; /* what views of this script add to packets */
    uint32_t nof_packets;
    uint32_t nstates, nfunctions, nsets;
    uint32_t nnames;  /* locals and columns so far */
    uint32_t ntables; /* t0, t1, ... filled so far */
    uint32_t npaths;  /* w0, w1, ... */
    bool in_kernel;   /* the body is an event's: state, functions and the kernel's structures */
    bool has_packet;
    bool own_event, own_of_packets; /* e0 is declared */
    bool uses;                      /* used.nt */
    bool has_any;                   /* $p_any is declared, and has no value */
    bool pure;                      /* nothing but arguments, state and what is computed of them */
    int fuel;
};

/* gen_value.c: an expression of that kind. */
void put_value(struct generator *g, enum kind kind, int depth);
bool put_leaf(struct generator *g, enum kind kind); /* false: there is none */
/* A leaf of that kind, or NULL. */
const struct leaf *pick_leaf(struct generator *g, enum kind kind);
void add_leaf(struct generator *g, const char *text, enum kind kind, const char *of);
/* Any kind that a column can have. */
enum kind pick_kind(struct generator *g);
const char *pick_word(struct generator *g, const char *words);
void put_state(struct generator *g, uint32_t i, int depth);

/* gen_condition.c */
void put_condition(struct generator *g, int depth);

/* gen_decl.c: what stands before the bodies, with the leaves that it adds. */
void put_params(struct generator *g);
void put_declarations(struct generator *g);
void put_functions(struct generator *g);
void put_states(struct generator *g);
void put_views(struct generator *g);

/* gen_kernel.c: what lies behind a pointer in scope; false: nothing of that kind was met. Kinds:
 * NUMBER, TEXT, POINTER, ADDRESS. */
bool put_kernel_value(struct generator *g, enum kind kind, int depth);
bool is_name(const char *word); /* not reserved */
/* The kind that a kernel type has as an argument; NKINDS: none that is of use. */
enum kind kind_of_type(const struct generator *g, uint32_t type, const char **ret_of);

/* gen_stmt.c */
void put_body(struct generator *g, int depth);
void put_ntrace_body(struct generator *g, int depth); /* of every, begin, end */
void put_guard(struct generator *g);

/* gen_event.c: events to stand on; adds the leaves that they have. */
void put_event(struct generator *g);
void put_own_event(struct generator *g);

/* gen_path.c: a declaration, w0 or w1, with stages s0, s1, ...; then the bodies on it. */
void put_path(struct generator *g);
void put_path_bodies(struct generator *g, uint32_t path);
