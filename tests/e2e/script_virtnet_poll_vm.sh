#!/usr/bin/env bash
# needs: root vm
# virtnet_poll in a virtual machine: its polls bring the packets that were sent to it, by interrupts of its first input ring.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/vm.sh
source "$SUPPORT/vm.sh"

vm_up
received() {
    vm ip -s -j link show eth0 | jq '.[0].stats64.rx.packets'
}

vm_start_ntrace virtnet_poll --dev eth0 --format json
from=$(received)
in_wire ping -q -c 30 -i 0.05 $vm_ip >/dev/null || fail "it does not answer"
to=$(received)
vm_stop_ntrace

expect "exit code" "$status" 0
expect "packets received" $((to - from)) 30
polls() { # JQ of values
    jq -s "map(select(.name == \"polls\" and .final) | .rows[] | select(.key.dev == \"eth0\") | .values | $1)" "$work/out"
}
expect "packets that polls brought" "$(polls '.["sum(work)"]' | jq add)" 30
count=$(polls '.["count()"]' | jq add)
productive=$(polls '.["count()"] * .["avg(work > 0)"]' | jq 'add | round')
((productive >= 1 && productive <= 30 && productive <= count)) || fail "$productive of $count polls brought packets"
irqs=$(jq -s 'map(select(.name == "irqs" and .final) | .rows[] | select(.key.name | test("input")) | .values["count()"]) | add' "$work/out")
((irqs >= 1)) || fail "no interrupt of a ring for packets received"
