#!/usr/bin/env bash
# qdisc_latency: in a burst through 1 Mbit/s each packet of 1,042 bytes waits 8.3 ms longer than the one before.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

in_left tc qdisc add dev left0 root tbf rate 1mbit burst 1600 limit 100000

start_ntrace qdisc_latency --format json --dst "$right_ip" --threshold 20ms
left_sends udp "$right_ip" 9 1 size=1000 sport=1000
# All at once, and the last leaves after 92 ms.
left_alone 150 udp "$right_ip" 9 11 size=1000 sport=1001
wait_until "all packets came" all_came "$right" 12
stop_ntrace

expect "exit code" "$status" 0
expect "queues" "$(json 'select(.name == "queues" and .final) | .rows[]
    | [.key.dev, .key.queue, .key.qdisc, .values["count()"], .values["max(latency)"] >= 9 * 8300000, .values["max(qlen)"] >= 5]')" \
    '["left0",0,"tbf",12,true,true]'
expect "waits" "$(json 'select(.name == "waits" and .final) | .rows[] | [.key.dev, ([.values[][].count] | add)]')" '["left0",12]'
# Those behind the first three wait for more than 24 ms.
shown=$(json 'select(.type == "event") | .data | select(.latency > 20000000 and .dev == "left0" and (.flow | test(":1001 ")))' | wc -l)
((shown >= 8)) || fail "$shown packets shown that waited for more than 20 ms"
expect "shown, but not slow" "$(json 'select(.type == "event") | select(.data.latency <= 20000000)')" ""
