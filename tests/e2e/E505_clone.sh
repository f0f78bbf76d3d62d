#!/usr/bin/env bash
# needs: root kprobe
# A function that the compiler left only as a copy is counted and timed; what its arguments would say is
# absent.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

functions=/sys/kernel/tracing/available_filter_functions

# One that every received packet meets.
clone=
for name in __netif_receive_skb_core __netif_receive_skb_one_core ip_rcv_finish_core ip_rcv_core; do
    if ! grep -q "^$name\( \|$\)" $functions && grep -q "^$name\.\(isra\|constprop\)\.[0-9]*$" $functions; then
        clone=$name
        break
    fi
done
[[ -n $clone ]] || skip "this kernel's compiler left no copy in the way of a packet"

start_ntrace --format json -e "
    on fn:$clone(skb) { entries = count() by skb.len, dst, has = exists(skb), udp = exists(udp) }
    on call:$clone(skb) { calls = count(), min(latency) by retval, dst }
    on call:$clone(skb) where dst == $right_ip { none = count() }"
left_sends udp "$right_ip" 9 7
stop_ntrace
expect "exit code" "$status" 0
grep -q "warning\[E505\]: this kernel has 'fn:$clone' only as the compiler's copy '$clone\." "$work/err" ||
    fail "what it says of the copy"
# Whoever else sends is counted as well.
final_rows entries | jq -e '.key == {"skb.len":null,"dst":null,"has":false,"udp":false} and .values["count()"] >= 7' >"$work/is" ||
    fail "entries: $(final_rows entries)"
final_rows calls | jq -e '.key == {"retval":null,"dst":null} and .values["count()"] >= 7 and .values["min(latency)"] > 0' >"$work/is" ||
    fail "calls: $(final_rows calls)"
expect "none" "$(final_cells none)" ""
