/* The typed tree: what a script means on this kernel. Names are resolved, event and view fields are
 * expanded where they are used, parameters are constants, `any` is gone. codegen/ lowers it as it
 * is and may not fail for a reason the user caused.
 *
 * A value is words (catalog/types.h) and a mark whether it is there. An expression that can be
 * absent has `maybe` set. Conditions: absent counts as false. */
#pragma once

#include "compiler/base/source.h"
#include "compiler/catalog/headers.h"
#include "compiler/catalog/test.h"
#include "compiler/catalog/types.h"
#include "compiler/program.h"

#include <stdio.h>

enum nt_eop {
#define NT_E(name) NT_E_##name,
#include "compiler/sema/typed.def"
#undef NT_E
    NT_E_MAX,
};

/* ABSENT, index: why */
enum { NT_ABSENT_FIELD, NT_ABSENT_NAME /* an enum's name that this kernel lacks */ };

struct nt_bound;

struct nt_expr {
    enum nt_eop op;
    const struct nt_type *type;
    struct nt_span at;
    struct nt_expr *kid[6];
    uint8_t nkids;
    bool maybe;       /* can be absent */
    bool direct;      /* a pointer for the verifier; to a struct: plain loads behind it will do */
    bool nullable;    /* ARG: null counts as absent */
    bool copied;      /* ARG, RETVAL: what the verifier lets nobody load */
    bool followed;    /* still a pointer for the verifier, though of another type than it says */
    bool direct_base; /* LOAD: the same of the pointer it reads behind */
    bool user;       /* an address in the running process's memory; LOAD and the like: read there */
    bool is_signed;  /* LOAD, HEADER: sign-extend; ARITH, CMP: signed */
    bool inner;      /* HEADER, SCOPE and the like: of the packet within the packet */
    bool swapped;    /* LOAD, HEADER, PART: network byte order */
    uint16_t layers; /* enum nt_layer: what must be parsed before it is evaluated */
    uint8_t cost;    /* 0 free, 1 a read, 2 more reads, 3 a map or a stack: order of tests */
    uint8_t size;    /* LOAD, HEADER: bytes */
    uint8_t bits, shift; /* LOAD: bit field (bits 0: none), after the byte order is undone */
    int32_t offset;
    uint32_t index;      /* ARG, RETVAL, LOCAL, KEPT */
    uint32_t btf_array;  /* ADDR of an array: its BTF id, 0: not one */
    uint32_t btf_target; /* a pointer to what is no struct: BTF id of that, 0: not known */
    enum nt_xop xop;     /* ARITH, CMP */
    uint64_t w[NT_MAX_WORDS];
    const struct nt_header *header;
    const struct nt_test *test;
    const struct nt_set *set; /* IN: the first set->n tests are one look-up in it; or NULL */
    const struct nt_state *state;
    const struct nt_note *note; /* ENTRY */
    struct nt_path_build *path; /* HOPS */
    uint32_t ntests;
};

enum nt_stmt_kind {
    NT_S_LET,
    NT_S_IF,
    NT_S_RECORD,
    NT_S_AGG,
    NT_S_RETURN,
    NT_S_CALL,   /* then; a RETURN in it goes on behind it */
    NT_S_FOR,    /* then, with slot from first to last */
    NT_S_KEEP,   /* @x[key] = expr, @x[key] op= expr */
    NT_S_DELETE, /* delete @x[key] */
    NT_S_START,
    NT_S_FORGET,
    NT_S_ENTER, /* a call begins: keep what its body will need */
    NT_S_STEP,  /* a stage of a path */
    NT_S_FREED, /* the keys of its step lead to nothing any more */
};

/* What begins with @: a map from a key to a value, both of types that follow from use. */
struct nt_state {
    const char *name; /* without @ */
    const char *map;
    const struct nt_type *type; /* of the value; NULL: not known yet */
    const struct nt_type *key[NT_MAX_STATE_KEYS];
    uint8_t nkeys;
    bool keyed; /* the key's types are known */
    uint32_t max;
    uint64_t ttl;              /* ns; 0: it does not age */
    struct nt_span at;         /* first use */
    struct nt_span by_probe;   /* a statement of an event's body that writes it; end 0: none */
    struct nt_span changed_by; /* one of ntrace's own bodies that changes what is there */
};

struct nt_agg_stmt {
    uint32_t table;
    struct nt_expr **key;
    uint32_t nkeys;
    struct nt_expr **arg; /* per aggregation of the table; NULL: count() */
    uint32_t nargs;
};

/* `limit 100/s by K`, `sample 1/64`: what lets a body run now and then only. */
enum nt_guard_kind { NT_GUARD_LIMIT, NT_GUARD_SAMPLE };
struct nt_guard {
    enum nt_guard_kind kind;
    struct nt_span at;
    uint64_t count, per; /* LIMIT: so often per ns; SAMPLE: count of per */
    const char *map;     /* LIMIT: whose slots count: an array, or a hash by key */
    uint32_t index;      /* LIMIT without keys: its slot */
    struct nt_expr **key;
    struct nt_layout layout; /* of the key */
    struct nt_guard *next;   /* has to let it run too */
};

