/* What a path keeps and counts, for programs in the kernel and for who reads them. Plain C without
 * includes.
 *
 * A thing that is followed has an entry: its id -> the words below, then a word of marks for each
 * stage, what bodies want kept, the times of the stages, and the keys that find it. A second map
 * leads from a key to the id. Ids are never used again, so a key that leads to an entry that is
 * gone leads nowhere. */
#pragma once

enum {
    NT_ENTRY_CLAIM,  /* id << 16 | stage before << 8 | stage reached; stages from 1, 0: none */
    NT_ENTRY_LAST,   /* when it was last seen, ns of CLOCK_MONOTONIC */
    NT_ENTRY_START,  /* when it entered the first stage */
    NT_ENTRY_JOINED, /* how many others go on as this one */
    NT_ENTRY_MARKS,  /* a word a stage: which of its kept values are there */
};

#define NT_CLAIM_STAGE(claim)  ((claim)&0xff)
#define NT_CLAIM_BEFORE(claim) ((claim) >> 8 & 0xff)
#define NT_CLAIM_OF(id)        ((id) << 16) /* what of an id is in the claim */

/* What became of what was started. Those that are open are the rest. */
enum nt_path_counter {
    NT_PATH_STARTED,
    NT_PATH_DONE,
    NT_PATH_AGAIN,   /* entered again before they were done */
    NT_PATH_JOINED,  /* went on as another */
    NT_PATH_EVICTED, /* found no room */
    NT_PATH_LATE,    /* came on after they had been called lost */
    NT_PATH_COUNTERS,
};
