/* A flow from one network namespace into another, and what came through: what a tracer takes from
 * it is what scripts/bench looks for.
 *
 *   flow sink ADDR              takes datagrams, TCP streams and echoes on ports 7000 to 7002; says
 * "ready" flow udp ADDR MS            datagrams of 200 bytes for MS ms; prints how many were sent a
 * second flow tcp ADDR MS            a stream; prints bytes a second flow rtt ADDR MS datagrams
 * there and back, one at a time; prints ns each, the median */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { UDP_PORT = 7000, TCP_PORT, ECHO_PORT };
enum { DATAGRAM = 200, CHUNK = 64 << 10, MAX_ECHOES = 1000000 };

static char buffer[CHUNK];

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "flow: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int open_socket(int type, const char *addr, int port, bool bound)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, type, 0), yes = 1;

    check(fd >= 0 && inet_pton(AF_INET, addr, &to.sin_addr) == 1, addr);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bound)
        check(bind(fd, (struct sockaddr *)&to, sizeof(to)) == 0, "bind");
    else
        check(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0, "connect");
    return fd;
}

static void echo(int fd)
{
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    ssize_t n = recvfrom(fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &len);

    if (n >= 0)
        sendto(fd, buffer, (size_t)n, 0, (struct sockaddr *)&from, len);
}

static void sink(const char *addr)
{
    struct pollfd fds[] = {
        {.fd = open_socket(SOCK_DGRAM, addr, UDP_PORT, true), .events = POLLIN},
        {.fd = open_socket(SOCK_STREAM, addr, TCP_PORT, true), .events = POLLIN},
        {.fd = open_socket(SOCK_DGRAM, addr, ECHO_PORT, true), .events = POLLIN},
        {.fd = -1, .events = POLLIN}, /* the stream that there is */
    };

    check(listen(fds[1].fd, 4) == 0, "listen");
    puts("ready");
    fflush(stdout);
    while (poll(fds, 4, -1) > 0) {
        if (fds[0].revents)
            recv(fds[0].fd, buffer, sizeof(buffer), MSG_DONTWAIT);
        if (fds[1].revents && fds[3].fd < 0)
            fds[3].fd = accept(fds[1].fd, NULL, NULL);
        if (fds[2].revents)
            echo(fds[2].fd);
        if (fds[3].revents && recv(fds[3].fd, buffer, sizeof(buffer), 0) <= 0) {
            close(fds[3].fd);
            fds[3].fd = -1;
        }
    }
}

static void send_for(int fd, size_t size, uint64_t ns)
{
    uint64_t begin = now_ns(), end = begin + ns, sent = 0, at;

    do {
        ssize_t n = send(fd, buffer, size, 0);

        check(n >= 0 || errno == ECONNREFUSED, "send");
        sent += n > 0 ? (uint64_t)n : 0;
        at = now_ns();
    } while (at < end);
    printf("%.0f\n", (double)sent / (size == DATAGRAM ? DATAGRAM : 1) * 1e9 / (double)(at - begin));
}

static int compare(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void round_trips(int fd, uint64_t ns)
{
    uint32_t *each = calloc(MAX_ECHOES, sizeof(*each)), n = 0;
    uint64_t end = now_ns() + ns, sent;

    check(each != NULL, "memory");
    do {
        sent = now_ns();
        check(send(fd, buffer, DATAGRAM, 0) == DATAGRAM, "send");
        check(recv(fd, buffer, sizeof(buffer), 0) == DATAGRAM, "receive");
        each[n++] = (uint32_t)(now_ns() - sent);
    } while (now_ns() < end && n < MAX_ECHOES);
    qsort(each, n, sizeof(*each), compare);
    printf("%u\n", each[n / 2]);
    free(each);
}

int main(int argc, char **argv)
{
    uint64_t ns = argc > 3 ? strtoull(argv[3], NULL, 10) * 1000000 : 0;

    if (argc == 3 && strcmp(argv[1], "sink") == 0)
        sink(argv[2]);
    else if (argc == 4 && strcmp(argv[1], "udp") == 0)
        send_for(open_socket(SOCK_DGRAM, argv[2], UDP_PORT, false), DATAGRAM, ns);
    else if (argc == 4 && strcmp(argv[1], "tcp") == 0)
        send_for(open_socket(SOCK_STREAM, argv[2], TCP_PORT, false), CHUNK, ns);
    else if (argc == 4 && strcmp(argv[1], "rtt") == 0)
        round_trips(open_socket(SOCK_DGRAM, argv[2], ECHO_PORT, false), ns);
    else
        return fprintf(stderr, "usage: flow sink ADDR | flow udp|tcp|rtt ADDR MS\n"), 2;
    return 0;
}
