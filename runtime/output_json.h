/* What JSON lines are made of, appended to out. */
#pragma once

#include "runtime/output.h"

/* A text in quotes; bytes that are no UTF-8 are replaced. */
void nt_json_string(struct nt_str *out, const char *text);
void nt_json_string_n(struct nt_str *out, const char *text, size_t len);
/* The separator, "name": */
void nt_json_name(struct nt_str *out, const char *separator, const char *name);
/* As signed as its type; NULL: unsigned. */
void nt_json_integer(struct nt_str *out, const struct nt_type *type, uint64_t word);
/* To the output's text. */
void nt_json_value(struct nt_output *o, const struct nt_value *v);
