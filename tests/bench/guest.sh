#!/usr/bin/env bash
# What scripts cost that need kprobes, Open vSwitch or a virtual machine: run in a guest of the lab by `scripts/bench --guest KERNEL`.
# A guest is emulated, so its ns say nothing by themselves; shown is how often an empty program's time a run takes, in the same
# guest and on the same traffic. An empty program takes 55 to 60 ns on the machine of docs/performance.md.
# shellcheck disable=SC2154 # names of e2e.sh and its like
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/vm.sh
source "$SUPPORT/vm.sh"
# shellcheck source=tests/bench/scripts.sh
source tests/bench/scripts.sh

trap 'topology_down; finish' EXIT
rounds=${ROUNDS:-3}
ports=$(seq 1000 1049)

# "nanoseconds runs" of a script while there was traffic.
run_once() { # TRAFFIC ARGS...
    local ns0 runs0 ns runs

    start_ntrace --format json "${@:2}"
    read -r ns0 runs0 < <(all_stats "$ntrace_pid")
    "$1"
    sleep 1
    read -r ns runs < <(all_stats "$ntrace_pid")
    stop_ntrace
    echo $((ns - ns0)) $((runs - runs0))
}

# In turns with an empty program at an event that the same traffic brings about.
measure() { # SCRIPT UNIT UNITS EVENT TRAFFIC ARGS...
    local i line

    for ((i = 0; i < rounds; i++)); do
        line=$(run_once "$5" -e "on $4 { }")
        line+=" $(run_once "$5" "$1" "${@:6}")"
        echo "$line"
    done | awk '{ print $3 / $4 / ($1 / $2), $4, $3, $1 / $2 }' | sort -g | awk -v script="$1" -v unit="$2" -v units="$3" '
        { ratio[NR] = $1; runs[NR] = $2; ns[NR] = $3; empty[NR] = $4 }
        END {
            m = int((NR + 1) / 2)
            printf "| %s | %s | %.1f | %.1f | %.1f |\n", script, unit, runs[m] / units, ratio[m], ns[m] / empty[m] / units
        }'
}

packets() {
    left_sends udp 192.0.2.1 9 2000 sport=1000
}

flows() {
    local port

    ovs-appctl dpctl/del-flows
    for port in $ports; do
        left_sends udp "$right_ovs_ip" 9 1 sport="$port"
    done
}

dropped() {
    left_sends udp "$right_ovs_ip" 11 2000 sport=1000
}

into_the_vm() {
    in_wire ping -q -c 100 -i 0.02 $vm_ip >/dev/null
}

sysctl -q -w kernel.bpf_stats_enabled=1
echo "| script | of | runs | a run, in empty ones | together, in empty ones |"
echo "|---|---|---|---|---|"

modprobe -a nf_conntrack nf_nat
nat_up 192.0.2.1
measure conntrack packet 2000 rx packets --src "$left_ip" --dev right0 # its first look-up, then none is new

ovs_up
ovs-vsctl set Open_vSwitch . other_config:max-idle=600000
{
    for port in $ports; do
        echo "priority=1,udp,tp_src=$port,tp_dst=9,actions=normal"
    done
    echo "priority=1,udp,tp_dst=11,actions=drop"
} >"$work/rules"
ovs-ofctl add-flows "$bridge" "$work/rules"
right_sends udp "$left_ovs_ip" 9 1 # the bridge learns where that is
measure ovs_upcall upcall 50 ovs_upcall flows --src "$left_ovs_ip"
measure ovs_megaflow upcall 50 ovs_upcall flows --src "$left_ovs_ip"
dropped
measure ovs_drop "packet dropped" 2000 ovs_receive dropped --src "$left_ovs_ip"

if has vm && has types:vhost; then
    vm_up
    in_wire ping -c 1 -W 20 $vm_ip >/dev/null
    measure vhost_queue "ping and answer" 100 tun_xmit into_the_vm
    measure tun_ring "ping and answer" 100 tun_xmit into_the_vm --dev vnet0
fi
