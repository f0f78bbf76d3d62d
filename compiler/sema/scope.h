/* What sema's files share: declarations in scope, the scope of one body, and how an expression of
 * the tree becomes a typed one. */
#pragma once

#include "compiler/base/str.h"
#include "compiler/sema/unit.h"

struct nt_view {
    const char *name, *of; /* of: "bytes", "header", NULL: adds to a kernel type or to a scope */
    NT_VEC(const struct nt_node *) list;
    struct nt_names fields;     /* -> FIELD */
    const struct nt_type *type; /* of bytes and nlattr: made on first use */
};

/* A let variable, or a function's parameter. */
struct nt_local {
    const char *name;
    struct nt_expr *value; /* LOCAL, or what a function was called with */
    struct nt_local *outer;
};

/* What is being expanded, from the inside out: nothing may be defined by itself. */
struct nt_expansion {
    const void *what;
    const struct nt_expansion *outer;
    uint32_t depth;
};

/* Where an expression stands. */
struct nt_scope {
    struct nt_unit *u;
    const struct nt_bound *bound; /* NULL: a body that runs in ntrace */
    struct nt_handler *handler;   /* what is being built; NULL with bound NULL */
    struct nt_local *locals;
    uint32_t *nlocals;
    struct nt_expr *self;             /* `this` of a view */
    const struct nt_header *bytes;    /* the header that u8(0) and the like read, in its view */
    bool inner;                       /* names of packets mean the packet within this one */
    bool in_fn;                       /* in the statements of a function */
    const struct nt_on_path *on_path; /* a body of a path: path.h */
    bool may_lack; /* within x ?? y or exists(x): members that this kernel lacks are absent */
    const struct nt_expansion *expansion; /* fields and functions being expanded */
};

/* use.c: the items of the files that the script uses become its own. */
void nt_use(struct nt_unit *u);
bool nt_is_used(const struct nt_unit *u, uint16_t source);

/* params.c: parameters, their values from defaults and the command line. */
void nt_params_declare(struct nt_unit *u);
void nt_params_require(struct nt_unit *u); /* reports options that must be given */
void nt_params_unused(struct nt_unit *u);  /* after check: warns of options without effect */
void nt_params_help(struct nt_unit *u, bool common, FILE *out);
void nt_params_dump(struct nt_unit *u, FILE *out);

/* names.c: types and enums by name. NULL after a report. */
const struct nt_type *nt_type_of_name(struct nt_unit *u, const char *name, struct nt_span at);
const struct nt_type *nt_enum_type(struct nt_unit *u, const struct nt_node *decl);
void nt_guess_structs(struct nt_unit *u, struct nt_guess *g); /* tries the kernel's structs */
/* What messages call a value of it: "an ip", "a pointer to struct sk_buff". */
const char *nt_type_said(struct nt_unit *u, const struct nt_type *t);
/* Hints at an enum's names: the one that was meant, or all if they are few. */
void nt_hint_enumerator(struct nt_unit *u, struct nt_diag *d, const struct nt_type *t,
                        const char *name);

/* bind_probe.c: adds what a probe is on this kernel to the bounds. 0, or -errno with *ret_why;
 * event: whose declaration names it, or NULL. */
int nt_bind_probe(struct nt_unit *u, const struct nt_node *event, const struct nt_node *probe,
                  struct nt_bounds *bounds, const char **ret_why);
/* A place to attach to, as `like` but for its target. */
int nt_bind_target(struct nt_unit *u, const struct nt_bound *like, const struct nt_target *target,
                   struct nt_bounds *bounds, const char **ret_why);
/* bind_pattern.c: all that a pattern stands for. */
int nt_bind_pattern(struct nt_unit *u, const struct nt_bound *like, const char *target,
                    struct nt_bounds *bounds, const char **ret_why);
/* What `probe` is where the script has patterns: an enumerator, by its number. */
uint64_t nt_probe_number(struct nt_unit *u, const char *name);
/* bind.c */
const struct nt_bounds *nt_event_bounds(struct nt_unit *u, const struct nt_node *event);
const struct nt_bounds *nt_probe_bounds(struct nt_unit *u, const struct nt_node *probe);
void nt_hint_event(struct nt_unit *u, struct nt_diag *d, const char *name);
const struct nt_node *nt_event_member(const struct nt_node *event, enum nt_node_kind kind);

