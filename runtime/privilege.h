/* May this process watch the kernel at all? Asked first, so that the answer is a sentence and not
 * the errno of some later step. */
#pragma once

struct nt_cx;

/* 0, or -EPERM with a diagnostic in cx. */
int nt_privilege_check(struct nt_cx *cx);
