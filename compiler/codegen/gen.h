/* Typed bodies -> LLVM module -> BPF object. Runs in a child process of its own: LLVM may end it.
 *
 * A value is nt_val: i64 words and an i1 that says whether it is there (NULL: always). Everything
 * is SSA; memory is used only for what helpers need an address of. All access to kernel memory goes
 * through memory.c. */
#pragma once

#include "compiler/sema/unit.h"

#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>

enum { NT_MAX_ARGS = 16 };

struct nt_val {
    LLVMValueRef w[NT_MAX_WORDS];
    LLVMValueRef there;
};

/* What was found of a packet, in rooms: bits of bpf/packet.h, and the bytes of its layers. */
struct nt_parsed {
    LLVMValueRef l2, l3, upper, l4, l2_bytes, l3_bytes, l4_bytes;
    LLVMValueRef head, tail; /* NULL: read anew each time */
};

/* A path's entry for the bodies of a stage: as it was when the event came. */
struct nt_entry {
    LLVMValueRef claim, last, start, joined, now;
    LLVMValueRef notes; /* a copy of the entry: it may be gone */
};

/* The program being built. */
struct nt_fn {
    const struct nt_prog *prog;
    const struct nt_handler *handler;
    LLVMValueRef fn, ctx;
    LLVMBasicBlockRef entry; /* allocas, and arguments: loaded once, the same value everywhere */
    LLVMValueRef arg[NT_MAX_ARGS];
    LLVMMetadataRef scope;  /* DISubprogram */
    LLVMValueRef key;       /* room for a table's key, made on first use */
    LLVMValueRef index;     /* room for an array's index, likewise */
    LLVMValueRef state_key; /* room for a key of state, likewise */
    LLVMValueRef scratch;   /* room that helpers fill and that is read at once, likewise */
    uint32_t scratch_words; /* the most that were asked for */
    struct nt_val locals[NT_MAX_LOCALS];
    uint16_t layers;            /* parsed on every way to here */
    struct nt_parsed packet[2]; /* itself, and the inner one */
    LLVMValueRef tunnel, tunnel_bytes;
    LLVMValueRef counted; /* room: whether the packet counts as unparsed already */
    struct nt_val latency;
    LLVMValueRef frame;      /* at the return of a call: what was kept at its entry */
    LLVMBasicBlockRef leave; /* end of this handler */
    LLVMBasicBlockRef taken; /* behind all stages of this path: a stage has taken the event */
    LLVMValueRef path_key, path_id, path_ending; /* rooms, likewise */
    struct nt_entry at;
};

struct nt_gen {
    struct nt_unit *u;
    LLVMContextRef ctx;
    LLVMModuleRef module;
    LLVMBuilderRef b;
    LLVMDIBuilderRef di;
    LLVMMetadataRef *files; /* by source */
    LLVMMetadataRef int_type;
    LLVMTypeRef i1, i8, i16, i32, i64, ptr, none;
    bool has_fetch; /* atomics that give a value back */
    struct nt_fn f;
};

/* memory.c: kernel memory and the context. */
LLVMValueRef nt_load_ctx(struct nt_gen *g, uint32_t offset, LLVMTypeRef type);
struct nt_val nt_load(struct nt_gen *g, const struct nt_expr *e, struct nt_val base);
struct nt_val nt_load_string(struct nt_gen *g, const struct nt_expr *e, struct nt_val base);
struct nt_val nt_load_bytes16(struct nt_gen *g, const struct nt_expr *e, struct nt_val base);
LLVMTypeRef nt_int_of(struct nt_gen *g, uint32_t size);
/* A number as it lies in memory -> the word of the language. */
LLVMValueRef nt_widen(struct nt_gen *g, const struct nt_expr *e, LLVMValueRef v);
/* followed: a pointer that the verifier follows. */
LLVMValueRef nt_not_null(struct nt_gen *g, LLVMValueRef pointer, bool followed);
/* Copies size bytes into zeroed room by a helper; gives whether it could. */
LLVMValueRef nt_copy_in(struct nt_gen *g, LLVMValueRef room, uint32_t words, uint32_t size,
                        LLVMValueRef from, unsigned helper);
/* Clears what stands behind the first NUL: equal texts are equal keys. */
void nt_cut_text(struct nt_gen *g, struct nt_val *v, uint32_t words);
LLVMValueRef nt_swap(struct nt_gen *g, LLVMValueRef word); /* into network order, and back */
/* Big-endian number of `size` bytes (1..8) at a buffer aligned to 8 bytes. */
LLVMValueRef nt_wire_number(struct nt_gen *g, LLVMValueRef buffer, uint32_t offset, uint32_t size);