/* expr.c: constructors; they fold what is constant. */
struct nt_expr *nt_expr_new(struct nt_unit *u, enum nt_eop op, const struct nt_type *type,
                            struct nt_span at);
struct nt_expr *nt_expr_with(struct nt_unit *u, enum nt_eop op, const struct nt_type *type,
                             struct nt_span at, uint32_t nkids, ...);
struct nt_expr *nt_const(struct nt_unit *u, const struct nt_type *type, struct nt_span at,
                         uint64_t word);
struct nt_expr *nt_absent(struct nt_unit *u, const struct nt_type *type, struct nt_span at);
struct nt_expr *nt_broken(struct nt_unit *u, struct nt_span at); /* type error: reported already */
struct nt_expr *nt_retyped(struct nt_unit *u, const struct nt_expr *e, const struct nt_type *type);
struct nt_expr *nt_and(struct nt_unit *u, struct nt_expr *a, struct nt_expr *b);
struct nt_expr *nt_or(struct nt_unit *u, struct nt_expr *a, struct nt_expr *b);
struct nt_expr *nt_not(struct nt_unit *u, struct nt_expr *a, struct nt_span at);
/* A pointer's number, anything else as it is: the verifier lets nobody compute with a pointer. */
struct nt_expr *nt_number_of(struct nt_unit *u, struct nt_expr *e);
struct nt_expr *nt_arith(struct nt_unit *u, enum nt_xop op, struct nt_expr *a, struct nt_expr *b,
                         struct nt_span at);
struct nt_expr *nt_cond(struct nt_unit *u, struct nt_expr *c, struct nt_expr *a, struct nt_expr *b,
                        struct nt_span at);
struct nt_expr *nt_else(struct nt_unit *u, struct nt_expr *a, struct nt_expr *b, struct nt_span at);
static inline bool nt_is_const(const struct nt_expr *e)
{
    return e->op == NT_E_CONST;
}
bool nt_is_false(const struct nt_expr *e); /* a condition that is never true */
bool nt_is_true(const struct nt_expr *e);

/* compare.c: `a == b`, and what fits into what. */
struct nt_expr *nt_compare(struct nt_scope *s, const struct nt_node *node);
struct nt_expr *nt_comparison(struct nt_unit *u, enum nt_xop op, struct nt_expr *l,
                              struct nt_expr *r, struct nt_span at); /* of what is comparable */
bool nt_comparable(const struct nt_expr *l, const struct nt_expr *r);
void nt_report_incomparable(struct nt_scope *s, enum nt_xop op, const struct nt_expr *l,
                            const struct nt_expr *r, struct nt_span at);
/* Reports a value that x's type can't have, such as port 70000. */
bool nt_is_beyond(struct nt_unit *u, const struct nt_expr *x, const struct nt_expr *value);
bool nt_is_any(struct nt_unit *u, const struct nt_node *node); /* reads a parameter that is any */
bool nt_is_text(const struct nt_type *t);
/* Makes e of type `want`, or reports. */
struct nt_expr *nt_fit(struct nt_scope *s, struct nt_expr *e, const struct nt_type *want);
bool nt_is_number(const struct nt_type *t); /* one word that arithmetic may work on */
/* membership.c: `a in b`. */
struct nt_expr *nt_membership(struct nt_scope *s, const struct nt_node *node);
/* set.c: makes one look-up of the many values of an IN. */
void nt_look_up_in_set(struct nt_scope *s, struct nt_expr *in);
/* A value of a set as a test: a network, a pattern that ends in '*', or the value itself. */
struct nt_test nt_test_of(const struct nt_type *type, const uint64_t *words);
void nt_test_format(const struct nt_type *type, const struct nt_test *test, struct nt_str *out);

/* kernel_value.c: members and values of kernel types. */
struct nt_expr *nt_kernel_arg(struct nt_unit *u, const struct nt_bound *b,
                              const struct nt_harg *arg, struct nt_span at);
