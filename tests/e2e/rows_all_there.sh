#!/usr/bin/env bash
# emit and printf: a row for every packet, none twice, in the order of each CPU; counted if lost.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    on rx where src in {$left_ip, $left_ip6} {
        fired = count()
        emit sport, size = len - 42, now
        printf(\"%s:%d %d\n\", src, sport, len)
    }"
left_sends udp "$right_ip" 9 500 sport=1000 &
left_sends udp "$right_ip6" 9 400 sport=1001
wait $!
stop_ntrace

expect "exit code" "$status" 0
expect "fired" "$(final_cells fired)" 900
expect "rows" "$(jq -c 'select(.type == "event") | [.event, .data.sport, .data.size]' "$work/out" | sort | uniq -c |
    tr -s ' ')" ' 500 ["rx",1000,8]
 400 ["rx",1001,28]'
expect "texts" "$(jq -r 'select(.type == "printf").text' "$work/out" | grep . | sort | uniq -c | tr -s ' ')" \
    " 500 $left_ip:1000 50
 400 $left_ip6:1001 70"
expect "order on each CPU" "$(jq -s 'map(select(.type == "event")) | group_by(.cpu)
    | map(map(.data.now) | . == sort) | all' "$work/out")" true
expect "times are those of the events" "$(jq -s 'map(select(.type == "event")) | group_by(.cpu)
    | map(map(.time) | . == sort) | all' "$work/out")" true
