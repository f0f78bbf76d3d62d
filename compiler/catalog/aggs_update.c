/* The kernel's updates of aggregations, compiled for ntrace itself. */
#include "compiler/bpf/agg.bpf.c" // NOLINT(bugprone-suspicious-include)
