#include "runtime/loop.h"
#include "runtime/cleanup.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

struct source {
    struct source *next;
    int fd;
    bool timer; /* the fd is the loop's, and is read before the call */
    nt_loop_fn *fn;
    void *arg;
};

struct nt_loop {
    int epoll, signals;
    sigset_t old_mask;
    struct sigaction old_pipe;
    struct source *sources;
    bool stopped;
};

static int add(struct nt_loop *loop, uint32_t events, const struct source *source)
{
    struct source *s = malloc(sizeof(*s));
    struct epoll_event event = {.events = events, .data.ptr = s};

    if (!s)
        return -ENOMEM;
    *s = *source;
    s->next = loop->sources;
    loop->sources = s;
    return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, s->fd, &event) < 0 ? -errno : 0;
}

int nt_loop_on_input(struct nt_loop *loop, int fd, nt_loop_fn *fn, void *arg)
{
    return fd < 0 ? 0 : add(loop, EPOLLIN, &(struct source){.fd = fd, .fn = fn, .arg = arg});
}

int nt_loop_on_hangup(struct nt_loop *loop, int fd, nt_loop_fn *fn, void *arg)
{
    int r = add(loop, 0, &(struct source){.fd = fd, .fn = fn, .arg = arg});

    return r == -EPERM ? 0 : r; /* plain files can't be waited for, and are never hung up */
}

static struct timespec timespec_of(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = ns % 1000000000};
}

static int add_timer(struct nt_loop *loop, const struct itimerspec *when, nt_loop_fn *fn, void *arg)
{
    struct source s = {.timer = true, .fn = fn, .arg = arg};
    int r;

    s.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (s.fd < 0)
        return -errno;
    if (timerfd_settime(s.fd, 0, when, NULL) < 0)
        r = -errno;
    else
        r = add(loop, EPOLLIN, &s);
    if (r < 0 && (!loop->sources || loop->sources->fd != s.fd))
        close(s.fd);
    return r;
}

int nt_loop_every(struct nt_loop *loop, uint64_t period, nt_loop_fn *fn, void *arg)
{
    struct timespec p = timespec_of(period);

    return add_timer(loop, &(struct itimerspec){.it_interval = p, .it_value = p}, fn, arg);
}

int nt_loop_after(struct nt_loop *loop, uint64_t delay, nt_loop_fn *fn, void *arg)
{
    return add_timer(loop, &(struct itimerspec){.it_value = timespec_of(delay)}, fn, arg);
}

/* The signal is left in the fd: it stays readable, which is what nt_loop_signals() is for. */
static int on_signal(void *arg)
{
    nt_loop_stop(arg);
    return 0;
}

/* What is still in the fd would be delivered when signals are let through again. */
static void take_signals(struct nt_loop *loop)
{
    struct signalfd_siginfo info;

    while (loop->signals >= 0 && read(loop->signals, &info, sizeof(info)) > 0)
        ;
}

static int catch_signals(struct nt_loop *loop)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_BLOCK, &mask, &loop->old_mask);
    sigaction(SIGPIPE, &ignore, &loop->old_pipe);
    loop->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    return loop->signals < 0 ? -errno : nt_loop_on_input(loop, loop->signals, on_signal, loop);
}

int nt_loop_open(struct nt_loop **ret_loop)
{
    struct nt_loop *loop = calloc(1, sizeof(*loop));
    int r;

    if (!loop)
        return -ENOMEM;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->signals = -1;
    r = catch_signals(loop);
    if (loop->epoll < 0 || r < 0) {
        nt_loop_close(&loop);
        return r < 0 ? r : -EMFILE;
    }
    *ret_loop = loop;
    return 0;
}

void nt_loop_close(struct nt_loop **loop)
{
    struct nt_loop *it = *loop;

    if (!it)
        return;
    while (it->sources) {
        struct source *s = it->sources;

        it->sources = s->next;
        if (s->timer)
            close(s->fd);
        free(s);
    }
    take_signals(it);
    nt_fd_close(&it->signals);
    nt_fd_close(&it->epoll);
    sigaction(SIGPIPE, &it->old_pipe, NULL);
    sigprocmask(SIG_SETMASK, &it->old_mask, NULL);
    free(it);
    *loop = NULL;
}

static int dispatch(const struct source *s)
{
    uint64_t expired;

    if (s->timer && read(s->fd, &expired, sizeof(expired)) < 0)
        return 0;
    return s->fn(s->arg);
}

int nt_loop_run(struct nt_loop *loop)
{
    while (!loop->stopped) {
        struct epoll_event events[16];
        int n = epoll_wait(loop->epoll, events, 16, -1);

        if (n < 0 && errno != EINTR)
            return -errno;
        for (int i = 0; i < n && !loop->stopped; i++) {
            int r = dispatch(events[i].data.ptr);

            if (r < 0)
                return r;
        }
    }
    return 0;
}

int nt_loop_signals(const struct nt_loop *loop)
{
    return loop->signals;
}

void nt_loop_stop(struct nt_loop *loop)
{
    loop->stopped = true;
}
