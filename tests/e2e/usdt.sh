#!/usr/bin/env bash
# Probes that a program's author put into it: operands in registers, memory and constants, which lie
# elsewhere at each place of a probe, and a probe that is passed only while somebody watches.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

program=$work/called
cp "$(dirname "$TRAFFIC")/called" "$program"

start_ntrace --format json --top 1000 -e "
    on usdt:$program:nt:point(i, byte, minus, seven) { points = count() by i, byte, minus, seven }
    on usdt:$program:nt:guarded(i) { guarded = count() by i }"
"$program" 300 >/dev/null
"$program" 2 >/dev/null
stop_ntrace

expect "exit code" "$status" 0
expect "points" "$(final_cells points | sort -n | sed -n '1,2p;128,129p;256p;300p')" "1 1 -1 7 4
2 2 -2 7 4
128 128 -128 7 2
129 129 -129 7 2
256 0 -256 7 2
300 44 -300 7 2"
expect "guarded" "$(final_cells guarded | sort -n | sed -n '1p;3p;$p')" "1 2
3 1
300 1"

# Nobody watches any more: the semaphore is 0 again.
start_ntrace --format json -e "on usdt:$program:nt:point(i) where i == 2 { points = count() }"
"$program" 2 >/dev/null
stop_ntrace
expect "points without the others" "$(final_cells points)" "2"

run_ntrace -e "on usdt:$program:nt:point(a, b, c, d, e) { count() by e }"
expect "exit code of too many arguments" "$status" 1
grep -q "here it has 4 arguments" "$work/err" || fail "what it says of too many arguments"
