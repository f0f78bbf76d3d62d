#!/usr/bin/env bash
# limit and sample in front of bodies that run in ntrace: so many pass, what is held back is counted and runs no else.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cat >"$work/gates.nt" <<'END'
path way key packet {
    here:  tx where dev == "left0" and udp
    never: rx where dev == "left0" and icmp
}
fn note(n) { if n > 0 limit 2/1d { emit noted = n } }
on way.lost 200ms limit 3/1d { emit all = here.dport }
on way.lost 200ms limit 2/1d by here.dport { emit each = here.dport }
on way.lost 200ms sample 4/4 limit 1000/1d { passed = count() by here.dport }
on way.lost 200ms sample 1/1000000 { emit lucky = 1 }
begin {
    for i in 1..5 { note(i) }
    note(6)
    for i in 1..9 {
        if i > 1 limit 4/1d by i % 2 { begun = count() by i % 2 } else { otherwise = count() }
    }
}
every 10ms limit 3/1d { turns = count() }
END
start_ntrace --format json "$work/gates.nt" --src "$left_ip"
left_sends udp "$right_ip" 9 5
left_sends udp "$right_ip" 10 1
sleep 1
stop_ntrace

column() { jq -r "select(.type == \"event\") | .data.$1 | select(. != null)" "$work/out" | sort -n | xargs; }

expect "exit code" "$status" 0
expect "limit of all" "$(column all | wc -w)" 3
expect "limit by key" "$(column each)" "9 9 10"
expect "passed" "$(final_cells passed)" "10 1
9 5"
expect "a limit in a function" "$(column noted)" "1 2"
expect "a limit of an if" "$(final_cells begun)" "0 4
1 4"
expect "else" "$(final_cells otherwise)" "1"
expect "every" "$(final_cells turns)" "3"
held=$(jq -r 'select(.type == "counters") | .probes[]? | select(.hook == "ntrace") | .held' "$work/out" | tail -1)
[[ $held -gt 0 ]] || fail "nothing is said of what was held back: '$held'"
# 6 lost: 3 of all, 3 by key, 6 unlucky; 4 notes; none of the odd and even; the rest are turns.
lucky=$(column lucky | wc -w)
turns=$((held - 3 - 3 - 6 - 4 + lucky))
[[ $turns -gt 10 && $turns -lt 100000 ]] || fail "held back: $held"
