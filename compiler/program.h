/* The contract between compiler/ and runtime/: a compiled script as an ELF image and a plain
 * description of its probes, tables, records and of the bodies that run in ntrace itself. The
 * runtime knows nothing else of a script. All of it lives in the compilation's arena. */
#pragma once

#include "compiler/base/source.h"
#include "compiler/bpf/counters.h"
#include "compiler/bpf/path.h"
#include "compiler/catalog/aggs.h"
#include "compiler/catalog/attach.h"
#include "compiler/catalog/test.h"
#include "compiler/catalog/types.h"

/* Map names in the object. Those of tables are in struct nt_table. */
#define NT_MAP_COUNTERS "nt_counters" /* per-CPU array [probe] of u64[NT_CNT_MAX] */
#define NT_MAP_GEN      "nt_gen"      /* array [table] of u64: which buffer events write, 0 or 1 */
#define NT_MAP_RINGS    "nt_rings"  /* array of maps [cpu]: one ring buffer a CPU; or perf events */
#define NT_MAP_STACKS   "nt_stacks" /* stack trace map, u64[127] */
#define NT_MAP_PATHS    "nt_paths"  /* per-CPU array [path] of u64[NT_PATH_COUNTERS] */

/* One BPF program and the hook it sits on. The order of the array is the order of attaching. */
struct nt_probe {
    const char *prog;    /* function in the object */
    const char *section; /* as libbpf attaches it: "tp_btf/kfree_skb" */
    const char *event;   /* as the user knows it: "skb_drop" */
    const char *hook;    /* the alternative taken: "raw_tracepoint:kfree_skb" */
    const char *why;     /* "body", "start of latency", "end of latency" */
    struct nt_span at;   /* where the script asks for it */
    uint32_t btf_id;     /* tp_btf: the kernel's type id of the tracepoint, 0: not known */
    struct nt_attach attach;
};

struct nt_column {
    const char *name;
    const struct nt_type *type;
    uint16_t word;      /* offset in words from the key's or record's first column */
    int16_t absent_bit; /* bit in the absent word, or -1: always there */
};

/* A key or a record body: columns, then, if absent_word >= 0, one word of absent bits. */
struct nt_layout {
    const struct nt_column *columns;
    uint16_t ncolumns;
    uint16_t words; /* all of it */
    int16_t absent_word;
};

/* Some words of a table's slot, in maps of their own. */
struct nt_slot_part {
    bool shared;          /* one for all CPUs: it is too large to have one each */
    uint16_t word, words; /* of the slot */
    const char *map[2];   /* hashes from the key to them, one a buffer */
    const char *others;   /* per-CPU array [buffer]: what found the table full */
};

struct nt_table {
    const char *name; /* "drops", or the aggregation's own text */
    bool named;
    struct nt_slot_part part[2];
    uint8_t nparts;       /* 0: only ntrace's own bodies fill it */
    bool contended;       /* several probes fill it: one may interrupt the other */
    uint8_t buffers;      /* 2 when it is cleared: events write one while ntrace reads the other */
    struct nt_layout key; /* ncolumns 0: one row; the key is then one word, 0 */
    const struct nt_agg_use *aggs;
    uint16_t naggs;
    uint16_t slot_words;
    uint32_t max;    /* keys */
    bool end_prints; /* an `end` body prints it: no report of its own at the end */
};

/* printf: literal text and conversions in turn. */
struct nt_piece {
    const char *text;  /* literal, or NULL: a conversion */
    int16_t column;    /* index of the argument */
    char conv;         /* d u x s ... as the checker understood it; 's' prints any type as itself */
    const char *flags; /* what stands between % and conv: "-16", "08", "" */
};

enum nt_record_kind { NT_RECORD_EMIT, NT_RECORD_PRINTF, NT_RECORD_CAPTURE };

/* The columns of a capture: interface, Ethernet addresses (absent where they are not known), type,
 * VLAN tag that the kernel keeps apart (-1: none), length of the frame, bytes behind the Ethernet
 * header. */
