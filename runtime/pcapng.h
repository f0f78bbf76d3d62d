/* Captured packets as a pcapng file (draft-ietf-opsawg-pcapng), which Wireshark and tcpdump read:
 * link type Ethernet, an interface block for each device, times in ns, the event as each packet's
 * comment. */
#pragma once

#include "runtime/decode.h"

struct nt_pcapng;

/* Begins the file: 0 or -errno. */
int nt_pcapng_open(const char *path, struct nt_pcapng **ret_file);
/* Accepts NULL, sets NULL. */
void nt_pcapng_close(struct nt_pcapng **file);
/* A row of a capture; time: ns since the epoch. 0 or -errno. */
int nt_pcapng_packet(struct nt_pcapng *file, const struct nt_ring_row *row, uint64_t time);
int nt_pcapng_flush(struct nt_pcapng *file);
