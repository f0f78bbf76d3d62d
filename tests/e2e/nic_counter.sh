#!/usr/bin/env bash
# Counters of devices, the kernel's and the driver's own, in the namespace that ntrace runs in.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

packets() {
    ip netns exec "$left" "$NTRACE" --format json -e '
        fn of(dev, name) { emit n = nic_counter(dev, name) }
        begin { of("left0", "tx_packets"); of("left0", "peer_ifindex"); of("left0", "nothing"); of("none0", "tx_packets"); exit }' \
        >"$work/out" 2>"$work/err" || fail "ntrace ends with $?"
    jq -r 'select(.type == "event") | .data.n | tostring' "$work/out" | tr '\n' ' '
}

peer=$(ip netns exec "$right" cat /sys/class/net/right0/ifindex)
before=$(packets)
left_sends udp "$right_ip" 9 5
after=$(packets)
expect "before" "${before#* }" "$peer null null "
expect "after" "$after" "$((${before%% *} + 5)) $peer null null "
