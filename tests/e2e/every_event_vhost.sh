#!/usr/bin/env bash
# needs: root vm kprobe
# Every event between a tap and its VM fires.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/vm.sh
source "$SUPPORT/vm.sh"
# shellcheck source=tests/support/fires.sh
source "$SUPPORT/fires.sh"

vm_up
make_traffic() {
    in_wire ping -q -c 5 -i 0.1 $vm_ip >/dev/null || fail "it does not answer"
}

fires make_traffic vhost
