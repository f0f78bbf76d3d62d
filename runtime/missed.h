/* Runs that the kernel skipped, as far as it counts them. */
#pragma once

#include <stdint.h>

/* Of a program: it was running on that CPU already. 0 before 5.12. */
uint64_t nt_program_missed(int fd);
/* Of a program's place at a kprobe or kretprobe: within another one, or more calls were open than
 * there is room for. 0 before 6.7, and for other links. */
uint64_t nt_link_missed(int fd);