/* bytes.c: values of type hex. */
struct nt_val nt_lower_bytes(struct nt_gen *g, const struct nt_expr *e);
struct nt_val nt_lower_slice(struct nt_gen *g, const struct nt_expr *e);
struct nt_val nt_lower_attr(struct nt_gen *g, const struct nt_expr *e);
struct nt_val nt_lower_part(struct nt_gen *g, const struct nt_expr *e);
struct nt_val nt_lower_host(struct nt_gen *g, const struct nt_expr *e);
struct nt_val nt_lower_text(struct nt_gen *g, const struct nt_expr *e);
/* Keeps v, the value of e, in memory, as catalog/bytes.h says; gives whether it is there and could
 * be read. fill: what is not used of the room is cleared. */
LLVMValueRef nt_put_bytes(struct nt_gen *g, const struct nt_type *type, const struct nt_expr *e,
                          const struct nt_val *v, LLVMValueRef to, bool fill);
/* What is kept in memory of a map. */
struct nt_val nt_kept_bytes(struct nt_gen *g, LLVMValueRef at);
/* args.c */
struct nt_val nt_load_arg(struct nt_gen *g, const struct nt_expr *e); /* RETVAL too */
/* Where this call lies on its thread's stack: the same at entry and return. Of registers only. */
LLVMValueRef nt_stack_pointer(struct nt_gen *g, bool returning);

/* packet.c: the layers of the event's packet, and what is found once per event like them. */
void nt_need_layers(struct nt_gen *g, uint16_t layers);
struct nt_val nt_header_value(struct nt_gen *g, const struct nt_expr *e);
LLVMValueRef nt_has_header(struct nt_gen *g, const struct nt_expr *e);
struct nt_val nt_frame_length(struct nt_gen *g, const struct nt_expr *e);
LLVMValueRef nt_packet_mark(struct nt_gen *g);
/* What a step found; nt_found_bits: the lower half of it, where the bits are. */
LLVMValueRef nt_found(struct nt_gen *g, LLVMValueRef room);
LLVMValueRef nt_found_bits(struct nt_gen *g, LLVMValueRef room);
struct nt_val nt_l4_proto(struct nt_gen *g, const struct nt_expr *e);
/* identity.c */
struct nt_val nt_packet_identity(struct nt_gen *g, const struct nt_expr *e);
struct nt_val nt_packet_exchange(struct nt_gen *g, const struct nt_expr *e);

/* expr.c, cond.c */
struct nt_val nt_lower(struct nt_gen *g, const struct nt_expr *e);
void nt_lower_cond(struct nt_gen *g, const struct nt_expr *e, LLVMBasicBlockRef yes,
                   LLVMBasicBlockRef no);
LLVMValueRef nt_lower_truth(struct nt_gen *g, const struct nt_expr *e); /* i1; absent is false */

/* stmt.c */
void nt_lower_stmts(struct nt_gen *g, const struct nt_stmt *s);
/* guard.c: goes on at yes or, counted as held back, at no. */
void nt_lower_guard(struct nt_gen *g, const struct nt_guard *guard, LLVMBasicBlockRef yes,
                    LLVMBasicBlockRef no);
/* results.c: tables and rows. start.c: the clocks of latencies. */
/* Columns and, where some can be absent, their bits, into memory. Absent words are 0, so that equal
 * keys are equal bytes. */
void nt_put_columns(struct nt_gen *g, const struct nt_layout *l, LLVMValueRef to,
                    struct nt_expr **columns);
void nt_lower_agg(struct nt_gen *g, const struct nt_stmt *s);
void nt_lower_record(struct nt_gen *g, const struct nt_stmt *s);
void nt_lower_start(struct nt_gen *g, const struct nt_stmt *s);
void nt_lower_forget(struct nt_gen *g, const struct nt_stmt *s);
struct nt_val nt_find_latency(struct nt_gen *g);
/* call.c: what a call keeps from entry to return. Where there is nothing of it, goes on at none. */
void nt_lower_enter(struct nt_gen *g);
void nt_open_frame(struct nt_gen *g, LLVMBasicBlockRef none);
void nt_close_frame(struct nt_gen *g);
struct nt_val nt_load_kept(struct nt_gen *g, const struct nt_expr *e);
/* state.c: what begins with @. */
struct nt_val nt_load_state(struct nt_gen *g, const struct nt_expr *e);
void nt_lower_keep(struct nt_gen *g, const struct nt_stmt *s);
void nt_lower_delete(struct nt_gen *g, const struct nt_stmt *s);