struct nt_expr *nt_kernel_field(struct nt_unit *u, struct nt_expr *base, const char *name,
                                struct nt_span at); /* NULL: no such member */
/* A struct's address stays one, an array of char becomes its string. */
struct nt_expr *nt_decay(struct nt_unit *u, struct nt_expr *e);
const struct nt_type *nt_kernel_pointer(struct nt_unit *u, uint32_t struct_id);
struct nt_expr *nt_kernel_index(struct nt_scope *s, struct nt_expr *base, struct nt_expr *index,
                                struct nt_span at);

/* event_value.c: names as an event knows them. NULL: it has no such name. */
struct nt_expr *nt_event_name(struct nt_scope *s, const char *name, struct nt_span at);
struct nt_expr *nt_event_arg(struct nt_scope *s, const char *name, struct nt_span at);
/* A declared field's expression where it is used: no locals of the body; self is `this`, bytes the
 * header that u8(0) and the like read, both may be NULL. */
struct nt_expr *nt_expand_field(const struct nt_scope *outer, const struct nt_node *field,
                                struct nt_expr *self, const struct nt_header *bytes,
                                struct nt_span at);
void nt_event_each_name(struct nt_scope *s, void (*each)(const char *name, void *arg), void *arg);
/* packet_value.c */
struct nt_expr *nt_event_packet(struct nt_scope *s, struct nt_span at); /* the skb, or NULL */
struct nt_expr *nt_packet_name(struct nt_scope *s, const char *name, struct nt_span at);
void nt_packet_each_name(struct nt_unit *u, void (*each)(const char *name, void *arg), void *arg);
/* `inner.NAME`: of the packet within the event's packet. */
struct nt_expr *nt_inner_name(struct nt_scope *s, const struct nt_node *node);
bool nt_bound_has_packet(const struct nt_bound *b);
bool nt_is_at_transport(const struct nt_scope *s);             /* the packet has no IP header yet */
void nt_handler_packet(struct nt_scope *s, struct nt_span at); /* sets s->handler->packet */
/* Makes the event's own `where` the handler's; false: it can never be true here. */
bool nt_handler_of_event(struct nt_scope *s);

/* header_value.c */
struct nt_expr *nt_header_field(struct nt_scope *s, const struct nt_header *h, const char *name,
                                struct nt_span at); /* NULL: no such field */
/* u8, be16, ip4, ...: what has a length in bytes as they lie in a header. NULL: it is none. */
struct nt_wire {
    const char *name;
    uint8_t size;
    const struct nt_type *type;
};
const struct nt_wire *nt_wire_find(const char *name);
struct nt_expr *nt_header_read(struct nt_scope *s, const struct nt_header *h, const char *how,
                               uint64_t offset, struct nt_span at);

/* bytes.c: values of type hex and the views that lay them out. */
const struct nt_type *nt_bytes_type(struct nt_unit *u, const char *name); /* NULL: no such view */
struct nt_expr *nt_as_bytes(struct nt_scope *s, struct nt_expr *e, const struct nt_type *type,
                            struct nt_span at);
struct nt_expr *nt_bytes_field(struct nt_scope *s, struct nt_expr *base,
                               const struct nt_node *node); /* NULL: no such field */
struct nt_expr *nt_bytes_read(struct nt_scope *s, struct nt_expr *base, const char *how,
                              uint64_t offset, struct nt_span at);

/* Enters an expansion; false after a report when `what` is being expanded already. */
bool nt_enter(struct nt_scope *s, struct nt_expansion *x, const void *what, const char *name,
              struct nt_span at);
/* Labels the error that an expansion met, if it met one since there were `errors` of them. */
void nt_used_here(struct nt_unit *u, uint32_t errors, struct nt_span at);
struct nt_expr *nt_text(struct nt_unit *u, const char *text, size_t len, struct nt_span at);

/* unknown.c: reports a name that is not known here. */
struct nt_expr *nt_unknown_name(struct nt_scope *s, const struct nt_node *node,
                                const struct nt_type *want);
struct nt_expr *nt_unknown_enumerator(struct nt_unit *u, const struct nt_type *want,
                                      const struct nt_node *node);
