#!/usr/bin/env bash
# needs: root vm kprobe
# A virtual machine behind a tap with vhost-net on an Open vSwitch bridge: every step of a packet's way
# into it and out of it really happens.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/vm.sh
source "$SUPPORT/vm.sh"

vm_up
expect "its name" "$(vm hostname)" vm
expect "exit code" "$(vm false && echo 0 || echo $?)" 1
in_wire ping -c 1 -W 20 $vm_ip >/dev/null || fail "it does not answer"

# 6.12 would place a trampoline for irqfd_wakeup in a function behind it that is never called.
start_ntrace --format json -e "
    on fn:handle_rx, fn:handle_tx, fn:vhost_add_used_and_signal_n, fn:irqfd_wakeup,
       fn:ioeventfd_write, tracepoint:kvm:kvm_msi_set_irq { steps = count() by probe }
    on tun_xmit where src == $wire_ip { into = count() }
    on rx where src == $vm_ip or dst == $vm_ip { received = count() by dev, src, proto }"
in_wire ping -q -c 20 -i 0.05 $vm_ip >/dev/null || fail "it does not answer all"
vm_traffic udp $wire_ip 9 5 # nobody listens: 5 ICMP errors come back
stop_ntrace

expect "exit code" "$status" 0
expect "received" "$(final_cells received)" "\
nic0 $wire_ip icmp 25
vnet0 $vm_ip icmp 20
vnet0 $vm_ip udp 5
wire0 $vm_ip icmp 20
wire0 $vm_ip udp 5"
# Packets may share a wake-up, and the machine does more than this traffic.
final_cells steps
for step in fn:handle_rx fn:handle_tx fn:vhost_add_used_and_signal_n fn:irqfd_wakeup fn:ioeventfd_write \
    tracepoint:kvm:kvm_msi_set_irq; do
    [[ $(final_cells steps | awk -v step=$step '$1 == step { print $2 }') -ge 10 ]] ||
        fail "too few of $step"
done
expect "packets into the tap" "$(final_cells into)" 25
