#!/usr/bin/env bash
# needs: root vm kprobe types:tun types:vhost
# vhost_queue: pings come one at a time, and the machine is told of each; a burst that vhost's thread finds all at once goes in
# batches, and the packets waited in the tap's ring. The accounts add up.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/vm.sh
source "$SUPPORT/vm.sh"

vm_up
in_wire ping -c 1 -W 20 $vm_ip >/dev/null || fail "it does not answer"
sleep 1

batches() { # WAY, number of the value
    json "select(.name == \"batches\" and .final) | .rows[] | select(.key.way == \"$1\")
        | [.key.dev, .key.queue, .values[]] | .[:2] + [$2]"
}
account() {
    json 'select(.type == "path" and .final) | [.started == .done + .lost + .again + .joined + .open, .started, .lost + .again + .open]'
}

start_ntrace vhost_queue --format json
in_wire ping -q -c 20 -i 0.1 $vm_ip >/dev/null || fail "it does not answer all"
sleep 0.5
stop_ntrace
expect "exit code" "$status" 0
# Batches, packets, the most in one, told, of how many.
expect "pings" "$(batches to_vm '.[2], .[3], .[5], .[6], .[7]')" '["vnet0",0,20,20,1,20,1]'
expect "replies" "$(batches from_vm '.[3]')" '["vnet0",0,20]'
expect "accounts of pings" "$(account)" '[true,20,0]'

# The sender has vhost's CPU until all are sent.
threads() { ps -eLo lwp=,comm= | awk -v name="vhost-$(vm_pid)" '$2 == name { print $1 }'; }
for thread in $(threads); do
    taskset -p -c 0 "$thread" >/dev/null
done
start_ntrace vhost_queue --format json
in_wire taskset -c 0 chrt --fifo 10 "$TRAFFIC" udp $vm_ip 9 40
all_given() {
    [[ $(json 'select(.type == "path") | .done + .joined' | tail -1) -eq 40 ]]
}
wait_until "all are given" all_given
stop_ntrace
expect "exit code" "$status" 0
expect "burst" "$(batches to_vm '.[3], .[5] >= 10, .[2] <= 20, .[6] <= .[2]')" '["vnet0",0,40,true,true,true]'
expect "accounts of the burst" "$(account)" '[true,40,0]'
