#include "runtime/nic.h"
#include "runtime/cleanup.h"

#include <inttypes.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* What every device has: /sys/class/net/eth0/statistics/rx_dropped. */
static bool standard_counter(const char *dev, const char *counter, uint64_t *ret_value)
{
    char path[256];
    bool read;
    FILE *f;

    if (strchr(dev, '/') || strchr(counter, '/') || *dev == '.')
        return false;
    snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s", dev, counter);
    f = fopen(path, "re");
    if (!f)
        return false;
    read = fscanf(f, "%" SCNu64, ret_value) == 1;
    fclose(f);
    return read;
}

static bool ask(int fd, const char *dev, void *data)
{
    struct ifreq request = {.ifr_data = data};

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", dev);
    return ioctl(fd, SIOCETHTOOL, &request) == 0;
}

static uint32_t count_of_driver(int fd, const char *dev)
{
    struct ethtool_sset_info *set = calloc(1, sizeof(*set) + sizeof(uint32_t));
    uint32_t n = 0;

    if (set) {
        set->cmd = ETHTOOL_GSSET_INFO;
        set->sset_mask = 1ull << ETH_SS_STATS;
        n = ask(fd, dev, set) && set->sset_mask ? set->data[0] : 0;
    }
    free(set);
    return n;
}

/* What its driver counts beside: n names, then n numbers, in one order. */
static bool driver_counter(const char *dev, const char *counter, uint64_t *ret_value)
{
    NT_FD_AUTO fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    uint32_t n = fd < 0 ? 0 : count_of_driver(fd, dev);
    struct ethtool_gstrings *names = calloc(1, sizeof(*names) + (size_t)n * ETH_GSTRING_LEN);
    struct ethtool_stats *numbers = calloc(1, sizeof(*numbers) + n * sizeof(uint64_t));
    bool found = false;

    if (n && names && numbers) {
        *names = (struct ethtool_gstrings){
            .cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_STATS, .len = n};
        *numbers = (struct ethtool_stats){.cmd = ETHTOOL_GSTATS, .n_stats = n};
        if (!ask(fd, dev, names) || !ask(fd, dev, numbers))
            n = 0;
        for (uint32_t i = 0; i < n && !found; i++) {
            const char *name = (const char *)names->data + (size_t)i * ETH_GSTRING_LEN;

            found = strncmp(name, counter, ETH_GSTRING_LEN) == 0;
            if (found)
                *ret_value = numbers->data[i];
        }
    }
    free(names);
    free(numbers);
    return found;
}

bool nt_nic_counter(const char *dev, const char *counter, uint64_t *ret_value)
{
    return standard_counter(dev, counter, ret_value) || driver_counter(dev, counter, ret_value);
}
