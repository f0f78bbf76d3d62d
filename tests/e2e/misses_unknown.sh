#!/usr/bin/env bash
# Where the kernel skips runs without counting them this is said; elsewhere their number stands.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e '
    on tracepoint:net:netif_receive_skb { count() }
    on raw_tracepoint:netif_receive_skb { count() }'
left_sends udp "$right_ip" 9 1
stop_ntrace

missed() { json "select(.type == \"counters\") | .probes[] | select(.hook | startswith(\"$1:\")) | .missed" | tail -1; }

expect "at the raw tracepoint" "$(missed raw_tracepoint)" 0
if kernel_at_least 6.7; then
    expect "at the tracepoint" "$(missed tracepoint)" 0
    ! grep -q "misses unknown" "$work/err" || fail "they are known here"
else
    expect "at the tracepoint" "$(missed tracepoint)" null
    grep -q "^ntrace: tracepoint:net:netif_receive_skb: misses unknown" "$work/err" || fail "it is not said"
fi
