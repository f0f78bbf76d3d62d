/* A program with functions and probes of its own, for tests that trace user code:
 *
 *   called N             calls each function and passes each probe N times
 *   called hold N        the same, says so, and ends once its input does
 *
 * add(i, 2, text) gives i + 2; nest(3) calls itself three times; nap() takes 2 ms. The probes are
 * nt:point with (int i, unsigned char i, -i as long, 7), at two places with other operands, and
 * nt:guarded, passed only while its semaphore is not 0. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __clang__ /* makes no clones, and does not know the word */
#define KEPT static __attribute__((noinline, used))
#else
#define KEPT static __attribute__((noinline, noclone, used))
#endif

unsigned short nt_guarded_semaphore __attribute__((section(".probes"), used));

/* A note as systemtap's sys/sdt.h makes it; a semaphore of 0 is none. */
#define NOTE(name, semaphore, args)                                                                \
    "990: nop\n"                                                                                   \
    ".pushsection .note.stapsdt,\"\",\"note\"\n"                                                   \
    ".balign 4\n"                                                                                  \
    ".4byte 992f-991f, 994f-993f, 3\n"                                                             \
    "991: .asciz \"stapsdt\"\n"                                                                    \
    "992: .balign 4\n"                                                                             \
    "993: .8byte 990b\n"                                                                           \
    ".8byte 0\n"                                                                                   \
    ".8byte " semaphore "\n"                                                                       \
    ".asciz \"nt\"\n"                                                                              \
    ".asciz \"" name "\"\n"                                                                        \
    ".asciz \"" args "\"\n"                                                                        \
    "994: .balign 4\n"                                                                             \
    ".popsection\n"

KEPT long add(long a, long b, const char *text)
{
    __asm__ volatile("" : : "r"(text) : "memory");
    return a + b;
}

KEPT long nest(long depth)
{
    long below = depth > 1 ? nest(depth - 1) : 0;

    __asm__ volatile("" : "+r"(below));
    return below + 1;
}

KEPT int nap(void)
{
    usleep(2000);
    return -1;
}

#if defined(__x86_64__)
KEPT void point(int i)
{
    long minus = -(long)i;

    __asm__ volatile(NOTE("point", "0", "-4@%0 1@%b0 -8@%1 4@$7") : : "r"(i), "m"(minus));
}

KEPT void point_elsewhere(int i)
{
    long minus[2] = {0, -(long)i}, at = 1;

    __asm__ volatile(
        "mov %0, %%r12d\n"
        "mov %1, %%r13\n"
        "mov %2, %%r14\n" NOTE("point", "0", "-4@%%r12d 1@%%r12b -8@(%%r13,%%r14,8) 4@$7")
        :
        : "r"(i), "r"(minus), "r"(at)
        : "r12", "r13", "r14", "memory");
}

KEPT void guarded(int i)
{
    if (nt_guarded_semaphore)
        __asm__ volatile(NOTE("guarded", "nt_guarded_semaphore", "-4@%0") : : "r"(i));
}
#else
KEPT void point(int i)
{
    long minus = -(long)i;

    __asm__ volatile(NOTE("point", "0", "-4@%w0 1@%w0 -8@%1 4@7") : : "r"(i), "r"(minus));
}

KEPT void point_elsewhere(int i)
{
    point(i);
}

KEPT void guarded(int i)
{
    if (nt_guarded_semaphore)
        __asm__ volatile(NOTE("guarded", "nt_guarded_semaphore", "-4@%w0") : : "r"(i));
}
#endif

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[argc - 1]) : 0;
    char line[16], text[16];
    long sum = 0;

    snprintf(text, sizeof(text), "some text"); /* a tracer reads what is in memory only */
    for (int i = 1; i <= n; i++) {
        sum += add(i, 2, text) + nest(3) + nap();
        point(i);
        point_elsewhere(i);
        guarded(i);
    }
    printf("%ld\n", sum);
    fflush(stdout);
    if (argc > 2 && !strcmp(argv[1], "hold"))
        while (fgets(line, sizeof(line), stdin))
            ;
    return 0;
}
