/* A tap device with a writer and a reader behind it, in the place of a virtual machine:
 *
 *   tap IFACE QUEUES [tun]
 *                         makes the device, with so many queues, says "ready", then does what its
 *                         standard input says, a line each, and answers each with a line. tun: its
 *                         frames have no Ethernet header
 *
 *   write QUEUE N HEX     so many frames of these bytes come from the machine: "ok"
 *   read QUEUE N          takes so many frames that wait for the machine, and waits for them up to
 *                         20 s: how many it took
 *   serve on|off          takes whatever comes, on all queues, until told to stop: "ok"
 *   came                  how many frames were taken until now, for each queue
 *
 * At first nobody reads: of N packets a queue's ring keeps as many as the device's txqueuelen says,
 * and the kernel drops the rest or stops its queue. The device goes when the input ends. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MAX_QUEUES = 16, MAX_FRAME = 1 << 16, PATIENCE_MS = 20000 };

static struct {
    int fd[MAX_QUEUES];
    unsigned long came[MAX_QUEUES];
    unsigned n;
    bool serves;
} tap;

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "tap: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void open_tap(const char *iface, unsigned queues, short kind)
{
    struct ifreq request = {
        .ifr_flags = (short)(kind | IFF_NO_PI | (queues > 1 ? IFF_MULTI_QUEUE : 0)),
    };

    check(queues > 0 && queues <= MAX_QUEUES && strlen(iface) < IFNAMSIZ, "arguments");
    memcpy(request.ifr_name, iface, strlen(iface));
    for (; tap.n < queues; tap.n++) {
        int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

        check(fd >= 0, "/dev/net/tun");
        check(ioctl(fd, TUNSETIFF, &request) == 0, iface);
        tap.fd[tap.n] = fd;
    }
}

/* Takes one frame; false: none waits. */
static bool take(unsigned queue)
{
    static char frame[MAX_FRAME];

    if (read(tap.fd[queue], frame, sizeof(frame)) <= 0)
        return false;
    tap.came[queue]++;
    return true;
}

static unsigned take_some(unsigned queue, unsigned n)
{
    struct pollfd waits = {.fd = tap.fd[queue], .events = POLLIN};
    unsigned done = 0;

    while (done < n && poll(&waits, 1, PATIENCE_MS) > 0)
        while (done < n && take(queue))
            done++;
    return done;
}

static void give(unsigned queue, unsigned n, const char *hex)
{
    static uint8_t frame[MAX_FRAME];
    size_t len = 0;

    for (; hex[0] && hex[1] && len < sizeof(frame); hex += 2)
        check(sscanf(hex, "%2hhx", &frame[len++]) == 1, "hex");
    for (unsigned i = 0; i < n; i++)
        check(write(tap.fd[queue], frame, len) == (ssize_t)len, "write");
}

static void say_came(void)
{
    for (unsigned q = 0; q < tap.n; q++)
        printf("%s%lu", q ? " " : "", tap.came[q]);
    puts("");
}

static void obey(const char *line)
{
    static char hex[2 * MAX_FRAME + 1];
    unsigned queue, n;

    if (sscanf(line, "write %u %u %131072s", &queue, &n, hex) == 3 && queue < tap.n) {
        give(queue, n, hex);
        puts("ok");
    } else if (sscanf(line, "read %u %u", &queue, &n) == 2 && queue < tap.n) {
        printf("%u\n", take_some(queue, n));
    } else if (strcmp(line, "serve on") == 0 || strcmp(line, "serve off") == 0) {
        tap.serves = strcmp(line, "serve on") == 0;
        puts("ok");
    } else if (strcmp(line, "came") == 0) {
        say_came();
    } else {
        printf("what is '%s'?\n", line);
    }
    fflush(stdout);
}

/* Frames that wait for the machine, and lines of the input, whichever comes first. */
static void wait_for_either(void)
{
    struct pollfd waits[MAX_QUEUES + 1] = {{.fd = STDIN_FILENO, .events = POLLIN}};

    for (unsigned q = 0; q < tap.n; q++)
        waits[q + 1] = (struct pollfd){.fd = tap.serves ? tap.fd[q] : -1, .events = POLLIN};
    poll(waits, tap.n + 1, -1);
    for (unsigned q = 0; tap.serves && q < tap.n; q++)
        while (take(q))
            ;
}

/* A byte at a time: what was read ahead of a line's end would escape poll(). */
static bool read_line(char *line, size_t size)
{
    size_t len = 0;
    char c;

    do {
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

        if (poll(&input, 1, 0) == 0) {
            wait_for_either();
            continue;
        }
        if (read(STDIN_FILENO, &c, 1) != 1)
            return false;
        check(len + 1 < size, "line");
        line[len++] = c;
    } while (len == 0 || line[len - 1] != '\n');
    line[len - 1] = '\0';
    return true;
}

int main(int argc, char **argv)
{
    static char line[2 * MAX_FRAME + 64];
    bool is_tun = argc == 4 && strcmp(argv[3], "tun") == 0;

    if (argc != 3 && !is_tun) {
        fprintf(stderr, "tap: see the top of tests/support/tap.c\n");
        return 2;
    }
    open_tap(argv[1], (unsigned)atoi(argv[2]), is_tun ? IFF_TUN : IFF_TAP);
    puts("ready");
    fflush(stdout);
    while (read_line(line, sizeof(line)))
        obey(line);
    return 0;
}
