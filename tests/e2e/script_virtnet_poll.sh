#!/usr/bin/env bash
# virtnet_poll: the packets that a real virtio device received are those that its polls brought, by some interrupts.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

nic=
for path in /sys/class/net/*/device/driver; do
    [[ $(realpath "$path") != */virtio_net ]] || nic=$(basename "${path%/device/driver}")
done
[[ -n $nic ]] || skip "no device is of virtio_net"
gateway=$(ip -j route show default dev "$nic" | jq -r '.[0].gateway // empty')
[[ -n $gateway ]] || skip "nobody to ask behind $nic"

received() {
    ip -s -j link show "$nic" | jq '.[0].stats64.rx.packets'
}

before=$(received)
start_ntrace virtnet_poll --dev "$nic" --format json
from=$(received)
"$undisturbed" 50 "$TRAFFIC" arp "$nic" "$gateway" 20
answered() {
    [[ $(received) -ge $((from + 20)) ]]
}
wait_until "answers came" answered
to=$(received)
sleep 0.2
stop_ntrace
after=$(received)

expect "exit code" "$status" 0
# Others may use the device at the same time: the packets lie between what it counted within and around.
brought=$(jq -s 'map(select(.name == "polls" and .final) | .rows[].values["sum(work)"]) | add' "$work/out")
[[ $brought -ge $((to - from)) && $brought -le $((after - before)) ]] ||
    fail "polls brought $brought packets, the device received $((to - from)) to $((after - before))"
expect "other devices" "$(json 'select(.name == "polls" and .final) | .rows[].key.dev' | sort -u)" "\"$nic\""
expect "interrupts" "$(jq -s 'map(select(.name == "irqs" and .final) | .rows[]
    | select(.key.name | test("virtio")) | .values["count()"]) | add > 0' "$work/out")" true
