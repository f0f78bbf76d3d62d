#!/usr/bin/env bash
# Functions of a program: their arguments in the order named, what they return, how long they take, calls
# within calls, and what the script says of them, in every process that runs it.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# A file of its own, which nobody else runs.
program=$work/called
cp "$(dirname "$TRAFFIC")/called" "$program"

start_ntrace --format json -e "
    on uprobe:$program:add(a, b, text) { entries = count(), sum(b) by a, text = str(user(text), 16), probe }
    on uretprobe:$program:add { returns = count() by retval }
    on ucall:$program:add(a) where a > 2 { calls = count() by a, retval }
    on ucall:$program:nest(depth) { nested = count(), sum(latency) by depth, retval }
    on ucall:$program:nap { naps = min(latency) by low = retval & 0xffffffff }"
"$program" 4 >/dev/null
"$program" 4 >/dev/null &
"$program" 4 >/dev/null
wait $!
stop_ntrace

expect "exit code" "$status" 0
expect "entries" "$(final_cells entries)" "1 some text uprobe:$program:add 3 6
2 some text uprobe:$program:add 3 6
3 some text uprobe:$program:add 3 6
4 some text uprobe:$program:add 3 6"
expect "returns" "$(final_cells returns)" "3 3
4 3
5 3
6 3"
expect "calls" "$(final_cells calls)" "3 5 3
4 6 3"
expect "nested" "$(final_rows nested | jq -c '[.key.depth, .key.retval, .values["count()"]]')" "[1,1,12]
[2,2,12]
[3,3,12]"
# A call takes longer than the one within it.
final_rows nested | jq -s -e 'map(.values["sum(latency)"]) | .[0] < .[1] and .[1] < .[2]' >"$work/order" ||
    fail "latencies: $(final_rows nested)"
final_rows naps | jq -e '.key.low == 4294967295 and .values["min(latency)"] >= 2000000' >"$work/order" ||
    fail "naps: $(final_rows naps)"
expect "lost" "$(json 'select(.type == "counters") | .probes[]
    | select(.no_start + .no_return + .start_full + .missed > 0)')" ""

# Where a program is, by the names in its file, while it lives; of one that has ended, addresses.
start_ntrace --format json -e "
    on uprobe:libc:usleep where comm == \"called\" { ways = count() by ustack }"
mkfifo "$work/input"
"$program" hold 3 <"$work/input" >"$work/called.out" &
servers+=($!)
exec 9>"$work/input"
wait_until "the functions were called" test -s "$work/called.out"
"$program" 1 >/dev/null
stop_ntrace
exec 9>&-
final_rows ways | jq -r '.key.ustack | join(" ")' >"$work/ways"
# By frame pointers; who called the function just entered is known from Linux 6.10 on.
grep -Eq '^usleep \[libc[^]]*\] (nap\+0x[0-9a-f]+ \[called\] )?main\+0x[0-9a-f]+ \[called\]' "$work/ways" || fail "stacks: $(<"$work/ways")"
expect "frames without a name are said" "$(json 'select(.type == "warning") | .text' | grep -c 'frames of user stacks have no name')" 1

run_ntrace -e "on uprobe:$program:none { count() }"
expect "exit code of a function that is not there" "$status" 1
grep -q "$program names no function 'none'" "$work/err" || fail "what it says of a function that is not there"
run_ntrace -e "on uprobe:$work/nowhere:add { count() }"
grep -q "there is no program or library '$work/nowhere' on this host" "$work/err" ||
    fail "what it says of a file that is not there"
