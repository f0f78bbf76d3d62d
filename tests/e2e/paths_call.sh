#!/usr/bin/env bash
# needs: root kprobe
# A stage may be a call: it is passed at the return, found by what was there at the entry. By then the
# packet may be freed, and its address leads nowhere: its headers still do.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cat >"$work/way.nt" <<'END'
event ip_in {
    from call:ip_rcv(skb)
    packet skb at network
}
path way key skb, packet {
    came:    rx where dev == "right0" and udp
    entered: fn:ip_rcv(skb)
    handled: ip_in where retval >= 0 and dport != 10
}
on way      { hops = count() by from, stage }
on way.done { done = count(), avg(latency >= handled.latency) by came.sport, dport, dst, retval >= 0 }
on way.lost 300ms { lost = count() by stage, came.dport }
END
start_ntrace --format json "$work/way.nt" --src "$left_ip"
left_sends udp "$right_ip" 9 5 sport=1000
left_sends udp "$right_ip" 10 2 sport=1000
sleep 1
stop_ntrace

expect "exit code" "$status" 0
expect "done" "$(final_cells "done")" "1000 9 $right_ip true 5 1"
expect "hops" "$(final_cells hops)" "came entered 7
entered handled 5"
expect "lost" "$(final_cells lost)" "entered 10 2"
expect "accounts" "$(accounts)" "way 7 = 5 + 2 + 0 + 0 + 0 + 0 late 0"
