/* Runs that the kernel skipped, as far as it counts them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Of a program: it was running on that CPU already. 0 before 5.12. */
uint64_t nt_program_missed(int fd);
/* Of a program's place at a kprobe or kretprobe: within another one, or more calls were open than
 * there is room for. 0 before 6.7, and for other links. */
uint64_t nt_link_missed(int fd);
/* Does the kernel count the runs that it skips at this link, which is a kprobe's, kretprobe's or
 * tracepoint's? From 6.7 on. */
bool nt_link_counts(int fd);
