/* How often each construct of the language occurs in scripts: a run says what it covered. */
#pragma once

#include "tests/random/generate.h"

#include <stdio.h>

struct constructs;
struct constructs *constructs_new(const struct offers *offers);
void constructs_free(struct constructs **constructs);
void constructs_count(struct constructs *c, const char *script);
/* Each group of constructs, with what never occurred at its end. */
void constructs_print(const struct constructs *c, FILE *out);
