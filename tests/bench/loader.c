/* The least that a program needs to load and attach an object with libbpf: loader OBJECT.
 * Says "ready" and waits to be killed; if the object has a ring `rows`, it takes what is in there.
 */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <unistd.h>

static int take(void *arg, void *row, size_t size)
{
    (void)arg;
    (void)row;
    (void)size;
    return 0;
}

int main(int argc, char **argv)
{
    struct bpf_object *object = argc == 2 ? bpf_object__open(argv[1]) : NULL;
    struct ring_buffer *ring = NULL;
    struct bpf_program *prog;
    int rows;

    if (!object || bpf_object__load(object) < 0)
        return 1;
    rows = bpf_object__find_map_fd_by_name(object, "rows");
    if (rows >= 0 && !(ring = ring_buffer__new(rows, take, NULL, NULL)))
        return 1;
    bpf_object__for_each_program(prog, object) if (!bpf_program__attach(prog)) return 1;
    puts("ready");
    fflush(stdout);
    while (ring)
        ring_buffer__poll(ring, -1);
    pause();
    return 0;
}