enum {
    NT_CAPTURE_DEV,
    NT_CAPTURE_DST,
    NT_CAPTURE_SRC,
    NT_CAPTURE_TYPE,
    NT_CAPTURE_TAG,
    NT_CAPTURE_LEN,
    NT_CAPTURE_BYTES,
    NT_CAPTURE_COLUMNS,
};

/* What a ring carries, in words of 8 bytes:
 *   [0] record id | cpu << 32   [1] time, ns of CLOCK_MONOTONIC   [2...] the body as layout says */
enum { NT_RECORD_HEADER_WORDS = 2 };
struct nt_record {
    enum nt_record_kind kind;
    const char *event; /* of the body it stands in, "" for every, begin, end */
    struct nt_layout body;
    const struct nt_piece *pieces; /* printf */
    uint16_t npieces;
};

/* What begins with @: a hash from a key to a value, both as types say, one behind the other. */
enum { NT_MAX_STATE_KEYS = 6 };
struct nt_kept {
    const char *name, *map;
    const struct nt_type *type; /* of the value */
    const struct nt_type *key[NT_MAX_STATE_KEYS];
    uint8_t nkeys;
    uint16_t key_words; /* at least one: without keys it is 0 */
    uint16_t
        value_words; /* with a ttl the last one says when it was written, ns of CLOCK_MONOTONIC */
    uint64_t ttl;    /* ns; 0: it does not age */
};

/* Expressions of bodies that run in ntrace. Values as in BPF: words and an absent mark. */
enum nt_xop {
    NT_X_CONST,   /* words */
    NT_X_LOCAL,   /* slot */
    NT_X_ENTRY,   /* of the lost entry: its words from slot on; w[0]: which word has the mark that
                     they are there, w[1]: the mark's bit, 0: they always are */
    NT_X_HOPS,    /* of the lost entry: the stages of `path` that it passed */
    NT_X_NOW,     /* ns of CLOCK_MONOTONIC */
    NT_X_ELAPSED, /* ns since all probes were attached */
    NT_X_ADD,
    NT_X_SUB,
    NT_X_MUL,
    NT_X_DIV,
    NT_X_MOD,
    NT_X_AND,
    NT_X_OR,
    NT_X_XOR,
    NT_X_SHL,
    NT_X_SHR,
    NT_X_EQ,
    NT_X_NE,
    NT_X_LT,
    NT_X_LE,
    NT_X_GT,
    NT_X_GE, /* signedness: type of kid[0] */
    NT_X_LAND,
    NT_X_LOR,
    NT_X_LNOT,
    NT_X_NEG,
    NT_X_COND,
    NT_X_ELSE,  /* ?: and ?? */
    NT_X_IN,    /* value: passes it one of the tests? */
    NT_X_NIC,   /* device, name: a counter of a network device */
    NT_X_STATE, /* slot: which state; the kids are its keys */
};
struct nt_x {
    enum nt_xop op;
    const struct nt_type *type;
    bool absent; /* CONST: no value */
    uint64_t w[NT_MAX_WORDS];
    uint16_t slot;
    uint8_t nkids;
    const struct nt_path *path; /* HOPS */
    const struct nt_test *test; /* IN */
    uint32_t ntests;
    const struct nt_x *kid[NT_MAX_STATE_KEYS];
};

/* `limit` or `sample` in front of a body of ntrace. The limits of kernel bodies are compiled. */
struct nt_gate {
    bool is_sample;
    uint64_t count, per;  /* a limit: so often in per ns; a sample: count of per */
    struct nt_layout key; /* of a limit: ncolumns 0: it counts all together */
    uint32_t limit;       /* which one counts: several gates of one statement share it */
};

/* What start() and stop() are about. The environment has the parameters that the text names. */
struct nt_command {
    const char *text;
    const char *const *env; /* "name=value"; NULL behind the last */
};

