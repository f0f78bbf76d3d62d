#include "runtime/pcapng.h"
#include "compiler/catalog/bytes.h"
#include "runtime/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6 };
enum { OPTION_END = 0, OPTION_COMMENT = 1, OPTION_NAME = 2, OPTION_RESOLUTION = 9 };
enum { ETHERNET = 1, HEADER = 14, TAG = 4, VLAN = 0x8100 };
enum { MAX_DEVICES = 1024, MAX_BLOCK = 8192 };

struct nt_pcapng {
    FILE *file;
    uint64_t device[MAX_DEVICES][2]; /* names, as ifname has them; the index is the interface's */
    uint32_t ndevices;
    uint8_t block[MAX_BLOCK]; /* being put together */
    uint32_t len;
};

/* Blocks: a type, a length, content in units of four bytes, the length again. Byte order is the
 * host's, as the section says. */

static void add(struct nt_pcapng *p, const void *bytes, uint32_t n)
{
    memcpy(p->block + p->len, bytes, n);
    p->len += n;
}

static void add32(struct nt_pcapng *p, uint32_t value)
{
    add(p, &value, sizeof(value));
}

static void add16(struct nt_pcapng *p, uint16_t value)
{
    add(p, &value, sizeof(value));
}

static void pad(struct nt_pcapng *p)
{
    static const uint8_t zeros[4];

    add(p, zeros, -p->len & 3);
}

static void add_option(struct nt_pcapng *p, uint16_t code, const void *value, uint16_t n)
{
    add16(p, code);
    add16(p, n);
    add(p, value, n);
    pad(p);
}

static void begin(struct nt_pcapng *p, uint32_t type)
{
    p->len = 0;
    add32(p, type);
    add32(p, 0);
}

static int end(struct nt_pcapng *p)
{
    uint32_t len = p->len + 4;

    memcpy(p->block + 4, &len, sizeof(len));
    add32(p, len);
    return fwrite(p->block, 1, p->len, p->file) == p->len ? 0 : -errno;
}

static int add_section(struct nt_pcapng *p)
{
    static const uint64_t unknown = UINT64_MAX;

    begin(p, SECTION);
    add32(p, 0x1a2b3c4d);
    add16(p, 1);
    add16(p, 0);
    add(p, &unknown, sizeof(unknown));
    return end(p);
}

static int add_interface(struct nt_pcapng *p, const char *name)
{
    static const uint8_t nanoseconds = 9;

    begin(p, INTERFACE);
    add16(p, ETHERNET);
    add16(p, 0);
    add32(p, 0);
    add_option(p, OPTION_NAME, name, (uint16_t)strnlen(name, 16));
    add_option(p, OPTION_RESOLUTION, &nanoseconds, 1);
    add_option(p, OPTION_END, "", 0);
    return end(p);
}

/* The interface of a device, made when it is new. */
static int interface_of(struct nt_pcapng *p, const struct nt_value *dev, uint32_t *ret_index)
{
    static const char unknown[16] = "-";
    uint64_t name[2];

    memcpy(name, dev->shape == NT_SHAPE_ABSENT ? (const void *)unknown : dev->w, sizeof(name));
    for (*ret_index = 0; *ret_index < p->ndevices; ++*ret_index)
        if (memcmp(p->device[*ret_index], name, sizeof(name)) == 0)
            return 0;
    if (p->ndevices == MAX_DEVICES) { /* more than any host has: the last stands for the rest */
        *ret_index = MAX_DEVICES - 1;
        return 0;
    }
    memcpy(p->device[p->ndevices++], name, sizeof(name));
    return add_interface(p, (const char *)name);
}

static void add_be16(struct nt_pcapng *p, uint64_t value)
{
    add(p, (const uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static void add_mac(struct nt_pcapng *p, const struct nt_value *mac)
{
    uint64_t value = mac->shape == NT_SHAPE_ABSENT ? 0 : mac->w[0];

    for (int shift = 40; shift >= 0; shift -= 8)
        add(p, (const uint8_t[]){(uint8_t)(value >> shift)}, 1);
}

/* The frame, put together again: addresses that are not known are zeros. */
static void add_frame(struct nt_pcapng *p, const struct nt_value *v, bool tagged)
{
    add_mac(p, &v[NT_CAPTURE_DST]);
    add_mac(p, &v[NT_CAPTURE_SRC]);
    if (tagged) {
        add_be16(p, VLAN);
        add_be16(p, v[NT_CAPTURE_TAG].w[0] & 0xefff); /* the bit in between is the kernel's own */
    }
    add_be16(p, v[NT_CAPTURE_TYPE].shape == NT_SHAPE_ABSENT ? 0 : v[NT_CAPTURE_TYPE].w[0]);
    if (v[NT_CAPTURE_BYTES].shape != NT_SHAPE_ABSENT)
        add(p, nt_bytes_at(v[NT_CAPTURE_BYTES].kept), nt_bytes_len(v[NT_CAPTURE_BYTES].kept));
}

int nt_pcapng_packet(struct nt_pcapng *p, const struct nt_ring_row *row, uint64_t time)
{
    const struct nt_value *v = row->values;
    bool tagged =
        v[NT_CAPTURE_TAG].shape != NT_SHAPE_ABSENT && (int64_t)v[NT_CAPTURE_TAG].w[0] >= 0;
    uint32_t head = HEADER + (tagged ? TAG : 0), caught = head, whole, index;
    int r = interface_of(p, &v[NT_CAPTURE_DEV], &index);

    if (r < 0)
        return r;
    if (v[NT_CAPTURE_BYTES].shape != NT_SHAPE_ABSENT)
        caught += nt_bytes_len(v[NT_CAPTURE_BYTES].kept);
    whole = v[NT_CAPTURE_LEN].shape == NT_SHAPE_ABSENT ? caught : (uint32_t)v[NT_CAPTURE_LEN].w[0];
    whole += tagged ? TAG : 0;
    begin(p, PACKET);
    add32(p, index);
    add32(p, (uint32_t)(time >> 32));
    add32(p, (uint32_t)time);
    add32(p, caught);
    add32(p, whole > caught ? whole : caught);
    add_frame(p, v, tagged);
    pad(p);
    add_option(p, OPTION_COMMENT, row->record->event, (uint16_t)strlen(row->record->event));
    add_option(p, OPTION_END, "", 0);
    return end(p);
}

int nt_pcapng_open(const char *path, struct nt_pcapng **ret_file)
{
    NT_AUTO(nt_pcapng_close) struct nt_pcapng *p = calloc(1, sizeof(*p));
    int r;

    if (!p)
        return -ENOMEM;
    p->file = fopen(path, "wbe");
    if (!p->file)
        return -errno;
    r = add_section(p);
    if (r == 0)
        *ret_file = NT_TAKE(p);
    return r;
}

int nt_pcapng_flush(struct nt_pcapng *p)
{
    return fflush(p->file) == 0 ? 0 : -errno;
}

void nt_pcapng_close(struct nt_pcapng **file)
{
    if (*file && (*file)->file)
        fclose((*file)->file);
    free(*file);
    *file = NULL;
}
