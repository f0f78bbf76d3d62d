# shellcheck shell=bash
# Two network namespaces joined by a veth pair, silent but for what a test sends: no router
# solicitations, no duplicate address detection, no neighbour discovery, no multicast reports.
#
#   left                                  right
#   left0  10.77.0.1  fd77::1  ---------  right0  10.77.0.2  fd77::2
#          02:00:00:00:77:01                      02:00:00:00:77:02
#
#   net_up              makes them; net_down takes them away (call it from a trap)
#   in_left CMD...      runs a command in one of them
#   in_right CMD...

left=nt-left-$$
right=nt-right-$$

in_left() {
    ip netns exec "$left" "$@"
}

in_right() {
    ip netns exec "$right" "$@"
}

net_side() { # NAMESPACE INTERFACE OWN-NUMBER OTHER-NUMBER
    local ns=$1 dev=$2 own=$3 other=$4

    ip -n "$ns" link set "$dev" address "02:00:00:00:77:0$own" addrgenmode none
    ip -n "$ns" addr add "10.77.0.$own/24" dev "$dev"
    ip -n "$ns" -6 addr add "fd77::$own/64" dev "$dev" nodad
    ip -n "$ns" link set lo up
    ip -n "$ns" link set "$dev" up
    ip -n "$ns" neigh replace "10.77.0.$other" lladdr "02:00:00:00:77:0$other" dev "$dev" \
        nud permanent
    ip -n "$ns" -6 neigh replace "fd77::$other" lladdr "02:00:00:00:77:0$other" dev "$dev" \
        nud permanent
}

net_make_namespace() {
    ip netns add "$1"
    ip netns exec "$1" sysctl -q -w \
        net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0 \
        net.ipv6.conf.default.router_solicitations=0 net.ipv6.conf.default.accept_dad=0 \
        net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
}

net_up() {
    net_make_namespace "$left"
    net_make_namespace "$right"
    ip link add left0 netns "$left" type veth peer name right0 netns "$right"
    net_side "$left" left0 1 2
    net_side "$right" right0 2 1
}

net_down() {
    local ns

    for ns in "$left" "$right"; do
        if ip netns list | grep -q "^$ns\b"; then
            ip netns del "$ns"
        fi
    done
}