/* What a path keeps of a stage for later: `tap.src`, `tap.hop`. */
struct nt_note {
    const char *text;           /* all of it */
    const struct nt_node *what; /* as the stage's event knows it; NULL: its hop */
    uint32_t stage;
    const struct nt_type *type;
    uint16_t word;   /* in the entry */
    uint8_t bit;     /* in the stage's marks */
    bool has_always; /* every entry has it */
};

enum { NT_MAX_STAGES = 16, NT_MAX_PATH_KEYS = 6, NT_MAX_PATH_KEY_WORDS = 11 };

/* A key of a path where an event has it: what tells its type apart, then the words. */
struct nt_path_key {
    uint64_t tag;
    struct nt_expr *part[NT_MAX_PATH_KEYS];
    uint32_t nparts;
    uint32_t ref; /* where the entry keeps it */
};

/* A body of a path that runs in the kernel. */
enum nt_path_part { NT_PART_HOP, NT_PART_DONE, NT_PART_AGAIN, NT_PART_LOST };
struct nt_path_body {
    enum nt_path_part part;
    struct nt_stmt *code;
    struct nt_path_body *next;
};

/* What happens when an event passes a stage. */
struct nt_step {
    struct nt_path_build *path;
    uint32_t stage;
    struct nt_path_key *key, *also;
    uint32_t nkeys, nalso;
    struct nt_expr **keep; /* per note of the path: its value here; NULL: of another stage */
    uint32_t nkept;
    bool reads_notes; /* a body does */
    struct nt_path_body *bodies;
};

struct nt_stmt {
    enum nt_stmt_kind kind;
    struct nt_span at;
    struct nt_stmt *next;
    struct nt_expr *expr;   /* LET: value; IF: condition or NULL (always); START, FORGET: key */
    uint32_t slot;          /* LET, FOR */
    uint64_t first, last;   /* FOR */
    struct nt_guard *guard; /* IF: asked behind the condition, or NULL */
    struct nt_stmt *then, *other;
    uint32_t record;      /* RECORD */
    struct nt_expr **arg; /* RECORD: columns */
    uint32_t narg;
    struct nt_agg_stmt *agg;
    struct nt_expr *state;  /* KEEP, DELETE: the STATE that is meant */
    bool change;            /* KEEP: expr changes what is there by xop, atomically if it can */
    enum nt_xop xop;        /* change: ADD, AND, OR, XOR */
    struct nt_clock *clock; /* START, FORGET */
    struct nt_expr *mark;   /* START: what tells an older packet at this address apart, or NULL */
    struct nt_step *step;   /* STEP, FREED */
};

/* When something began, for `latency since`: a map from key to start and mark. */
struct nt_clock {
    const char *name; /* what stands behind since */
    uint32_t index;
    const char *map;
    uint8_t key_words;
    bool keep_first; /* the first sight of a packet counts, not the last */
};

/* What the body of a call needs from its entry, kept until it runs, at the return: a map from the
 * call (its thread, and its place on the thread's stack) to the time and the columns of layout. */
struct nt_frame {
    const char *map;
    struct nt_layout layout;
    struct nt_expr **kept; /* at entry */
    bool timed;            /* the body asks for latency */
    bool every;            /* no condition refuses a call at entry: each return has a frame */
};

/* The time of entry, then what is kept. */
static inline uint32_t nt_frame_words(const struct nt_frame *f)
{
    return 1u + f->layout.words;
}

/* Where the headers of a handler's packet are to be looked for. */
struct nt_packet {
    struct nt_expr *skb, *head, *data, *tail, *network, *mac, *protocol, *len;
    struct nt_expr *src, *dst, *proto; /* at transport: the socket's; else NULL */
    uint8_t place;                     /* enum nt_place of compiler/bpf/packet.h */
};

/* A body bound to one probe. Handlers of the same probe become one program. */
struct nt_handler {
    const struct nt_bound *bound;
    const char *why;
    struct nt_span at;
    bool shared;            /* the body stands for several events: `on a, b` */
    struct nt_expr **where; /* conjuncts, cheapest first */
    uint32_t nwhere;
    struct nt_guard *guard;
    struct nt_stmt *body;
    uint32_t nlocals;
    struct nt_expr *latency_key, *latency_mark; /* how LATENCY is found; NULL: not used */
    struct nt_clock *clock;
    struct nt_packet *packet; /* NULL: the event has none */
    struct nt_frame *frame;   /* of a call that keeps something; entry and return share it */
    bool returning;           /* runs at the return of a call */
    bool timed;               /* a call whose latency is asked for */
    struct nt_step *step;     /* NULL: no stage of a path */
};

void nt_expr_dump(const struct nt_expr *e, FILE *out);
void nt_handler_dump(const struct nt_handler *h, FILE *out);
