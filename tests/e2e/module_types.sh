#!/usr/bin/env bash
# needs: root kprobe module-btf
# Functions of modules have the names and types of their arguments, and what they return; a module's own
# structs can be looked into.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    fn priv(d) = (d + align(sizeof(net_device), 32)) as veth_priv
    on fn:veth_xmit(skb, dev) where src == $left_ip {
        sent = count() by dev.name, peer = priv(dev).peer.name, skb.len
    }
    on call:veth_xmit(skb) where src == $left_ip { calls = count() by dev, dport, retval }
    on fn:veth_x*(skb) where src == $left_ip { seen = count() by probe }"
left_sends udp "$right_ip" 9 7 size=100
stop_ntrace
expect "exit code" "$status" 0
expect "sent" "$(final_cells sent)" "left0 right0 142 7"
expect "calls" "$(final_cells calls)" "left0 9 NETDEV_TX_OK 7"
expect "seen" "$(final_cells seen)" "veth_xmit 7"
