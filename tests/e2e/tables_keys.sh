#!/usr/bin/env bash
# Several aggregations in one table, by several keys, from two bodies and events; exact values.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    on rx where src in {$left_ip, $left_ip6} {
        table = count(), sum(len), min(len), max(len), avg(len), stats(len), avg(dport == 9),
                lhist(len, 0, 300, 100), hist(len)
            by proto, port = dport, small = len < 200
    }
    on rx, tx where src in {$left_ip, $left_ip6} { seen = count() by dev }"
# frames of 42 + size bytes, 62 + size over IPv6
left_sends udp "$right_ip" 9 2 size=58
left_sends udp "$right_ip" 9 3 size=100
left_sends udp "$right_ip" 10 4 size=200
left_sends udp "$right_ip6" 10 1 size=500
stop_ntrace

expect "exit code" "$status" 0
expect "rows" "$(final_cells table)" 'udp 10 false 5 1530 242 562 306 {"count":5,"sum":1530,"avg":306,"min":242,"max":562} 0 [{"lo":200,"hi":300,"count":4},{"lo":300,"hi":null,"count":1}] [{"lo":128,"hi":256,"count":4},{"lo":256,"hi":512,"count":0},{"lo":512,"hi":1024,"count":1}]
udp 9 true 5 626 100 142 125.2 {"count":5,"sum":626,"avg":125.2,"min":100,"max":142} 1 [{"lo":100,"hi":200,"count":5}] [{"lo":64,"hi":128,"count":2},{"lo":128,"hi":256,"count":3}]'
expect "two events" "$(final_cells seen)" "left0 10
right0 10"
