# shellcheck shell=bash
# More between the two namespaces of net.sh than a wire: `source "$SUPPORT/topology.sh"` after e2e.sh.
# What is made lies in the namespaces and goes with them, but for the bridge (topology_down).
#
#   netem_left ARGS...     delay, loss and the like of what left sends: delay 20ms, loss 10%
#   vlan_up ID             left0.ID and right0.ID with $left_vlan_ip and $right_vlan_ip
#   vxlan_up VNI           vx0 on both sides with $left_vxlan_ip and $right_vxlan_ip
#   nat_up IP              what left sends to IP goes to right, and comes back from IP
#   forward_up IP          what left sends to IP goes from left0 to right0, is forwarded by right, and goes
#                          from right1 to left1, where it ends
#   tap_up IFACE QUEUES [tun]   a tap of that name in right, with $tap_host_ip; behind it, $tap_ip $tap_mac, tap.c;
#                          tun: without Ethernet
#   tap COMMAND...         tells tap.c what to do, and prints its answer
#   short_tap_up IFACE     the same with two queues whose rings take 8 packets
#   tap_datagram QUEUE     a datagram of $tap_ip from port 9 to port 1000 + QUEUE: what goes back to it takes that queue
#   far_up                 a third namespace, $far, behind right, which forwards: from $left_ip over right0 and
#                          right2 to far0 with $far_ip; `in_far CMD...`; taken away by topology_down
#   ovs_up                 an Open vSwitch bridge, $bridge, in the kernel's datapath, between left1 and
#                          right1 with $left_ovs_ip and $right_ovs_ip; call topology_down from a trap
# shellcheck disable=SC2154,SC2034 # names of net.sh; names for the test

left_vlan_ip=172.16.0.1 right_vlan_ip=172.16.0.2
left_vxlan_ip=172.17.0.1 right_vxlan_ip=172.17.0.2
left_ovs_ip=172.18.0.1 right_ovs_ip=172.18.0.2
tap_host_ip=172.20.0.1 tap_host_mac=02:00:00:04:00:01
tap_ip=172.20.0.2 tap_mac=02:00:00:04:00:02
bridge=nt-br-$$

netem_left() {
    in_left tc qdisc replace dev left0 root netem "$@"
}

# One of two interfaces that know each other: no ARP is needed, as in net.sh.
join_link() { # NAMESPACE INTERFACE IP MAC OTHER-IP OTHER-MAC
    ip -n "$1" -batch - <<END
link set $2 address $4 addrgenmode none arp off
addr add $3/24 dev $2
link set $2 up
neigh replace $5 lladdr $6 dev $2 nud permanent
END
}

join_links() { # LEFT-INTERFACE RIGHT-INTERFACE LEFT-IP RIGHT-IP NUMBER
    local left_own right_own

    left_own=$(printf '02:00:00:%02x:00:01' "$5")
    right_own=$(printf '02:00:00:%02x:00:02' "$5")
    join_link "$left" "$1" "$3" "$left_own" "$4" "$right_own"
    join_link "$right" "$2" "$4" "$right_own" "$3" "$left_own"
}

vlan_up() { # ID
    ip -n "$left" link add "left0.$1" link left0 type vlan id "$1"
    ip -n "$right" link add "right0.$1" link right0 type vlan id "$1"
    join_links "left0.$1" "right0.$1" $left_vlan_ip $right_vlan_ip 1
    # The wire takes only what is sent to its own address.
    ip -n "$left" link set left0 promisc on
    ip -n "$right" link set right0 promisc on
}

vxlan_up() { # VNI
    ip -n "$left" link add vx0 type vxlan id "$1" dev left0 dstport 4789 \
        local "$left_ip" remote "$right_ip"
    ip -n "$right" link add vx0 type vxlan id "$1" dev right0 dstport 4789 \
        local "$right_ip" remote "$left_ip"
    join_links vx0 vx0 $left_vxlan_ip $right_vxlan_ip 2
}

forward_up() { # IP
    local mac=02:00:00:05:00:01

    ip link add left1 netns "$left" type veth peer name right1 netns "$right"
    join_links left1 right1 172.19.0.1 172.19.0.2 5
    in_right sysctl -q -w net.ipv4.ip_forward=1
    ip -n "$left" route add "$1" via "$right_ip"
    ip -n "$right" route add "$1" dev right1
    ip -n "$right" neigh replace "$1" lladdr $mac dev right1 nud permanent
}

