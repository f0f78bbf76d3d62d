#!/usr/bin/env bash
# Every kind of tunnel that this kernel can make, between real devices: what is sent into one is seen in it on both
# sides' wires, with the tunnel's own words and what is inside, and behind it as the same packet.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# device | what makes it, apart from its ends | over | carries | proto (ip: ipip or ipv6, by what is inside), vxlan.vni,
# geneve.vni, gre.key, inner.eth
tunnels="\
vx4|vxlan id 77 dstport 4789|4|4 6|udp 77 null null true
vx6|vxlan id 78 dstport 8472|6|4 6|udp 78 null null true
gnv4|geneve id 79|4|4 6|udp null 79 null true
gnv6|geneve id 80|6|4 6|udp null 80 null true
gre4|gre key 81|4|4 6|gre null null 81 false
tap4|gretap key 82 csum seq|4|4 6|gre null null 82 true
gre6|ip6gre key 83|6|4 6|gre null null 83 false
tap6|ip6gretap key 84|6|4 6|gre null null 84 true
ipip4|ipip|4|4|ip null null null false
sit4|sit|4|6|ip null null null false
tnl6|ip6tnl mode any|6|4 6|ip null null null false"

# One side: its device KIND to the other side, with addresses of the tunnel's NUMBER.
side_up() { # SIDE DEVICE KIND OVER NUMBER OWN OTHER
    local own=$1_ip peer=right_ip kind remote mac other_mac
    read -r -a kind <<<"$3"

    [[ $1 == left ]] || peer=left_ip
    [[ $4 == 4 ]] || own+=6 peer+=6
    remote=(local "${!own}" remote "${!peer}")
    [[ $3 != geneve* ]] || remote=("${remote[@]:2}") # it has no address of its own
    ip -n "${!1}" link add "$2" type "${kind[0]}" "${remote[@]}" "${kind[@]:1}" 2>"$work/refused" || return 1
    if ip -n "${!1}" link show "$2" | grep -q link/ether; then
        mac=$(printf '02:00:%02x:00:00:%02x' "$5" "$6")
        other_mac=$(printf '02:00:%02x:00:00:%02x' "$5" "$7")
        ip -n "${!1}" link set "$2" address "$mac" arp off
    fi
    ip -n "${!1}" link set "$2" addrgenmode none up
    ip -n "${!1}" addr add "172.22.$5.$6/24" dev "$2"
    ip -n "${!1}" -6 addr add "fd22:$5::$6/64" dev "$2" nodad
    [[ -z ${mac:-} ]] || {
        ip -n "${!1}" neigh replace "172.22.$5.$7" lladdr "$other_mac" dev "$2" nud permanent
        ip -n "${!1}" -6 neigh replace "fd22:$5::$7" lladdr "$other_mac" dev "$2" nud permanent
    }
}

made=() number=0
while IFS='|' read -r dev kind over carries words; do
    number=$((number + 1))
    if side_up left "$dev" "$kind" "$over" $number 1 2 && side_up right "$dev" "$kind" "$over" $number 2 1; then
        made+=("$number|$dev|$over|$carries|$words")
    else
        echo "no $dev here: $(cat "$work/refused")"
    fi
done <<<"$tunnels"
((${#made[@]})) || skip "this kernel makes no tunnels"
[[ -z ${NTRACE_LAB:-} ]] || expect "tunnels made in a guest" ${#made[@]} 11

in_namespace() {
    echo "netns == $("$1" readlink /proc/self/ns/net | tr -dc 0-9)"
}
own="inner.src in {172.22.0.0/16, fd22::/16}"
there="$(in_namespace in_right) and src in {172.22.0.0/16, fd22::/16}"

each() { # COMMAND: of each tunnel and IP version that it carries: COMMAND DEV OVER WORDS V NUMBER SRC DST
    local number dev over carries words v entry

    for entry in "${made[@]}"; do
        IFS='|' read -r number dev over carries words <<<"$entry"
        for v in $carries; do
            if ((v == 4)); then
                "$1" "$dev" "$over" "$words" 4 "$number" "172.22.$number.1" "172.22.$number.2"
            else
                "$1" "$dev" "$over" "$words" 6 "$number" "fd22:$number::1" "fd22:$number::2"
            fi
        done
    done
}
send() {
    left_sends udp "$7" 9 $(($4 + $5)) size=100 sport=1000
}
flow() { # V SRC DST
    if (($1 == 4)); then echo "$2:1000 > $3:9 udp"; else echo "[$2]:1000 > [$3]:9 udp"; fi
}
outside() {
    local inside=ipip

    (($4 == 4)) || inside=ipv6
    echo "${3/#ip /$inside } $(flow "$4" "$6" "$7") $(($4 == 4 ? 142 : 162)) $(($4 + $5))"
}
inside() {
    echo "$1 $(flow "$4" "$6" "$7") $(($4 == 4 ? 142 : 162)) ${3##* } $(($4 + $5))"
}
see() { # SCRIPT
    start_ntrace --format json --top 1000 -e "$1"
    each send
    stop_ntrace
    expect "exit code" "$status" 0
}

for where in "tx:in_left:left0" "rx:in_right:right0"; do
    IFS=: read -r event namespace dev <<<"$where"
    see "on $event where $(in_namespace "$namespace") and dev == \"$dev\" and $own {
        outside = count() by proto, vxlan.vni, geneve.vni, gre.key, inner.eth, inner.flow, inner.len }"
    expect "on the wire, $event" "$(final_cells outside)" "$(each outside | sort)"
done

see "
    on tx where $(in_namespace in_left) and src in {172.22.0.0/16, fd22::/16} { into = count() by dev, flow, len, eth }
    on rx where $there and not inner { inside = count() by dev, flow, len, eth; packets = count() by packet }
    on rx where $(in_namespace in_right) and $own { packets = count() by packet = inner.packet }"
expect "into the tunnel" "$(final_cells into)" "$(each inside | sort)"
expect "behind the tunnel" "$(final_cells inside)" "$(each inside | sort)"
# Each is seen as the same within the tunnel and behind it; some have one id.
expect "packets" "$(final_cells packets | awk '{ odd += $2 % 2; lacking += /^null/ } END { print (NR > 1), odd + 0, lacking + 0 }')" "1 0 0"
