#!/usr/bin/env bash
# needs: root kprobe module:veth
# Where a function has no types, an order of arguments that is younger than the kernel is passed over for the
# next one. (--profile 4.19 knows no types of modules.)
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

took() { # VERSION
    start_ntrace --profile 4.19 --format json -e "
        event sent {
            from fn:veth_xmit(skb, dev, third) since $1
              or fn:veth_xmit(skb, dev)
            packet skb at data
        }
        on sent where src == $left_ip { sent = count() by third = exists(third), name = (dev as net_device).name }"
    left_sends udp "$right_ip" 9 3
    stop_ntrace
    expect "exit code since $1" "$status" 0
    final_cells sent
}

expect "a younger order" "$(took 5.1)" "false left0 3"
expect "an older order" "$(took 4.2)" "true left0 3"

run_ntrace check --profile 4.19 -e 'event sent { from fn:veth_xmit(skb, dev) since 5.1 }
on sent { count() }'
expect "exit code of no order" "$status" 1
grep -q 'its arguments are taken in their order, which is so since Linux 5.1' "$work/err" ||
    fail "what it says of no order: $(<"$work/err")"
