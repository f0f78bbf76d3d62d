#!/usr/bin/env bash
# Random bodies give in the kernel, on known arguments, what the evaluator of the tests says they give; and what
# the compiler computes of arguments written out. More: build/ntrace-meaning COUNT SEED.
# needs: root own-btf
set -euo pipefail

# shellcheck source=tests/support/needs.sh
source "$SUPPORT/needs.sh"
# A tracepoint runs on given arguments from Linux 5.10 on.
require root own-btf tracepoint:writeback:balance_dirty_pages
meaning=$(dirname "$NTRACE")/ntrace-meaning
count=${COUNT:-50}
[[ -z ${NTRACE_LAB:-} ]] || count=${COUNT:-10} # a guest takes some seconds for each
"$meaning" "$count" 1
