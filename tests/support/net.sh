# shellcheck shell=bash
# Two network namespaces joined by a veth pair, silent but for what a test sends: no router
# solicitations, no duplicate address detection, no neighbour discovery, no multicast reports. ARP is
# off: a test that wants it turns it on (ip link set left0 arp on) and meets some IPv6 reports then.
#
#   left                                      right
#   left0  $left_ip $left_ip6 $left_mac ----  right0  $right_ip $right_ip6 $right_mac
#
# A tracer sees the packets of all namespaces, so the addresses are this process's own: a test that
# asks for them counts its own packets only, whatever runs beside it.
#
#   net_up              makes them; net_down takes them away (call it from a trap)
#   in_left CMD...      runs a command in one of them
#   in_right CMD...

left=nt-left-$$
right=nt-right-$$
net_own=$(($$ % 65536))
left_ip=10.$((net_own / 256)).$((net_own % 256)).1
right_ip=10.$((net_own / 256)).$((net_own % 256)).2
left_ip6=$(printf 'fd77:%x::1' "$((net_own + 1))")
right_ip6=$(printf 'fd77:%x::2' "$((net_own + 1))")
left_mac=$(printf '02:00:%02x:%02x:00:01' "$((net_own / 256))" "$((net_own % 256))")
right_mac=$(printf '02:00:%02x:%02x:00:02' "$((net_own / 256))" "$((net_own % 256))")

in_left() {
    ip netns exec "$left" "$@"
}

in_right() {
    ip netns exec "$right" "$@"
}

# With arp off an address joins no multicast group that would then have to be reported.
net_side() { # NAMESPACE INTERFACE MAC IP IP6
    ip -n "$1" link set "$2" address "$3" addrgenmode none arp off
    ip -n "$1" addr add "$4/24" dev "$2"
    ip -n "$1" -6 addr add "$5/64" dev "$2" nodad
    ip -n "$1" link set lo up
    ip -n "$1" link set "$2" up
}

net_meet() { # NAMESPACE INTERFACE, then the other side's MAC IP IP6
    ip -n "$1" neigh replace "$4" lladdr "$3" dev "$2" nud permanent
    ip -n "$1" -6 neigh replace "$5" lladdr "$3" dev "$2" nud permanent
}

net_make_namespace() {
    ip netns add "$1"
    ip netns exec "$1" sysctl -q -w \
        net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0 \
        net.ipv6.conf.default.router_solicitations=0 net.ipv6.conf.default.accept_dad=0 \
        net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
}

# What a process left that was killed before it could clean up.
net_sweep() {
    local path

    for path in /run/netns/nt-left-* /run/netns/nt-right-*; do
        if [[ -e $path && ! -d /proc/${path##*-} ]]; then
            ip netns del "${path##*/}" || true
        fi
    done
}

net_up() {
    net_sweep
    net_make_namespace "$left"
    net_make_namespace "$right"
    ip link add left0 netns "$left" type veth peer name right0 netns "$right"
    net_side "$left" left0 "$left_mac" "$left_ip" "$left_ip6"
    net_side "$right" right0 "$right_mac" "$right_ip" "$right_ip6"
    net_meet "$left" left0 "$right_mac" "$right_ip" "$right_ip6"
    net_meet "$right" right0 "$left_mac" "$left_ip" "$left_ip6"
}

net_down() {
    local ns

    for ns in "$left" "$right"; do
        if [[ -e /run/netns/$ns ]]; then
            ip netns del "$ns"
        fi
    done
}
