/* The least that a program needs to load and attach an object with libbpf: loader OBJECT.
 * Says "ready" and waits to be killed. */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct bpf_object *object = argc == 2 ? bpf_object__open(argv[1]) : NULL;
    struct bpf_program *prog;

    if (!object || bpf_object__load(object) < 0)
        return 1;
    bpf_object__for_each_program(prog, object) if (!bpf_program__attach(prog)) return 1;
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}
