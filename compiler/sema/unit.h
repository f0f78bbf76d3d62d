/* One script on its way through sema/: what each pass leaves for the next.
 *
 *   library   decls (events, views, ... of the standard library and the script), params with values
 *   bind      bound events: which alternative of each event this kernel takes
 *   check     handlers, tables, records, bodies as typed trees
 *   layout    program: numbers for everything
 */
#pragma once

#include "compiler/base/cx.h"
#include "compiler/base/names.h"
#include "compiler/catalog/hooks.h"
#include "compiler/sema/typed.h"
#include "compiler/syntax/ast.h"

enum { NT_MAX_KEPT = 32 };
/* How much of each is remembered at once, in a program that needs it. */
enum {
    NT_STARTS = 65536, /* of one latency */
    NT_START_BYTES = 16,
    NT_OPEN_CALLS = 10240, /* of one body */
    NT_LIMIT_KEYS = 16384,
    NT_STACKS = 4096,
    NT_STACK_DEPTH = 127,
};
enum { NT_MAX_LOCALS = 64, NT_MAX_COLUMNS = 32, NT_MAX_KEY_WORDS = 32, NT_MAX_RECORD_WORDS = 120 };
enum { NT_MAX_RECORD_BYTES = 8192 }; /* of values of bytes, beside the others */

struct nt_param {
    const char *name;
    const struct nt_node *node;         /* its declaration */
    const struct nt_type *type;         /* of one value */
    bool is_set, any, required, common; /* common: declared by the prelude */
    struct nt_test *value;              /* one, or of a set as many as were given */
    uint32_t nvalues;
    bool given; /* on the command line */
    bool used;  /* by the script, or by a packet event */
};

/* An event's alternative on one probe of this kernel. */
struct nt_bound {
    const struct nt_node *event; /* EVENT, or NULL for a raw probe */
    const char *name;            /* "skb_drop", "raw_tracepoint:kfree_skb" */
    const struct nt_node *probe; /* PROBE: its ARGs name what the event gets */
    struct nt_target target;
    const char *hook;            /* text of the probe taken */
    const char *match;           /* of a pattern: the one of its names that this is, or NULL: */
    bool by_cookie;              /* the kernel says which, by its number in u->probe_names */
    const struct nt_bound *back; /* of a call: where its return is seen, with its arguments */
    uint32_t id;                 /* of the probe: equal for all bodies of one event and probe */
};

struct nt_bounds {
    const struct nt_bound **at;
    uint32_t n, cap;
    const char *why; /* n == 0: why this kernel can't have it */
};

/* A table while its bodies are read; layout gives it its numbers. */
struct nt_table_build {
    struct nt_table t;
    const struct nt_node *node; /* the statement that made it */
    NT_VEC(struct nt_column) key;
    NT_VEC(struct nt_agg_use) aggs;
    bool maybe[NT_MAX_COLUMNS]; /* can this key column be absent, in any body? */
    bool cleared;
    bool in_kernel; /* a body of an event fills it */
};

/* The slots of a limit by key. */
struct nt_limit_map {
    const char *name;
    uint16_t key_words;
};

struct nt_stage {
    const char *name;
    const struct nt_node *node;
    uint32_t id;                         /* of its name among those of all paths */
    NT_VEC(struct nt_handler *) handler; /* one a probe of its events; none: it is not here */
    NT_VEC(struct nt_handler *) never;   /* whose condition can not be true: types are as if */
    bool used;                           /* by a body: it has to be attached */
    uint8_t nmarks;                      /* kept values that can be absent */
};

/* A path while its bodies are read. */
struct nt_path_build {
    struct nt_path p;
    const struct nt_node *node;
    uint32_t index;
    uint32_t id; /* of its name */
    bool once, dead;
    const struct nt_type *hops_type; /* NULL: no body asks for `hops` */
    struct nt_stage *stage;
    NT_VEC(struct nt_note *) notes;
    const struct nt_node *lost_ref; /* the first that says after how long */
};

/* A body of a path as it stands in the script. */
struct nt_path_on {
    const struct nt_node *on, *ref;
    struct nt_path_build *path;
    enum nt_path_part part;
    uint32_t stage; /* HOP of this stage; NT_MAX_STAGES: of all but the first */
};

/* A BPF program: the bodies of one probe. */
struct nt_prog {
    const char *name;
    const struct nt_bound *bound;
    struct nt_handler **handler;
    uint32_t nhandlers;
    uint32_t index; /* of its counters */
};

struct nt_unit {
    struct nt_cx *cx;
    uint16_t source;
    struct nt_node *script;
    NT_VEC(struct nt_node *) library; /* SCRIPTs of the standard library */
    NT_VEC(uint16_t) used;            /* sources that `use` brought in */

    struct nt_names events, enums, fns, consts; /* -> nt_node * */
    struct nt_names views, params;              /* -> nt_view *, nt_param * */
    NT_VEC(struct nt_param *) param_list;       /* in order: the script's, then the prelude's */
    struct nt_node *where;                      /* --where, or NULL */
    bool says_chosen; /* the script asks itself for the packets that the command line chose */
    bool where_used;  /* some body has a packet to ask it of */

    struct nt_names enum_types; /* -> nt_type *, made on first use */
    struct nt_names bound;      /* event name -> struct nt_bounds * */
    uint32_t nbound;
    NT_VEC(struct nt_enumerator) probe_names; /* what `probe` can be in a script with patterns */
    struct nt_names probe_numbers;            /* name -> its enumerator's number, plus 1 */
    struct nt_type *probe_type;               /* NULL: there are no patterns, `probe` is a text */

    NT_VEC(struct nt_handler *) entries;  /* of calls: attached first of all */
    NT_VEC(struct nt_handler *) handlers; /* bodies of the script */
    NT_VEC(struct nt_handler *) starts;   /* of latencies: attached before the bodies */
    NT_VEC(struct nt_handler *) ends;     /* ... and behind them */
    NT_VEC(struct nt_table_build *) tables;
    NT_VEC(struct nt_record) records;
    NT_VEC(struct nt_body) bodies;
    NT_VEC(struct nt_clock *) clocks;
    NT_VEC(struct nt_frame *) frames;
    NT_VEC(struct nt_state *) states;
    NT_VEC(struct nt_path_build *) paths;
    NT_VEC(struct nt_path_on) path_ons;
    const struct nt_type *path_type, *stage_type; /* the names of paths, of stages */
    NT_VEC(const struct nt_set *) sets;
    bool learned;     /* a type of some state became known */
    uint32_t nlimits; /* without keys: slots of one array */
    NT_VEC(struct nt_limit_map) limit_maps;
    NT_VEC(uint16_t) own_limits; /* those of ntrace's own bodies: words of their keys */
    NT_VEC(struct nt_command) commands;
    bool uses_stacks;

    NT_VEC(struct nt_prog) progs;
    struct nt_program program;
};

/* The passes. Each reports all it finds. */
void nt_library(struct nt_unit *u);
void nt_bind(struct nt_unit *u);
void nt_check(struct nt_unit *u);
void nt_layout(struct nt_unit *u);

void nt_library_dump(struct nt_unit *u, FILE *out);
void nt_bind_dump(struct nt_unit *u, FILE *out);
void nt_check_dump(struct nt_unit *u, FILE *out);
void nt_layout_dump(struct nt_unit *u, FILE *out);
