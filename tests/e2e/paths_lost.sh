#!/usr/bin/env bash
# What is not seen again for the time that .lost says is lost behind its last stage, with what the
# stages before saw; what is on its way when ntrace ends is open.
# needs: root command:nft
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

forward_up 172.19.1.1
drop_in "$right" forward "udp dport 7777"
cat >"$work/way.nt" <<'END'
path way key packet {
    sent:    tx where dev == "left0" and udp
    arrived: rx where dev == "right0"
    passed:  tx where dev == "right1"
    there:   rx where dev == "left1"
}
on way.done { done = count() by sent.dport }
on way.lost 2s where sent.dport != 7778 {
    lost = count(), avg(latency >= 2s) by path, stage, from, sent.dport, there.dev
    emit stage, sent.dport, sent.src, arrived.dev, joined, hops
}
END
start_ntrace --format json "$work/way.nt" --src "$left_ip"
left_sends udp 172.19.1.1 9 5
left_sends udp "$right_ip" 7778 2
left_sends udp 172.19.1.1 7777 4
ip -n "$right" link set right1 down
left_sends udp 172.19.1.1 10 3
# Once those that are told of are lost, so are those before them.
told() {
    [[ $(grep -c '"type":"event"' "$work/out") == 7 ]]
}
wait_until "they are lost" told
left_sends udp "$right_ip" 11 1
stop_ntrace

expect "exit code" "$status" 0
expect "done" "$(final_cells "done")" "9 5"
expect "lost" "$(final_cells lost)" "way arrived sent 10 null 3 1
way arrived sent 7777 null 4 1"
expect "hops" "$(jq -c 'select(.type == "event") | .data.hops | [map(.stage), .[0].after == 0, .[1].after > 0]' \
    "$work/out" | sort | uniq -c | xargs)" "7 [[sent,arrived],true,true]"
expect "rows" "$(event_cells | sed 's/ \[.*//')" "$(for ((i = 0; i < 3; i++)); do
    echo "arrived 10 $left_ip right0 0"
done
for ((i = 0; i < 4; i++)); do
    echo "arrived 7777 $left_ip right0 0"
done)"
expect "accounts" "$(accounts)" "way 15 = 5 + 9 + 0 + 0 + 1 + 0 late 0"
