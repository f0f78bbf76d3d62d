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
start_ntrace --format json -e "
    on fn:tun_net_xmit, fn:handle_rx, fn:handle_tx, fn:vhost_add_used_and_signal_n, fn:irqfd_wakeup,
       fn:ioeventfd_write, tracepoint:kvm:kvm_msi_set_irq { steps = count() by probe }
    on rx where src == $vm_ip or dst == $vm_ip { received = count() by dev, src }"
in_wire ping -c 20 -i 0.05 $vm_ip | tail -2
vm_traffic udp $wire_ip 9 5
stop_ntrace
cat "$work/out"
