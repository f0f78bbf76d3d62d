#!/usr/bin/env bash
# One datagram on its way, as each tracepoint has it: the same flow, length, fields and packet wherever it
# is, with its headers looked for where they are said to be or anywhere. skb.len is what the kernel counts.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

right_serves hold "$right_ip" 9
own="dst in {$right_ip, $right_ip6} and dport == 9"
declare -A hooks=(
    [net_dev_queue]="network data any" [net_dev_start_xmit]="network data any mac"
    [netif_rx]="network any mac" [netif_receive_skb]="network any mac" [kfree_skb]=any
)
script="
    event seen_by_socket { from raw_tracepoint:sock_rcvqueue_full(sk, skb); packet skb at any }
    on seen_by_socket where $own { socket = count() by flow, len, ip.id, ip6.label, ip.len, udp.csum, packet }"
for hook in "${!hooks[@]}"; do
    for place in ${hooks[$hook]}; do
        script+="
            event ${hook}_$place { from raw_tracepoint:$hook(skb); packet skb at $place }
            on ${hook}_$place where $own {
                ${hook}_$place = count() by flow, len, ip.id, ip6.label, ip.len, udp.csum, packet
                eth_${hook}_$place = count() by eth.src, eth.type, skb.len
            }"
    done
done
start_ntrace --format json --top 1000 -e "$script"
left_sends udp "$right_ip" 9 3 size=100 sport=1000   # the socket has room for some
left_sends udp "$right_ip6" 9 1 size=50 sport=1000   # nobody there
stop_ntrace

expect "exit code" "$status" 0
all=$(final_cells netif_receive_skb_network)
expect "flows and lengths" "$(awk '{ print $1, $3, $5, $8, $NF }' <<<"$all" | sort -u)" "\
$left_ip:1000 $right_ip:9 142 128 1
[$left_ip6]:1000 [$right_ip6]:9 112 null 1"
for hook in net_dev_queue net_dev_start_xmit netif_rx netif_receive_skb; do
    for place in ${hooks[$hook]}; do
        expect "$hook, at $place" "$(final_cells "${hook}_$place")" "$all"
        [[ $hook == net_dev* ]] && before=0 || before=14 # the Ethernet header lies before the data
        expect "Ethernet, $hook at $place" "$(final_cells "eth_${hook}_$place")" "\
$left_mac ip $((142 - before)) 3
$left_mac ip6 $((112 - before)) 1"
    done
done
# What is dropped, here or at the full socket, is one of them.
for table in kfree_skb_any socket; do
    comm -13 <(echo "$all") <(final_cells $table) | grep -q . && fail "$table: others"
done
expect "dropped" "$(final_cells kfree_skb_any | grep -c "$left_ip6")" 1