struct nt_expr *nt_unknown_member(struct nt_scope *s, const struct nt_node *node,
                                  const struct nt_expr *base);
struct nt_expr *nt_unknown_in_header(struct nt_scope *s, const struct nt_node *node,
                                     const struct nt_header *h);
void nt_hint_probe(struct nt_unit *u, struct nt_diag *d, const char *probe); /* "fn:ip_rvc" */
struct nt_expr *nt_unknown_call(struct nt_scope *s, const struct nt_node *node);

/* call.c: the part of a body on a call that runs at the return; its entry goes to u->entries. Any
 * other body as it is. */
struct nt_handler *nt_split_call(struct nt_unit *u, struct nt_handler *h);

/* chosen.c: the packets that the command line asks for; NULL: all. */
struct nt_expr *nt_chosen(const struct nt_scope *s, struct nt_span at);
bool nt_says_chosen(const struct nt_node *script); /* it asks for them where it wants to */

/* path_ref.c, path.c: paths, before bodies are read; their bodies, once all are known. */
void nt_path_bind(struct nt_unit *u, const struct nt_node *path);
void nt_paths_declare(struct nt_unit *u);
bool nt_path_take(struct nt_unit *u, const struct nt_node *on,
                  const struct nt_node *ref); /* false: no path's */
void nt_paths_check(struct nt_unit *u);
/* path_value.c: names in a body of a path; NULL: it is not one of the path's. */
struct nt_expr *nt_path_name(struct nt_scope *s, const struct nt_node *name,
                             const struct nt_type *want);
struct nt_expr *nt_path_member(struct nt_scope *s, const struct nt_node *member);
void nt_path_each_name(struct nt_scope *s, void (*each)(const char *name, void *arg), void *arg);
/* Where no event is at hand: a stage has seen it. */
void nt_path_hint(const struct nt_scope *s, struct nt_diag *d, const char *name);
const char *nt_path_part_name(const struct nt_scope *s); /* "way.done": whose body it is */

/* check.c: what a handler asks before its body. */
struct nt_expr *nt_event_where(struct nt_scope *s);
/* False: the condition can never be true here. */
bool nt_set_where(struct nt_unit *u, struct nt_handler *h, struct nt_expr *where);

/* function.c: functions that scripts declare. */
enum { NT_MAX_TURNS = 256 }; /* of a loop */
void nt_fn_check(struct nt_unit *u, const struct nt_node *fn);
struct nt_expr *nt_call_value(struct nt_scope *s, const struct nt_node *call,
                              const struct nt_node *fn, const struct nt_type *want,
                              bool as_condition); /* NULL: it is `any` */
/* A function of statements that is called as a statement, or NULL. */
const struct nt_node *nt_called_fn(struct nt_scope *s, const struct nt_node *result);
/* Opens the scope of a call, without its parameters; false after a report. */
bool nt_enter_fn(struct nt_scope *s, struct nt_scope *inner, struct nt_expansion *x,
                 const struct nt_node *call, const struct nt_node *fn);
bool nt_loop_bounds(struct nt_scope *s, const struct nt_node *node, uint64_t *ret_first,
                    uint64_t *ret_last); /* both included; false after a report */
void nt_report_return(struct nt_scope *s, const struct nt_node *node); /* `return E` in a body */

/* latency.c */
struct nt_expr *nt_latency(struct nt_scope *s, struct nt_span at);

/* value.c: any expression. Never NULL; after a report its type is nt_type_error. `want` is the type
 * that stands opposite, or NULL. */
struct nt_expr *nt_value(struct nt_scope *s, const struct nt_node *node,
                         const struct nt_type *want);
/* operators.c: nt_value of one kind of node each. */
struct nt_expr *nt_unary(struct nt_scope *s, const struct nt_node *node,
                         const struct nt_type *want);
struct nt_expr *nt_binary(struct nt_scope *s, const struct nt_node *node,
                          const struct nt_type *want);
struct nt_expr *nt_choose(struct nt_scope *s, const struct nt_node *node,
                          const struct nt_type *want);