enum nt_act_kind {
    NT_ACT_PRINT,  /* table, or all when -1 */
    NT_ACT_CLEAR,  /* table, or all when -1 */
    NT_ACT_EXIT,   /* expr: exit code, or NULL */
    NT_ACT_RECORD, /* record, args: emit and printf */
    NT_ACT_IF,     /* expr, then, other */
    NT_ACT_LET,    /* slot = expr */
    NT_ACT_AGG,    /* table; args: its key, then per aggregation the argument or NULL */
    NT_ACT_KEEP,   /* slot: which state; args: its key; expr: the value */
    NT_ACT_DELETE, /* slot: which state; args: its key */
    NT_ACT_RETURN,
    NT_ACT_CALL,  /* then; a RETURN in it ends it alone */
    NT_ACT_FOR,   /* then, with slot from first to last, both included */
    NT_ACT_GATE,  /* then, if gate lets it pass; args: its key */
    NT_ACT_START, /* slot: which command */
    NT_ACT_STOP,  /* slot: which command */
};
struct nt_act {
    enum nt_act_kind kind;
    int table;
    uint32_t top; /* PRINT: rows, 0: the script's $top */
    int by;       /* PRINT: sort by this aggregation or, from naggs on, key; -1: the first */
    uint16_t slot;
    const struct nt_x *expr;
    const struct nt_record *record;
    const struct nt_gate *gate;
    const struct nt_x *const *args;
    uint16_t nargs;
    uint64_t first, last; /* FOR */
    const struct nt_act *then, *other;
    const struct nt_act *next;
};

enum nt_when { NT_WHEN_BEGIN, NT_WHEN_EVERY, NT_WHEN_END, NT_WHEN_LOST };
struct nt_body {
    enum nt_when when;
    uint64_t period; /* EVERY: ns */
    uint32_t path;   /* LOST: of this path, with the entry that is lost */
    uint16_t nslots; /* let variables */
    const struct nt_act *first;
};

/* A path, as the tracer has to know it: to find what is lost, and to count. */
struct nt_path {
    const char *name;
    const char *entries;       /* hash id -> entry (bpf/path.h) */
    const char *keys;          /* hash key -> id */
    const char *lost;          /* hash id -> 1: called lost; NULL: nothing ever is */
    uint32_t max, max_keys;    /* entries, and keys that find them */
    uint16_t words, key_words; /* of an entry, of a key */
    uint16_t refs_word;        /* in an entry: the keys that find it, key_words each; 0: no key */
    uint16_t nrefs;
    uint16_t times_word; /* when each stage was passed, 0: not */
    uint16_t nstages;
    const char *const *stages;
    uint64_t lost_after; /* ns without being seen; 0: nothing is ever lost */
};

/* Values that a program looks up in a map, which is to be filled before anything is attached. */
enum nt_set_kind { NT_SET_VALUES, NT_SET_NETWORKS };
enum { NT_NETWORK_KEY = 20 }; /* bits of the prefix in four bytes, then the address's 16 */
struct nt_set {
    enum nt_set_kind kind;
    const char *map;
    uint32_t key_bytes, n;
    const uint8_t *keys; /* n of them */
};

struct nt_program {
    const void *elf;
    size_t elf_size;
    const struct nt_probe *probes;
    uint32_t nprobes;
    const struct nt_table *tables;
    uint32_t ntables;
    const struct nt_record *records; /* index = record id; those of ntrace's own bodies too */
    uint32_t nrecords;
    const struct nt_body *bodies;
    uint32_t nbodies;
    const struct nt_set *const *sets;
    uint32_t nsets;
    const struct nt_kept *kept; /* index: slot of NT_X_STATE, NT_ACT_KEEP, NT_ACT_DELETE */
    uint32_t nkept;
    const struct nt_path *paths;
    uint32_t npaths;
    const struct nt_command *commands; /* index: slot of NT_ACT_START and NT_ACT_STOP */
    uint32_t ncommands;
    const uint16_t *limit_words; /* index: limit of a gate; of its keys, 0: it has none */
    uint32_t nlimits;
    uint32_t top; /* rows of a printed table: $top */
    bool uses_rings, uses_stacks;
    bool uses_perf; /* rows come by perf events: this kernel has no ring buffers */
};
