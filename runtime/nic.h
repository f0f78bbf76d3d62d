/* Counters of network devices, as `ip -s link` and `ethtool -S` show them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* False: there is no such device here, or it has no such counter. */
bool nt_nic_counter(const char *dev, const char *counter, uint64_t *ret_value);
