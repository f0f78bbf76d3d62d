#!/usr/bin/env bash
# A queue's delay shows in its own part of the way. What goes on after it was called lost is done and
# late. A thing is followed by a key that a stage added.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# The first goes at once, the others after 390 and 787 ms: long enough for ntrace to call them lost even
# when it gets no CPU for a while.
in_left tc qdisc add dev left0 root tbf rate 21kbit burst 1060 limit 100000
cat >"$work/way.nt" <<'END'
path way key packet {
    queued:  qdisc_enqueue where dev == "left0" and udp   also skb
    taken:   qdisc_dequeue key skb
    sent:    tx            key skb
    arrived: rx            where dev == "right0"
}
on way          { hops = count(), avg(latency > 100ms) by from, stage }
on way.done     { done = count() by slow = taken.hop > 100ms, slow_line = arrived.hop + sent.hop > 100ms }
on way.lost 50ms { lost = count(), avg(latency >= 50ms) by stage }
END
start_ntrace --format json "$work/way.nt" --src "$left_ip"
left_alone 880 udp "$right_ip" 9 3 size=1000
sleep 1
stop_ntrace

expect "exit code" "$status" 0
expect "hops" "$(final_cells hops)" "queued taken 3 0.666666666666667
sent arrived 3 0
taken sent 3 0"
expect "done" "$(final_cells "done")" "false false 1
true false 2"
expect "lost" "$(final_cells lost)" "queued 2 1"
expect "accounts" "$(accounts)" "way 3 = 3 + 0 + 0 + 0 + 0 + 0 late 2"
