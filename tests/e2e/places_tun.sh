#!/usr/bin/env bash
# needs: root tap
# Datagrams to a machine behind a tap and from it, over IPv4 and IPv6, and the same by a tun, which has no Ethernet: each
# hook has the same headers, length and name.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

host_ip6=fd99::1 machine_ip6=fd99::2
to="sport == 1000 and dport == 9 and dst in {$tap_ip, $machine_ip6}"
from="sport == 9 and dport == 1000 and src in {$tap_ip, $machine_ip6}"
columns="flow, len, eth, eth.src, ttl, udp.len, packet"
out=(net_dev_queue:any net_dev_start_xmit:any)
in=(netif_receive_skb:any netif_receive_skb:network)
script="
    on tx where $to { tx = count() by $columns }
    on tun_xmit where $to { tun_xmit = count() by $columns }
    on qdisc_enqueue where $to { qdisc_enqueue = count() by $columns }
    on rx where $from { rx = count() by $columns }"
add() { # HOOK PLACE CONDITION
    local name=${1//:/_}_$2

    script+="
    event at_$name { from $1(skb); packet skb at $2 }
    on at_$name where $3 { $name = count() by $columns }"
}
sent=(tx tun_xmit qdisc_enqueue) came=(rx)
for hook in "${out[@]}"; do
    add "raw_tracepoint:${hook%:*}" "${hook#*:}" "$to"
    sent+=("raw_tracepoint_${hook/:/_}")
done
for hook in "${in[@]}"; do
    add "raw_tracepoint:${hook%:*}" "${hook#*:}" "$from"
    came+=("raw_tracepoint_${hook/:/_}")
done
if has kprobe; then
    add fn:tun_net_xmit network "$to"
    add fn:ip_rcv network "$from and ip"
    add fn:ipv6_rcv network "$from and ip6"
    sent+=(fn_tun_net_xmit_network)
fi

# What the machine sends: datagrams of 12 bytes.
frames() { # v4|v6
    local left_ip=$tap_ip left_ip6=fd99:0::2 right_ip=$tap_host_ip right_ip6=fd99:0::1
    local left_mac=$tap_mac right_mac=$tap_host_mac

    "frame_$1" 11 000903e8000c00000a0b0c0d
}
see() { # DEVICE LINK-LAYER-DIGITS, words of eth and eth.src out and in
    local v4 v6

    ip -n "$right" -6 addr add $host_ip6/64 dev "$1" nodad
    [[ $2 == 0 ]] || ip -n "$right" -6 neigh replace $machine_ip6 lladdr $tap_mac dev "$1" nud permanent
    v4=$(frames v4) v6=$(frames v6)
    tap serve on >/dev/null
    start_ntrace --format json --top 1000 -e "$script"
    in_right "$TRAFFIC" udp $tap_ip 9 1 size=100 sport=1000
    in_right "$TRAFFIC" udp $machine_ip6 9 1 size=100 sport=1000
    expect "written" "$(tap write 0 1 "${v4:28 - $2}")$(tap write 0 1 "${v6:28 - $2}")" okok
    stop_ntrace
    expect "exit code" "$status" 0
    all=$(final_tables)
    for hook in "${sent[@]}"; do
        expect "$1, $hook" "$(cells_of "$hook" <<<"$all")" "$(cells_of tx <<<"$all")"
    done
    for hook in "${came[@]}"; do
        expect "$1, $hook" "$(cells_of "$hook" <<<"$all")" "$(cells_of rx <<<"$all")"
    done
    ! has kprobe || expect "functions, $1" "$(sed -nE 's/^fn_ip(v6)?_rcv_network //p' <<<"$all" | sort)" "$(cells_of rx <<<"$all")"
    # Apart from their names.
    expect "$1, sent" "$(cells_of tx <<<"$all" | sed 's/ [^ ]* \([^ ]*\)$/ \1/')" "$3"
    expect "$1, came" "$(cells_of rx <<<"$all" | sed 's/ [^ ]* \([^ ]*\)$/ \1/')" "$4"
}

tap_up tap0 1
see tap0 28 "\
$tap_host_ip:1000 > $tap_ip:9 udp 142 true $tap_host_mac 64 108 1
[$host_ip6]:1000 > [$machine_ip6]:9 udp 162 true $tap_host_mac 64 108 1" "\
$tap_ip:9 > $tap_host_ip:1000 udp 46 true $tap_mac 64 12 1
[$machine_ip6]:9 > [$host_ip6]:1000 udp 66 true $tap_mac 64 12 1"
ip -n "$right" link del tap0
tap_up tun0 1 tun
see tun0 0 "\
$tap_host_ip:1000 > $tap_ip:9 udp 142 false null 64 108 1
[$host_ip6]:1000 > [$machine_ip6]:9 udp 162 false null 64 108 1" "\
$tap_ip:9 > $tap_host_ip:1000 udp 46 false null 64 12 1
[$machine_ip6]:9 > [$host_ip6]:1000 udp 66 false null 64 12 1"
