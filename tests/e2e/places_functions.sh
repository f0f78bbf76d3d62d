#!/usr/bin/env bash
# needs: root kprobe
# One segment on its way, as each function has it: before its IP header is made, in the IP layer, at the
# devices, and up to its socket. Each gives the same flow, length and fields.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

declare -A place=(
    [__ip_queue_xmit]=transport [ip6_xmit]=transport
    [__ip_local_out]=network [ip_output]=network [ip_finish_output2]=network [ip6_output]=network
    [__dev_queue_xmit]=network [dev_hard_start_xmit]=network
    [netif_rx]=any [__netif_receive_skb]=any
    [ip_rcv]=network [ip_local_deliver]=network [tcp_v4_rcv]=network [tcp_v4_do_rcv]=any
    [ipv6_rcv]=network [tcp_v6_rcv]=network [ip6_input]=network
)
# The kernel takes long to print that list.
functions=" $(cut -d ' ' -f 1 /sys/kernel/tracing/available_filter_functions |
    grep -xF "$(printf '%s\n' "${!place[@]}")" | xargs) "
traced() {
    [[ $functions == *" $1 "* ]]
}

script="" hooks=()
for fn in "${!place[@]}"; do
    traced "$fn" || continue
    hooks+=("$fn")
    arg=skb
    [[ $fn != dev_hard_start_xmit ]] || arg='skb = first'
    script+="
        event at_$fn { from fn:$fn($arg); packet skb at ${place[$fn]} }
        on at_$fn where dst in {$right_ip, $right_ip6} and tcp.flags == syn {
            $fn = count() by flow, len, tcp.seq, tcp.hlen, proto, exchange
            packets = count() by packet, hook = probe
        }"
done
((${#hooks[@]} > 8)) || fail "few functions: ${hooks[*]}"
start_ntrace --format json --top 1000 -e "$script"
left_sends tcp "$right_ip" 81 1 >/dev/null
left_sends tcp "$right_ip6" 81 1 >/dev/null
stop_ntrace
expect "exit code" "$status" 0

v4="" v6=""
for fn in "${hooks[@]}"; do
    rows=$(final_cells "$fn")
    [[ -n $rows ]] || continue # inlined into its callers
    while read -r row; do
        if [[ $row == \[* ]]; then
            expect "$fn" "$row" "${v6:=$row}"
        else
            expect "$fn" "$row" "${v4:=$row}"
        fi
    done <<<"$rows"
done
expect "lengths" "$(awk '{ print $5 }' <<<"$v4"$'\n'"$v6" | xargs)" "74 94"
# A packet is recognised everywhere but where IPv4's id is still to be given.
expect "packets" "$(final_cells packets | awk '{ print $1 }' | sort -u | wc -l)" 3
expect "not recognised" "$(final_cells packets | sed -n 's/^null //p')" "at___ip_queue_xmit 1"
