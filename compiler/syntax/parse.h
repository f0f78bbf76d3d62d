/* Text -> tree. */
#pragma once

#include "compiler/syntax/ast.h"

/* Parses a whole script. Reports all syntax errors it finds; what is broken becomes BAD nodes.
 * Never NULL. Text may hold any bytes. */
struct nt_node *nt_parse_script(struct nt_cx *cx, uint16_t source);
/* Parses one expression (--where). */
struct nt_node *nt_parse_expr(struct nt_cx *cx, uint16_t source);
