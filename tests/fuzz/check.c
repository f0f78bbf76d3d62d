/* Any bytes -> all passes up to layout, on the fixture kernel: no crash, no leak, no undefined
 * behaviour, and no error without a word about it. See tests/fuzz/run. */
#include "compiler/compile.h"
#include "compiler/kernel/kernel.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct nt_kernel *kernel;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct nt_kernel_options o = {.fixture = getenv("NTRACE_FIXTURE")};
    const char *why = "NTRACE_FIXTURE is not set";

    (void)argc;
    (void)argv;
    if (!o.fixture || nt_kernel_open(&o, &kernel, &why) < 0) {
        fprintf(stderr, "fuzz_check: %s\n", why);
        exit(1);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct nt_cx *cx = nt_cx_new();
    char *text = calloc(len + 1, 1);
    FILE *out = fopen("/dev/null", "w");
    struct nt_unit *u;

    if (!text || !out)
        abort();
    memcpy(text, bytes, len);
    cx->kernel = kernel;
    if (nt_compile_to(cx, nt_source_add(cx, "fuzz.nt", text, (uint32_t)len), "layout", &u) < 0 &&
        !cx->diags.nerrors)
        abort();
    nt_diags_print(cx, out, false);
    fclose(out);
    nt_cx_free(&cx);
    free(text);
    return 0;
}
