#!/usr/bin/env bash
# Many packets, whose stages are passed on several CPUs: each is counted once, and the accounts add up.
# needs: root command:nft
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

forward_up 172.19.1.1
drop_in "$right" forward "icmp sequence & 3 == 0"
for queue in left0 left1; do
    ip netns exec "$left" sh -c "echo 3 >/sys/class/net/$queue/queues/rx-0/rps_cpus" || true
done
for queue in right0 right1; do
    ip netns exec "$right" sh -c "echo 3 >/sys/class/net/$queue/queues/rx-0/rps_cpus" || true
done
cat >"$work/way.nt" <<END
path way key packet max 200000 {
    sent:    tx where dev == "left0" and icmp.type == echo
    arrived: rx where dev == "right0"
    passed:  tx where dev == "right1"
    there:   rx where dev == "left1"
}
on way           { hops = count() by stage }
on way.done      { done = count() by sent.dst }
on way.lost 1s   { lost = count() by stage }
on tx where src == $left_ip and icmp.type == echo { sent = count() by dev }
on rx where src == $left_ip and icmp.type == echo { came = count() by dev }
END
start_ntrace --format json "$work/way.nt" --src "$left_ip"
# Two at once, and no two pings alike. The queue of a socket may be full for a moment: what was sent is
# counted by the events.
for ((i = 1; i < 20; i += 2)); do
    # shellcheck disable=SC2016 # for that shell to expand
    in_left "$undisturbed" 50 sh -c '"$TRAFFIC" ping 172.19.1.1 2000 $0 & "$TRAFFIC" ping 172.19.1.1 2000 $1; wait' $i $((i + 1)) || true
    sleep 0.05 # for others
done
sleep 2
stop_ntrace

expect "exit code" "$status" 0
cells() { # TABLE KEY
    final_cells "$1" | sed -n "s/^$2 //p"
}
sent=$(cells sent left0)
came=$(cells came left1)
[[ $sent -gt 10000 && $came -gt 5000 ]] || fail "too little traffic: $sent sent, $came came"
expect "accounts" "$(accounts)" "way $sent = $came + $((sent - came)) + 0 + 0 + 0 + 0 late 0"
expect "hops" "$(final_cells hops)" "arrived $(cells came right0)
passed $(cells sent right1)
there $came"
