/* Makes exactly the traffic that a test asks for, and waits for none of it unless told to.
 *
 *   traffic udp ADDR PORT N [sport=P] [size=BYTES] [segment=BYTES] [flows=K] [badsum]
 *                                            datagrams, each with its own checksum; segment: handed
 *                                            over as one that is cut into such; flows: from each of
 *                                            K ports, P and the next, one every 5 ms
 *   traffic tcp ADDR PORT N                  connections, one after the other; says how many stood
 *   traffic send ADDR PORT BYTES             one connection that carries so many bytes
 *   traffic cut ADDR PORT                    one connection that ends with a reset
 *   traffic serve ADDR PORT N                takes N connections, reads each to its end
 *   traffic hold ADDR PORT                   a UDP socket that nobody reads, until killed
 *   traffic ping ADDR N [ID [read]]          ICMP echo requests; read: and their answers
 *   traffic arp IFACE ADDR N                 ARP requests for the address
 *   traffic frame IFACE HEX N                frames of these bytes, Ethernet header first
 *   traffic ring IFACE HEX N                 the same by a ring of packets, which leaves all
 *                                            behind the Ethernet header outside the linear part
 *   traffic tso IFACE 0|1                    whether the device cuts TCP by itself
 *
 * `netns=NAME` in front of the command: in that network namespace, without another process.
 *
 * ADDR is IPv4 or IPv6. serve and hold print "ready" when packets may come. Exit code 0 when all
 * that was asked for was sent. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum { MAX_FRAME = 9000 };

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t len;
};

struct options {
    unsigned sport, size, segment, flows;
    bool badsum;
};

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
    exit(1);
}

static unsigned number(const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    if (*text == '\0' || *end || n > 1000000000) {
        fprintf(stderr, "traffic: '%s' is no number\n", text);
        exit(2);
    }
    return (unsigned)n;
}

static struct address address(const char *text, unsigned port)
{
    struct address a = {.len = sizeof(a.v4)};

    if (inet_pton(AF_INET, text, &a.v4.sin_addr) == 1) {
        a.v4.sin_family = AF_INET;
        a.v4.sin_port = htons((uint16_t)port);
        return a;
    }
    if (inet_pton(AF_INET6, text, &a.v6.sin6_addr) != 1) {
        fprintf(stderr, "traffic: '%s' is no address\n", text);
        exit(2);
    }
    a.len = sizeof(a.v6);
    a.v6.sin6_family = AF_INET6;
    a.v6.sin6_port = htons((uint16_t)port);
    return a;
}

static int socket_or_exit(int family, int type, int protocol)
{
    int fd = socket(family, type, protocol);

    check(fd >= 0, "socket");
    return fd;
}

static struct options options(char **args)
{
    struct options o = {.sport = 0, .size = 8, .flows = 1};

    for (; *args; args++) {
        if (strncmp(*args, "sport=", 6) == 0)
            o.sport = number(*args + 6);
        else if (strncmp(*args, "size=", 5) == 0)
            o.size = number(*args + 5);
        else if (strncmp(*args, "segment=", 8) == 0)
            o.segment = number(*args + 8);
        else if (strncmp(*args, "flows=", 6) == 0)
            o.flows = number(*args + 6);
        else if (strcmp(*args, "badsum") == 0)
            o.badsum = true;
        else
            check((errno = EINVAL, false), *args);
    }
    check(o.size <= MAX_FRAME, "size");
    return o;
}

/* A checksum that cannot be right: the true one is never 1 for a datagram of zeros and these ports,
 * and 0 would mean "none". */
static void send_bad_udp(struct address to, unsigned port, unsigned n, const struct options *o)
{
    int fd = socket_or_exit(to.any.sa_family, SOCK_RAW, IPPROTO_UDP);
    char packet[sizeof(struct udphdr) + MAX_FRAME] = {0};
    struct udphdr h = {.source = htons((uint16_t)(o->sport ? o->sport : 40000)),
                       .dest = htons((uint16_t)port),
                       .len = htons((uint16_t)(sizeof(h) + o->size)),
                       .check = htons(1)};

    memcpy(packet, &h, sizeof(h));
    if (to.any.sa_family == AF_INET6)
        to.v6.sin6_port = 0; /* to a raw socket this is the protocol */
    for (unsigned i = 0; i < n; i++)
        check(sendto(fd, packet, sizeof(h) + o->size, 0, &to.any, to.len) > 0, "sendto");
    close(fd);
}

/* Not connected: an ICMP answer must not stop the next datagram. */
static void send_flow(struct address to, unsigned sport, unsigned n, const struct options *o)
{
    struct address from = address(to.any.sa_family == AF_INET ? "0.0.0.0" : "::", sport);
    static const char data[MAX_FRAME];
    int one = 1, segment = (int)o->segment;
    int fd = socket_or_exit(to.any.sa_family, SOCK_DGRAM, 0);

    /* Two may send from one port at a time. */
    check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0, "setsockopt");
    check(bind(fd, &from.any, from.len) == 0, "bind");
    if (segment)
        check(setsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment)) == 0, "UDP_SEGMENT");
    for (unsigned i = 0; i < n; i++)
        check(sendto(fd, data, o->size, 0, &to.any, to.len) >= 0, "sendto");
    close(fd);
}