/* path.c: what a stage of a path does. */
void nt_lower_step(struct nt_gen *g, const struct nt_step *step);
void nt_lower_freed(struct nt_gen *g, const struct nt_step *step);
struct nt_val nt_hops_value(struct nt_gen *g, const struct nt_expr *e);
struct nt_val nt_entry_value(struct nt_gen *g, const struct nt_expr *e);

/* prog.c */
void nt_lower_prog(struct nt_gen *g, const struct nt_prog *p);
/* maps.c: all maps of the object. */
void nt_make_maps(struct nt_gen *g);
LLVMValueRef nt_map(struct nt_gen *g, const char *name);

/* build.c: shorthands over the builder. */
LLVMValueRef nt_i64(struct nt_gen *g, uint64_t value);
LLVMValueRef nt_i32(struct nt_gen *g, uint32_t value);
LLVMValueRef nt_true(struct nt_gen *g);
LLVMValueRef nt_false(struct nt_gen *g);
LLVMBasicBlockRef nt_block_new(struct nt_gen *g, const char *name);
void nt_at(struct nt_gen *g, LLVMBasicBlockRef block); /* goes on building there */
void nt_jump(struct nt_gen *g, LLVMBasicBlockRef to);  /* unless the block has ended */
/* On the stack, of which there are 512 bytes. nt_scratch: up to NT_MAX_WORDS + 1 words, the same
 * room each time: what is in it must be read before anything else is lowered. nt_fit_scratch: it
 * is as wide as was asked for, once all of a program is lowered. */
LLVMValueRef nt_room(struct nt_gen *g, uint32_t words, const char *name);
LLVMValueRef nt_scratch(struct nt_gen *g, uint32_t words);
void nt_fit_scratch(struct nt_gen *g);
LLVMValueRef nt_word_at(struct nt_gen *g, LLVMValueRef base, uint32_t word); /* address */
LLVMValueRef nt_byte_at(struct nt_gen *g, LLVMValueRef base, int64_t offset);
LLVMValueRef nt_get(struct nt_gen *g, LLVMTypeRef type, LLVMValueRef at);
void nt_put(struct nt_gen *g, LLVMValueRef value, LLVMValueRef at);
LLVMValueRef nt_phi(struct nt_gen *g, LLVMTypeRef type, LLVMValueRef a, LLVMBasicBlockRef from_a,
                    LLVMValueRef b, LLVMBasicBlockRef from_b);
LLVMValueRef nt_both(struct nt_gen *g, LLVMValueRef a, LLVMValueRef b); /* i1 and; NULL is true */
LLVMValueRef nt_any_bit(struct nt_gen *g, LLVMValueRef bits, uint32_t mask); /* i1 */
LLVMValueRef nt_is_null(struct nt_gen *g, LLVMValueRef pointer);
/* Branches of which one way is hardly ever taken; see order.c. */
void nt_branch(struct nt_gen *g, LLVMValueRef cond, LLVMBasicBlockRef rare,
               LLVMBasicBlockRef usual);
void nt_branch_null(struct nt_gen *g, LLVMValueRef pointer, LLVMBasicBlockRef null,
                    LLVMBasicBlockRef some);
LLVMValueRef nt_zext(struct nt_gen *g, LLVMValueRef value);
/* A function of compiler/bpf/, by name. */
LLVMValueRef nt_rt(struct nt_gen *g, const char *name, LLVMValueRef *args, unsigned nargs);
void nt_set_location(struct nt_gen *g, struct nt_span at);

/* module.c: of a function of compiler/bpf/. */
void nt_make_inline(struct nt_gen *g, LLVMValueRef fn);
/* cast.c: gives the functions of bpf/rt.h their bodies that depend on the kernel. */
void nt_make_cast(struct nt_gen *g);

/* order.c */
void nt_order_blocks(struct nt_gen *g);

/* helpers.c: the kernel's helper functions. */
LLVMValueRef nt_map_lookup(struct nt_gen *g, LLVMValueRef map, LLVMValueRef key);
LLVMValueRef nt_map_lookup_index(struct nt_gen *g, const char *map, uint32_t index);
LLVMValueRef nt_map_update(struct nt_gen *g, LLVMValueRef map, LLVMValueRef key, LLVMValueRef value,
                           uint64_t flags);
void nt_map_delete(struct nt_gen *g, LLVMValueRef map, LLVMValueRef key);
LLVMValueRef nt_ktime(struct nt_gen *g);
LLVMValueRef nt_helper(struct nt_gen *g, unsigned id, LLVMTypeRef ret, LLVMValueRef *args,
                       unsigned nargs);
void nt_count(struct nt_gen *g, enum nt_counter counter);
