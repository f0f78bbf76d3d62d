/* Text of unknown origin, made safe for a terminal. */
#pragma once

#include <stddef.h>

struct nt_str;

/* Appends the character at text (left > 0 bytes of it): as it is when it prints, as an escape
 * (\x1b, \u202e) when it is a control, a bad byte or a mark that turns the direction of writing.
 * Returns the bytes taken; *ret_width columns were written. */
size_t nt_utf8_show(const char *text, size_t left, struct nt_str *out, unsigned *ret_width);

/* Bytes of the character at text (left > 0 bytes of it), 0 when it is not UTF-8. */
size_t nt_utf8_len(const char *text, size_t left);