static void send_udp(char **args)
{
    unsigned port = number(args[1]), n = number(args[2]);
    struct address to = address(args[0], port);
    struct options o = options(args + 3);

    if (o.badsum) {
        send_bad_udp(to, port, n, &o);
        return;
    }
    for (unsigned i = 0; i < o.flows; i++) {
        if (i > 0)
            usleep(5000);
        send_flow(to, o.sport ? o.sport + i : 0, n, &o);
    }
}

static void open_tcp(char **args)
{
    struct address to = address(args[0], number(args[1]));
    unsigned n = number(args[2]), stood = 0;

    for (unsigned i = 0; i < n; i++) {
        int fd = socket_or_exit(to.any.sa_family, SOCK_STREAM, 0);
        stood += connect(fd, &to.any, to.len) == 0;
        close(fd);
    }
    printf("%u\n", stood);
}

static void send_tcp(char **args)
{
    struct address to = address(args[0], number(args[1]));
    size_t left = number(args[2]);
    static char data[1 << 16];
    int fd = socket_or_exit(to.any.sa_family, SOCK_STREAM, 0);
    ssize_t n;

    check(connect(fd, &to.any, to.len) == 0, "connect");
    for (; left > 0; left -= (size_t)n) {
        n = write(fd, data, left < sizeof(data) ? left : sizeof(data));
        check(n > 0, "write");
    }
    /* The other side closes when it has read all. */
    check(shutdown(fd, SHUT_WR) == 0, "shutdown");
    check(read(fd, data, sizeof(data)) == 0, "read");
    close(fd);
}

static void cut_tcp(char **args)
{
    struct address to = address(args[0], number(args[1]));
    struct linger none = {.l_onoff = 1};
    int fd = socket_or_exit(to.any.sa_family, SOCK_STREAM, 0);

    check(connect(fd, &to.any, to.len) == 0, "connect");
    check(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)) == 0, "setsockopt");
    close(fd);
}

static void say_ready(void)
{
    puts("ready");
    fflush(stdout);
}

static void serve_tcp(char **args)
{
    struct address own = address(args[0], number(args[1]));
    unsigned n = number(args[2]);
    int one = 1, fd = socket_or_exit(own.any.sa_family, SOCK_STREAM, 0);
    static char data[1 << 16];
    unsigned long long total = 0;
    ssize_t got;

    check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0, "setsockopt");
    check(bind(fd, &own.any, own.len) == 0, "bind");
    check(listen(fd, 128) == 0, "listen");
    say_ready();
    for (unsigned i = 0; i < n; i++) {
        int peer = accept(fd, NULL, NULL);
        check(peer >= 0, "accept");
        while ((got = read(peer, data, sizeof(data))) > 0)
            total += (unsigned long long)got;
        close(peer);
    }
    close(fd);
    printf("%llu\n", total);
}

static void hold_udp(char **args)
{
    struct address own = address(args[0], number(args[1]));
    int small = 1, fd = socket_or_exit(own.any.sa_family, SOCK_DGRAM, 0);

    check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)) == 0, "setsockopt");
    check(bind(fd, &own.any, own.len) == 0, "bind");
    say_ready();
    for (;;)
        pause();
}

static uint16_t sum_of(const void *data, size_t len)
{
    const uint8_t *b = data;
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < len; i += 2)
        sum += (uint32_t)(b[i] << 8 | b[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return htons((uint16_t)~sum);
}

/* Reads as many answers of that id as are there within 10 seconds of silence. */
static void read_answers(int fd, bool v4, uint16_t id, unsigned n)
{
    struct timeval patience = {.tv_sec = 10};
    uint8_t data[256];

    check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0, "setsockopt");
    while (n > 0) {
        const struct icmphdr *h = (const struct icmphdr *)(data + (v4 ? 20 : 0));

        check(recv(fd, data, sizeof(data), 0) >= (v4 ? 28 : 8), "recv");
        if (h->type == (v4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) && h->un.echo.id == id)
            n--;
    }
}

