/* old_kernel OBJECT: see old_kernel.h. Exit code 1 when it is refused. */
#include "tests/support/old_kernel.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    size_t size = 0, cap = 1 << 20;
    char *object = malloc(cap);

    if (!f || !object) {
        fprintf(stderr, "usage: old_kernel OBJECT\n");
        return 2;
    }
    size = fread(object, 1, cap, f);
    fclose(f);
    int code = old_kernel_refuses(object, size);

    free(object);
    return code;
}
