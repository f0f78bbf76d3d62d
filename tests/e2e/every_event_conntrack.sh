#!/usr/bin/env bash
# needs: root kprobe module:nf_conntrack module:nf_nat
# Every event of connection tracking fires.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"
# shellcheck source=tests/support/fires.sh
source "$SUPPORT/fires.sh"

nat_up 192.0.2.1

make_traffic() {
    left_sends udp 192.0.2.1 9 3
}

fires make_traffic conntrack
