#!/usr/bin/env bash
# Buffers of packets that were dropped are used again at once: a path that knows packets by their
# address takes none for another. Those that were dropped are lost, none is entered again.
# needs: root command:nft
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

forward_up 172.19.1.1
drop_in "$right" input "udp dport 7777"
cat >"$work/ways.nt" <<'END'
path by_head key head {
    sent:  tx where dev == "left0" and udp
    there: rx where dev == "left1"
}
path by_skb key skb {
    sent:  tx where dev == "left0" and udp
    there: rx where dev == "left1"
}
on by_head.done       { head_done = count() by sent.dport, dport }
on by_skb.done        { skb_done = count() by sent.dport, dport }
on by_head.lost 300ms { head_lost = count() by sent.dport }
on by_skb.lost 300ms  { skb_lost = count() by sent.dport }
END
start_ntrace --format json "$work/ways.nt" --src "$left_ip"
left_sends udp "$right_ip" 7777 20
left_sends udp 172.19.1.1 9 20
left_sends udp "$right_ip" 7777 20
sleep 1
stop_ntrace

expect "exit code" "$status" 0
expect "done, by head" "$(final_cells head_done)" "9 9 20"
expect "done, by skb" "$(final_cells skb_done)" "9 9 20"
expect "lost, by head" "$(final_cells head_lost)" "7777 40"
expect "lost, by skb" "$(final_cells skb_lost)" "7777 40"
expect "accounts" "$(accounts)" "by_head 60 = 20 + 40 + 0 + 0 + 0 + 0 late 0
by_skb 60 = 20 + 40 + 0 + 0 + 0 + 0 late 0"
