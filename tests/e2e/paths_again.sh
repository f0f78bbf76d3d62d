#!/usr/bin/env bash
# Entered again under a key that is open: the new one takes the old one's place, for which .again
# runs. With `once` the old one stays until it is lost. A path of one stage measures silence.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

forward_up 172.19.1.1
cat >"$work/ways.nt" <<'END'
path way key flow {
    sent:    tx where dev == "left0" and udp
    arrived: rx where dev == "right0"
    passed:  tx where dev == "right1"
}
path first once key flow {
    sent:    tx where dev == "left0" and udp
    passed:  tx where dev == "right1"
}
path silence key flow { sent: tx where dev == "left0" and udp }

on way.again     { again = count(), avg(latency > 0ns) by stage, from, sent.sport, now_len = len, was_len = sent.len }
on way.done      { done = count() by sent.sport }
on first.done    { first_done = count() by sent.sport }
on first.again   { first_again = count() }
on first.lost 1s   { first_lost = count() by sent.sport, sent.len }
on silence.again { spoke = count(), avg(latency >= 1s) by sent.sport }
on silence.lost 1s { silent = count() by sent.sport, stage }
END
start_ntrace --format json "$work/ways.nt" --src "$left_ip"
left_sends udp 172.19.1.1 9 3 sport=1001
left_sends udp "$right_ip" 9 1 sport=1000 size=100
left_sends udp "$right_ip" 9 3 sport=1000 size=200
sleep 2
left_sends udp "$right_ip" 9 2 sport=1000 size=300
sleep 2
stop_ntrace

expect "exit code" "$status" 0
expect "again" "$(final_cells again)" "arrived sent 1000 242 142 1 1
arrived sent 1000 242 242 2 1
arrived sent 1000 342 242 1 1
arrived sent 1000 342 342 1 1"
expect "done" "$(final_cells "done")" "1001 3"
expect "once, done" "$(final_cells first_done)" "1001 3"
expect "once, again" "$(final_cells first_again)" ""
expect "once, lost" "$(final_cells first_lost)" "1000 142 1
1000 342 1"
expect "spoke again" "$(final_cells spoke)" "1000 5 0.2
1001 2 0"
expect "silent" "$(final_cells silent)" "1000 sent 2
1001 sent 1"
expect "accounts" "$(accounts)" "way 9 = 3 + 0 + 5 + 0 + 1 + 0 late 0
first 5 = 3 + 2 + 0 + 0 + 0 + 0 late 0
silence 9 = 0 + 2 + 7 + 0 + 0 + 0 late 1"
