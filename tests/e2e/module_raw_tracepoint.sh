#!/usr/bin/env bash
# needs: root module-btf module:kvm
# Raw tracepoints of modules take programs as the kernel's own do.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e '
    on raw_tracepoint:kvm_msi_set_irq { msi = count() }
    on raw_tracepoint:netif_receive_skb(skb) where src == '"$left_ip"' { seen = count() }'
left_sends udp "$right_ip" 9 7
stop_ntrace
expect "exit code" "$status" 0
expect "seen beside it" "$(final_cells seen)" 7