static void ping(char **args)
{
    struct address to = address(args[0], 0);
    unsigned n = number(args[1]);
    bool v4 = to.any.sa_family == AF_INET;
    int fd = socket_or_exit(to.any.sa_family, SOCK_RAW, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
    uint16_t id = htons((uint16_t)(args[2] ? number(args[2]) : 0x7777));

    for (unsigned i = 0; i < n; i++) {
        /* Both versions have type, code, checksum, id and sequence in the same places. */
        struct icmphdr h = {.type = v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST};
        h.un.echo.id = id;
        h.un.echo.sequence = htons((uint16_t)(i + 1));
        h.checksum = v4 ? sum_of(&h, sizeof(h)) : 0; /* ICMPv6: the kernel's */
        check(sendto(fd, &h, sizeof(h), 0, &to.any, to.len) == sizeof(h), "sendto");
    }
    if (args[2] && args[3])
        read_answers(fd, v4, id, n);
    close(fd);
}

static struct sockaddr_ll link_of(const char *iface)
{
    struct sockaddr_ll ll = {.sll_family = AF_PACKET};

    ll.sll_ifindex = (int)if_nametoindex(iface);
    check(ll.sll_ifindex > 0, iface);
    return ll;
}

static void send_frames(const char *iface, const uint8_t *data, size_t len, unsigned n)
{
    struct sockaddr_ll ll = link_of(iface);
    int fd = socket_or_exit(AF_PACKET, SOCK_RAW, 0);

    ll.sll_halen = ETH_ALEN;
    memcpy(ll.sll_addr, data, ETH_ALEN);
    for (unsigned i = 0; i < n; i++)
        check(sendto(fd, data, len, 0, (struct sockaddr *)&ll, sizeof(ll)) == (ssize_t)len,
              "sendto");
    close(fd);
}

static size_t from_hex(const char *at, uint8_t *ret_data)
{
    size_t len = 0;
    int used;

    for (; *at && len < MAX_FRAME; at += used)
        check(sscanf(at, "%2hhx%n", &ret_data[len++], &used) == 1 && used == 2, "hex");
    check(len >= ETH_HLEN, "frame");
    return len;
}

static void frame(char **args)
{
    uint8_t data[MAX_FRAME];
    size_t len = from_hex(args[1], data);

    send_frames(args[0], data, len, number(args[2]));
}

static void ring(char **args)
{
    enum { SLOT = 1 << 14 };
    struct tpacket_req request = {
        .tp_block_size = SLOT, .tp_block_nr = 1, .tp_frame_size = SLOT, .tp_frame_nr = 1};
    struct sockaddr_ll ll = link_of(args[0]);
    int fd = socket_or_exit(AF_PACKET, SOCK_RAW, 0);
    struct tpacket_hdr *slot;

    check(setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &request, sizeof(request)) == 0, "TX_RING");
    check(bind(fd, (struct sockaddr *)&ll, sizeof(ll)) == 0, "bind");
    slot = mmap(NULL, SLOT, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    check(slot != MAP_FAILED, "mmap");
    for (unsigned i = 0, n = number(args[2]); i < n; i++) {
        uint8_t *data = (uint8_t *)slot + TPACKET_ALIGN(sizeof(*slot));

        slot->tp_len = (unsigned)from_hex(args[1], data);
        slot->tp_status = TP_STATUS_SEND_REQUEST;
        check(send(fd, NULL, 0, 0) >= 0, "send"); /* until it is sent */
    }
    close(fd);
}

static void arp(char **args)
{
    static const uint8_t fixed[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* to all */
                                    2,    0,    0,    0,    0x77, 0x99, /* from */
                                    8,    6,                            /* ARP */
                                    0,    1,    8,    0,    6,    4,    0, 1, 2, 0, 0, 0,
                                    0x77, 0x99, 0,    0,    0,    0,    0, 0, 0, 0, 0, 0};
    struct address whose = address(args[1], 0);
    uint8_t data[sizeof(fixed) + 4];

    check(whose.any.sa_family == AF_INET, "arp needs IPv4");
    memcpy(data, fixed, sizeof(fixed));
    memcpy(data + sizeof(fixed), &whose.v4.sin_addr, 4);
    send_frames(args[0], data, sizeof(data), number(args[2]));
}

static void set_tso(char **args)
{
    struct ethtool_value value = {.cmd = ETHTOOL_STSO, .data = number(args[1])};
    struct ifreq request = {.ifr_data = (char *)&value};
    int fd = socket_or_exit(AF_INET, SOCK_DGRAM, 0);

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", args[0]);
    check(ioctl(fd, SIOCETHTOOL, &request) == 0, args[0]);
    close(fd);
}

static const struct command {
    const char *name;
    int args; /* needed */
    void (*run)(char **args);
} commands[] = {
    {"udp", 3, send_udp},    {"tcp", 3, open_tcp},  {"send", 3, send_tcp}, {"cut", 2, cut_tcp},
    {"serve", 3, serve_tcp}, {"hold", 2, hold_udp}, {"ping", 2, ping},     {"arp", 3, arp},
    {"frame", 3, frame},     {"tso", 2, set_tso},   {"ring", 3, ring},
};

static void enter_namespace(const char *name)
{
    char path[256];
    int fd;

    snprintf(path, sizeof(path), "/run/netns/%s", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    check(fd >= 0 && setns(fd, CLONE_NEWNET) == 0, path);
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strncmp(argv[1], "netns=", 6) == 0) {
        enter_namespace(argv[1] + 6);
        argv++;
        argc--;
    }
    for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0 && argc - 2 >= commands[i].args) {
            commands[i].run(argv + 2);
            return 0;
        }
    fprintf(stderr, "traffic: see the top of tests/support/traffic.c\n");
    return 2;
}
