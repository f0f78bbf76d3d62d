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

# Not `ip netns exec`, which also makes a mount namespace with a sysfs of its own, for each command.
in_netns() { # NAMESPACE CMD...
    nsenter --net="/run/netns/$1" "${@:2}"
}

in_left() {
    in_netns "$left" "$@"
}

in_right() {
    in_netns "$right" "$@"
}

# What one side has and knows of the other. With arp off an address joins no multicast group that would then
# have to be reported.
net_side() { # INTERFACE MAC IP IP6, then the other side's MAC IP IP6
    echo "link set $1 address $2 addrgenmode none arp off
        addr add $3/24 dev $1
        addr add $4/64 dev $1 nodad
        link set lo up
        link set $1 up
        neigh replace $6 lladdr $5 dev $1 nud permanent
        neigh replace $7 lladdr $5 dev $1 nud permanent"
}

# Guests of the lab have these from their first namespace (tests/lab/init).
net_settings=(net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0
    net.ipv6.conf.default.router_solicitations=0 net.ipv6.conf.default.accept_dad=0
    net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0)
net_quiet() { # NAMESPACE
    [[ -n ${NTRACE_LAB:-} ]] || in_netns "$1" sysctl -q -w "${net_settings[@]}"
}

net_make_namespace() {
    ip netns add "$1"
    net_quiet "$1"
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

# Processes are what tests cost most on a slow machine, so many commands are one's.
net_up() {
    net_sweep
    printf 'netns add %s\n' "$left" "$right" | ip -batch -
    net_quiet "$left"
    net_quiet "$right"
    {
        echo "link add left0 type veth peer name right0 netns $right"
        net_side left0 "$left_mac" "$left_ip" "$left_ip6" "$right_mac" "$right_ip" "$right_ip6"
    } | ip -n "$left" -batch -
    net_side right0 "$right_mac" "$right_ip" "$right_ip6" "$left_mac" "$left_ip" "$left_ip6" |
        ip -n "$right" -batch -
}

net_down() {
    local ns names=()

    for ns in "$left" "$right"; do
        [[ ! -e /run/netns/$ns ]] || names+=("$ns")
    done
    [[ ${#names[@]} -eq 0 ]] || printf 'netns del %s\n' "${names[@]}" | ip -batch -
}
