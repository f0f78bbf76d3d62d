#!/usr/bin/env bash
# needs: root tap
# Every event of taps fires.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"
# shellcheck source=tests/support/fires.sh
source "$SUPPORT/fires.sh"

tap_up tap0 1

make_traffic() {
    in_right "$TRAFFIC" udp $tap_ip 9 3
    expect "taken by the machine" "$(tap read 0 3)" 3
    tap write 0 1 "$(printf '%0120d' 0)" >/dev/null
}

fires make_traffic tun
