#!/usr/bin/env bash
# Printing and clearing under load loses nothing: the intervals add up to the total, and that to the load.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    on rx where dst in {$right_ip, $right_ip6} {
        load = count(), sum(len), hist(len) by sport, src
    }
    every 10ms { print load; clear load }"
for sport in 1000 1001 1002 1003; do
    left_sends udp "$right_ip" 9 5000 sport=$sport &
    pids+=($!)
done
left_sends udp "$right_ip6" 9 3000 sport=1004
wait "${pids[@]}"
interval_is_empty() {
    tail -1 "$work/out" | grep -q '"rows":\[\]'
}
wait_until "nothing more comes" interval_is_empty
stop_ntrace

expect "exit code" "$status" 0
expect "total" "$(final_cells load | sed 's/ \[{.*//')" "1000 $left_ip 5000 250000
1001 $left_ip 5000 250000
1002 $left_ip 5000 250000
1003 $left_ip 5000 250000
1004 $left_ip6 3000 210000"
sums='def sums: [.[] | .rows[].values] | [(map(.["count()"]) | add), (map(.["sum(len)"]) | add),
                                          (map(.["hist(len)"][].count) | add)];'
tables=$(jq -cs "$sums"'map(select(.type == "table")) | group_by(.final)[] | [length, sums]' "$work/out")
expect "intervals" "$(jq -c '.[1]' <<<"$tables")" "[23000,1210000,23000]
[23000,1210000,23000]"
[[ $(jq '.[0]' <<<"$tables" | head -1) -gt 3 ]] || fail "too few intervals to show anything"
