#!/usr/bin/env bash
# needs: root vm kprobe
# Every event of virtio's network driver fires, in the machine that has it, and says of which device and queue.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/vm.sh
source "$SUPPORT/vm.sh"
# shellcheck source=tests/support/fires.sh
source "$SUPPORT/fires.sh"

vm_up
fires_in_vm() { # FILE
    local events script='' event

    mapfile -t events < <(events_of "$1")
    [[ ${#events[@]} -gt 0 ]] || fail "no events"
    for event in "${events[@]}"; do
        script+="on $event { ${event}_count = count() }"$'\n'
    done
    if has types:virtio_net; then
        script+="on virtnet_rx_done { received = count() by dev, queue }"$'\n'
        script+="on virtnet_polled { polled = sum(work) by dev }"$'\n'
    fi
    vm_start_ntrace --format json -e "$script"
    in_wire ping -q -c 20 -i 0.1 $vm_ip >/dev/null || fail "it does not answer"
    vm_stop_ntrace
    expect "exit code" "$status" 0
    for event in "${events[@]}"; do
        echo "$event $(final_cells "${event}_count")"
        [[ $(final_cells "${event}_count") -gt 0 ]] || fail "$event did not fire"
    done
}

fires_in_vm virtio
if has types:virtio_net; then
    [[ $(final_cells received) =~ ^"eth0 0 "[0-9]+$ ]] || fail "not of eth0's first queue"
    expect "packets" "$(final_cells polled)" "eth0 20"
fi
