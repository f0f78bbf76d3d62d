/* Prints a pcapng file: `pcapng FILE` writes a line for each packet: interface, bytes caught, bytes
 * there were, comment, the bytes in hexadecimal digits. Reads what the format allows ntrace to
 * write, strictly: exit code 1 when a block is not as the standard has it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6, MAX_BLOCK = 1 << 16, MAX_INTERFACES = 64 };

static char names[MAX_INTERFACES][17];
static uint32_t ninterfaces;

static void must(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "pcapng: %s\n", what);
    exit(1);
}

/* The option of that code behind the fixed part, or NULL; checks all of them. */
static const uint8_t *option(const uint8_t *at, const uint8_t *end, uint16_t code,
                             uint16_t *ret_len)
{
    const uint8_t *found = NULL;

    while (at < end) {
        uint16_t head[2];

        must(end - at >= 4, "an option is cut short");
        memcpy(head, at, 4);
        must(at + 4 + (head[1] + 3u) / 4 * 4 <= end, "an option reaches beyond its block");
        if (head[0] == 0) {
            must(head[1] == 0 && at + 4 == end, "something is behind the end of the options");
            return found;
        }
        if (head[0] == code) {
            found = at + 4;
            *ret_len = head[1];
        }
        at += 4 + (head[1] + 3u) / 4 * 4;
    }
    must(at == end, "the options have no end");
    return found;
}

static void take_section(const uint8_t *block, const uint8_t *end)
{
    uint32_t magic;

    must(end - block == 16, "the section header has another length");
    memcpy(&magic, block, 4);
    must(magic == 0x1a2b3c4d && block[4] == 1 && block[6] == 0, "no section of version 1.0");
}

static void take_interface(const uint8_t *block, const uint8_t *end)
{
    uint16_t link, len = 0;
    const uint8_t *name = option(block + 8, end, 2, &len), *resolution;

    memcpy(&link, block, 2);
    must(link == 1, "the link type is not Ethernet");
    must(name && len < 17 && ninterfaces < MAX_INTERFACES, "an interface has no name");
    memcpy(names[ninterfaces++], name, len);
    resolution = option(block + 8, end, 9, &len);
    must(resolution && *resolution == 9, "times are not in ns");
}

static void take_packet(const uint8_t *block, const uint8_t *end)
{
    uint32_t head[5];
    uint16_t len = 0;
    const uint8_t *comment;

    must(end - block >= 20, "a packet's block is cut short");
    memcpy(head, block, sizeof(head));
    must(head[0] < ninterfaces, "a packet's interface is not there");
    must(head[1] > 0x10000000, "a packet's time is long ago");
    must(head[3] <= head[4] && block + 20 + head[3] <= end, "a packet's lengths are wrong");
    comment = option(block + 20 + (head[3] + 3) / 4 * 4, end, 1, &len);
    printf("%s %u %u %.*s ", names[head[0]], head[3], head[4], len, comment ? (char *)comment : "");
    for (uint32_t i = 0; i < head[3]; i++)
        printf("%02x", block[20 + i]);
    putchar('\n');
}

int main(int argc, char **argv)
{
    static uint8_t block[MAX_BLOCK];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    uint32_t head[2], last;
    int first = 1;

    must(file != NULL, "there is no such file");
    while (fread(head, 1, 8, file) == 8) {
        uint8_t *end = block + head[1] - 12;

        must(head[1] >= 12 && head[1] % 4 == 0 && head[1] <= MAX_BLOCK,
             "a block's length is wrong");
        must(fread(block, 1, head[1] - 12, file) == head[1] - 12, "a block is cut short");
        must(fread(&last, 1, 4, file) == 4 && last == head[1], "a block does not end as it began");
        must(!first == (head[0] != SECTION), "the section header does not stand first");
        first = 0;
        if (head[0] == SECTION)
            take_section(block, end);
        else if (head[0] == INTERFACE)
            take_interface(block, end);
        else if (head[0] == PACKET)
            take_packet(block, end);
        else
            must(0, "a block of another kind");
    }
    must(!first, "the file is empty");
    return 0;
}
