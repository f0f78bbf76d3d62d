#!/usr/bin/env bash
# limit: emitted and held back together are what fired, over all CPUs; in JSON and in text.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# Within one run no bucket is filled again.
script="
    on rx where src == $left_ip limit 10/1d { passed = count(); emit sport }
    on rx where src == $left_ip {
        fired = count()
        if sport == 1000 limit 5/1d { printf(\"%d\n\", sport) } else { others = count() by sport }
    }"

traffic() { # on the first and on the last CPU
    in_left taskset -c 0 "$TRAFFIC" udp "$right_ip" 9 300 sport=1000 &
    in_left taskset -c $(($(nproc) - 1)) "$TRAFFIC" udp "$right_ip" 9 400 sport=1001
    wait $!
}

start_ntrace --format json -e "$script"
traffic
stop_ntrace
expect "exit code" "$status" 0
expect "fired" "$(final_cells fired)" 700
expect "past the limit" "$(final_cells passed)" 10
expect "rows" "$(event_cells | wc -l)" 10
expect "lines" "$(jq -r 'select(.type == "printf").text' "$work/out" | grep -c 1000)" 5
expect "else" "$(final_cells others)" "1001 400"
held=$((700 - 10 + 300 - 5))
expect "held back" "$(json 'select(.type == "counters") | .probes[].held')" $held

start_ntrace -e "$script"
traffic
stop_ntrace
expect "lines of text" "$(grep -cE '^1000$' "$work/out")" 5
expect "rows of text" "$(grep -cE '^[0-9:.]+ +100[01]$' "$work/out")" 10
grep -q "^ntrace: rx: held back by limit or sample: $held$" "$work/err" || fail "what was held back is not said"

# By the second: what passes depends on the time, what fired does not.
start_ntrace --format json -e "on rx where src == $left_ip limit 10/s { emit sport }"
for i in 1 2 3; do
    traffic
done
stop_ntrace
passed=$(event_cells | wc -l)
[[ $passed -ge 10 && $passed -lt 1000 ]] || fail "$passed rows passed 10/s"
expect "passed and held back" "$((passed + $(json 'select(.type == "counters") | .probes[].held' | tail -1)))" 2100
