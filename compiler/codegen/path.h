/* What the files path*.c share: how a stage finds, reads and ends the entry of its thing. */
#pragma once

#include "compiler/codegen/gen.h"

/* A key of a stage as this event has it. */
struct nt_stage_key {
    const struct nt_path_key *key;
    struct nt_val part[NT_MAX_PATH_KEYS];
    LLVMValueRef there; /* NULL: always */
};

/* path_key.c */
void nt_stage_lower_key(struct nt_gen *g, const struct nt_path_key *key,
                        struct nt_stage_key *ret_key);
void nt_stage_put_key(struct nt_gen *g, const struct nt_path *p, const struct nt_stage_key *k,
                      LLVMValueRef to);
/* Where a key stands that is looked up, the id that it leads to, and that of an entry that ends. */
LLVMValueRef nt_stage_key_room(struct nt_gen *g);
LLVMValueRef nt_stage_id_room(struct nt_gen *g);
LLVMValueRef nt_stage_ending_room(struct nt_gen *g);
/* Goes on where the key is there, or at `absent`. */
void nt_stage_want_key(struct nt_gen *g, const struct nt_stage_key *k, LLVMBasicBlockRef absent);
/* The entry of the first key that has one, its id in the id's room; or on at `none`. Keys that are
 * not lowered yet (NULL) are, on the way. */
LLVMValueRef nt_stage_find(struct nt_gen *g, const struct nt_step *step,
                           struct nt_stage_key *lowered, LLVMBasicBlockRef none);

/* path_entry.c */
void nt_stage_count(struct nt_gen *g, const struct nt_step *step, enum nt_path_counter counter);
/* Goes on where yes is true, or at no. */
void nt_stage_only_if(struct nt_gen *g, LLVMValueRef yes, LLVMBasicBlockRef no);
/* What bodies read of an entry that may be gone: its notes, and the rest of it. */
void nt_stage_copy_notes(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry);
void nt_stage_read(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry);
/* What bodies want kept of this stage goes into the entry. */
void nt_stage_take_notes(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry);
/* Goes on where this program ends it, or at `other`, where another did. */
void nt_stage_end(struct nt_gen *g, const struct nt_step *step, LLVMValueRef entry, LLVMValueRef id,
                  LLVMBasicBlockRef other);
void nt_stage_count_late(struct nt_gen *g, const struct nt_step *step, LLVMValueRef id);
