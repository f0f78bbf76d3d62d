#!/usr/bin/env bash
# A pattern stands for many probes: tracepoints, functions of a program, and, where they can be traced,
# functions of the kernel, whose packet is found by its type at each one's own place.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

program=$work/called
cp "$(dirname "$TRAFFIC")/called" "$program"

start_ntrace --format json --top 1000 -e "
    on raw_tracepoint:net_dev_*(skb) where src == $left_ip and proto == udp { sent = count() by probe }
    on rx, raw_tracepoint:net_dev_q*(skb) where src == $left_ip and (probe == rx or probe == net_dev_queue) {
        both = count() by probe
    }
    on tracepoint:net:netif_receive_skb* { traced = count() by probe == rx }
    on ucall:$program:n* { calls = count() by probe, returned = retval < 4 }"
left_sends udp "$right_ip" 9 7
"$program" 5 >/dev/null
stop_ntrace
expect "exit code" "$status" 0
expect "sent" "$(final_cells sent)" "net_dev_queue 7
net_dev_start_xmit 7
net_dev_xmit 7"
expect "both" "$(final_cells both)" "net_dev_queue 7
rx 7"
expect "traced" "$(final_rows traced | jq -c '.key')" '{"probe == rx":false}'
expect "calls" "$(final_cells calls)" "$program:nap false 5
$program:nest true 15"

run_ntrace -e 'on tracepoint:*:* { count() }'
expect "exit code of too wide a pattern" "$status" 1
grep -q 'each with a program of its own, and there may be 256: narrow the pattern' "$work/err" || fail "what it says of too wide a pattern"

# What is counted is said of each by its own name.
start_ntrace -e "on raw_tracepoint:net_dev_*(skb) where src == $left_ip limit 2/1d by probe { count() }"
left_sends udp "$right_ip" 9 7
stop_ntrace
expect "what was held back" "$(grep 'held back' "$work/err" | sort)" "\
ntrace: raw_tracepoint:net_dev_queue: held back by limit or sample: 5
ntrace: raw_tracepoint:net_dev_start_xmit: held back by limit or sample: 5
ntrace: raw_tracepoint:net_dev_xmit: held back by limit or sample: 5"

has kprobe || exit 0

# ip_rcv has the packet first, ip_output third.
try() { # ARGS...
    start_ntrace --format json --top 1000 "$@" -e "
        on fn:ip_r*(skb), fn:ip_out*(skb) where src == $left_ip and proto == udp { seen = count() by probe, dport }
        on call:ip_outp*(skb) where src == $left_ip { out = count() by probe, retval }"
    left_sends udp "$right_ip" 9 7
    stop_ntrace
    expect "exit code $*" "$status" 0
    final_cells seen | grep -E '^ip_(rcv|output) ' >"$work/seen" || true
    expect "seen $*" "$(<"$work/seen")" "ip_output 9 7
ip_rcv 9 7"
    expect "out $*" "$(final_cells out)" "ip_output 0 7"
}

try
try --profile 4.19

# Where one program goes to many functions, all of them will do.
run_ntrace check -e 'on fn:*(skb) { count() by probe }'
if grep -q 'kprobe.multi' "$work/out"; then
    start_ntrace --format json --top 10000 -e "on fn:*(skb) where src == $left_ip and proto == udp { seen = count() by probe }"
    left_sends udp "$right_ip" 9 7
    stop_ntrace
    expect "exit code of all functions" "$status" 0
    final_cells seen | grep -E '^ip_(rcv|output) ' >"$work/seen" || true
    expect "seen by all functions" "$(<"$work/seen")" "ip_output 7
ip_rcv 7"
else
    expect "exit code of all functions, each alone" "$status" 1
fi
