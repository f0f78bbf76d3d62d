#!/usr/bin/env bash
# needs: root kprobe
# Of several functions that have one name the kernel picks one, which is said at the start, or none.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

functions=/sys/kernel/tracing/available_filter_functions

# Lines that repeat the one before are of functions that are gone (compiler/kernel/functions.c). Not those
# that breakpoints must not touch.
uniq "$functions" | sed 's/[[:space:]].*//' >"$work/functions"
name=$(grep -v '^__\|\.' "$work/functions" | sort | uniq -d |
    grep -vxFf <(cut -f 2 /sys/kernel/debug/kprobes/blacklist 2>/dev/null) | sed -n 1p)
[[ -n $name ]] || skip "this kernel has no two functions of one name"
number=$(grep -cxF "$name" "$work/functions")
warning="warning[E506]: $number functions of this kernel have the name of"

for hook in fn kprobe; do
    run_ntrace --duration 100ms -e "on $hook:$name { count() }"
    grep -qF "$warning '$hook:$name'" "$work/err" || fail "what it says of $number $hook:$name"
    [[ $status -eq 0 ]] || grep -q "several functions have this name" "$work/err" || fail "why $hook:$name can't be had"
done
run_ntrace --duration 100ms -e "on fn:ip_rcv, kprobe:tcp_v4_rcv { count() }"
expect "exit code" "$status" 0
expect "of others it says" "$(grep -c E506 "$work/err")" 0