nat_up() { # IP
    ip -n "$left" route add "$1" via "$right_ip"
    in_right nft -f - <<END
table ip topology {
    chain in {
        type nat hook prerouting priority -100
        ip daddr $1 dnat to $right_ip
    }
}
END
}

tap_up() { # IFACE QUEUES [tun]
    local answer

    rm -f "$work/tap.in" "$work/tap.out"
    mkfifo "$work/tap.in" "$work/tap.out"
    in_right "${TRAFFIC%/*}/tap" "$@" <"$work/tap.in" >"$work/tap.out" &
    servers+=($!)
    exec {tap_in}>"$work/tap.in" {tap_out}<"$work/tap.out"
    read -r -u "$tap_out" answer || true
    [[ $answer == ready ]] || fail "no tap device can be made"
    if [[ ${3:-} == tun ]]; then
        ip -n "$right" link set "$1" addrgenmode none up
        ip -n "$right" addr add "$tap_host_ip/24" dev "$1"
    else
        join_link "$right" "$1" $tap_host_ip $tap_host_mac $tap_ip $tap_mac
    fi
}

tap() { # COMMAND...
    local answer

    echo "$*" >&"$tap_in"
    read -r -t 60 -u "$tap_out" answer || fail "tap.c does not answer '$*'"
    echo "$answer"
}

short_tap_up() { # IFACE
    tap_up "$1" 2
    in_right ip link set "$1" txqueuelen 8
    in_right tc qdisc replace dev "$1" root noqueue # it would keep some more
}

# It goes to another Ethernet address, so that nobody answers that there is no socket.
tap_datagram() { # QUEUE
    left_ip=$tap_ip left_mac=$tap_mac right_ip=$tap_host_ip right_mac=02:00:00:04:00:99 \
        frame_v4 11 "0009$(printf %04x $((1000 + $1)))000c00000a0b0c0d"
}

far=nt-right-far-$$
far_ip=172.21.0.2

in_far() {
    in_netns "$far" "$@"
}

far_up() {
    net_make_namespace "$far"
    ip link add right2 netns "$right" type veth peer name far0 netns "$far"
    join_link "$right" right2 172.21.0.1 02:00:00:04:00:01 $far_ip 02:00:00:04:00:02
    join_link "$far" far0 $far_ip 02:00:00:04:00:02 172.21.0.1 02:00:00:04:00:01
    in_right sysctl -q -w net.ipv4.ip_forward=1
    ip -n "$left" route add 172.21.0.0/24 via "$right_ip"
    ip -n "$far" route add default via 172.21.0.1
}

# Before 10 s of uptime Open vSwitch 3.1 counts no handler threads, and loses every upcall.
start_ovs() {
    mkdir -p /var/run/openvswitch /etc/openvswitch
    (flock 9 && start_ovs_alone 9>&-) 9>/var/run/openvswitch/nt-lock
}

start_ovs_alone() {
    local uptime

    modprobe openvswitch
    ! ovs-vsctl --timeout=2 show >/dev/null 2>&1 || return 0
    while read -r uptime _ </proc/uptime && [[ ${uptime%.*} -lt 12 ]]; do
        sleep 0.5
    done
    /usr/share/openvswitch/scripts/ovs-ctl --system-id=random start >"$work/ovs.log" 2>&1 ||
        fail "Open vSwitch does not start: $(tail -5 "$work/ovs.log")"
}

ovs_up() {
    local side

    start_ovs
    ovs-vsctl add-br "$bridge"
    ip link set "$bridge" addrgenmode none up
    for side in left right; do
        ip link add "${side}1" netns "${!side}" type veth peer name "nt-$side-p"
        ip link set "nt-$side-p" addrgenmode none up
        ovs-vsctl add-port "$bridge" "nt-$side-p"
    done
    join_links left1 right1 $left_ovs_ip $right_ovs_ip 3
}

topology_down() {
    [[ ! -e /run/netns/$far ]] || ip netns del "$far"
    command -v ovs-vsctl >/dev/null || return 0
    ovs-vsctl --timeout=5 --if-exists del-br "$bridge" 2>/dev/null || true
}
