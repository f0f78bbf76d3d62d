/* Plain C without includes, for programs in the kernel and for who reads them. */
#pragma once

/* What a probe counts about itself. */
enum nt_counter {
    NT_CNT_RING_FULL,  /* rows that found the ring full */
    NT_CNT_OTHERS,     /* updates that found a table full and went to (others) */
    NT_CNT_UNPARSED,   /* packets whose headers could not be read */
    NT_CNT_NO_PACKET,  /* calls without the packet that the event has */
    NT_CNT_NO_START,   /* latencies whose start was not seen */
    NT_CNT_NO_RETURN,  /* calls whose return was not seen */
    NT_CNT_HELD,       /* held back by limit or sample */
    NT_CNT_START_FULL, /* starts that found no room */
    NT_CNT_STACK,      /* stacks that could not be taken */
    NT_CNT_STATE_FULL, /* values of `@` that found no room */
    NT_CNT_MISSED, /* runs the kernel skipped: filled in by the runtime, from the kernel's count */
    NT_CNT_MAX,
};