enum nt_xop nt_arith_op(enum nt_op op);
/* Makes the sides of a choice one type; false after a report. */
bool nt_unify(struct nt_scope *s, struct nt_expr **a, struct nt_expr **b);
struct nt_expr *nt_cast(struct nt_scope *s, const struct nt_node *node);
/* A truth value that stands as a value: it may not fall away. */
struct nt_expr *nt_truth_value(struct nt_scope *s, const struct nt_node *node);
/* condition.c: a condition; NULL: it is `any`. */
struct nt_expr *nt_condition(struct nt_scope *s, const struct nt_node *node);
/* A call of a script's function as a condition: NULL where `any` leaves nothing of it. */
struct nt_expr *nt_fn_condition(struct nt_scope *s, const struct nt_node *call);
bool nt_is_comparison(enum nt_op op);
/* A number known now. False after a report. */
bool nt_constant(struct nt_scope *s, const struct nt_node *node, uint64_t *ret_value);
/* The parameter that a node reads, or NULL. */
struct nt_param *nt_param_of(struct nt_unit *u, const struct nt_node *node);

/* The statements of a body; NULL where one is broken. */
struct nt_stmt *nt_aggregate(struct nt_scope *s, const struct nt_node *node); /* tables.c */
struct nt_stmt *nt_emit(struct nt_scope *s, const struct nt_node *node);      /* records.c */
struct nt_stmt *nt_capture(struct nt_scope *s, const struct nt_node *node);
/* capture.c: what a capture is made of, as an EMIT has it; NULL after a report. */
struct nt_node *nt_capture_columns(struct nt_scope *s, const struct nt_node *node);
/* command.c: start(CMD) and stop(CMD), by the call. False after a report. */
bool nt_command(struct nt_unit *u, const struct nt_node *call, uint16_t *ret_index);
struct nt_stmt *nt_printf(struct nt_scope *s, const struct nt_node *node);
/* records.c: what a column of a row or a key is called. */
const char *nt_column_name(struct nt_unit *u, const struct nt_node *column);
/* No two columns may have one name. False after a report. */
bool nt_columns_differ(struct nt_unit *u, const struct nt_node *columns);
struct nt_stmt *nt_block(struct nt_scope *s, const struct nt_node *block); /* stmt.c */
/* state.c */
struct nt_expr *nt_state_value(struct nt_scope *s, const struct nt_node *node);
struct nt_stmt *nt_keep(struct nt_scope *s, const struct nt_node *assign);
struct nt_stmt *nt_forget_state(struct nt_scope *s, const struct nt_node *node);
struct nt_expr *nt_in_state(struct nt_scope *s, const struct nt_node *key,
                            const struct nt_node *state, struct nt_span at);
uint16_t nt_state_index(const struct nt_unit *u, const struct nt_state *state);
void nt_states_declare(struct nt_unit *u);
/* A map of a file that is used, and which this script has no use for. */
void nt_states_drop_unused(struct nt_unit *u);
/* Reports state that is read and never written, or changed where a change could be lost. */
void nt_states_check(struct nt_unit *u);
/* guard.c: NULL: always. */
struct nt_guard *nt_guard_of(struct nt_scope *s, const struct nt_node *list);
/* The function's name of a RESULT that is a lone name or call ("exit", "printf"), or NULL. */
const char *nt_lone_call(const struct nt_node *result);
/* A variable from here on. True: it has a slot, which is to be filled with the value. */
bool nt_bind_local(struct nt_scope *s, const char *name, struct nt_expr *value, struct nt_span at,
                   uint32_t *ret_slot);
bool nt_let(struct nt_scope *s, const struct nt_node *node, struct nt_expr **ret_value,
            uint32_t *ret_slot); /* false: a constant, or broken: no statement of its own */
struct nt_table_build *nt_table_named(struct nt_unit *u, const char *name);

/* body.c: bodies of every, begin, end. */
void nt_user_bodies(struct nt_unit *u);
/* plain.c: what such a body can evaluate; reports what only events know. NULL stays NULL. */
const struct nt_x *nt_plain(struct nt_unit *u, const struct nt_expr *e);
const struct nt_x *const *nt_plain_args(struct nt_unit *u, struct nt_expr **args, uint32_t n);
