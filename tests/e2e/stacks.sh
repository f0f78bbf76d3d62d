#!/usr/bin/env bash
# Stacks begin where the event happened, without the tracer's own frames, and name the modules of their functions; as columns
# and as keys.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

script="
    on raw_tracepoint:net_dev_start_xmit(skb) where dst == $right_ip and dport == 9 { sent = count() by kstack; emit at = kstack }
    on raw_tracepoint:netif_rx(skb) where dst == $right_ip and dport == 9 { came = count() by kstack }"
! has kprobe || script+="
    on fn:ip_rcv(skb) where dst == $right_ip and dport == 9 { function = count() by kstack }
    on kprobe:ip_rcv(skb) where dst == $right_ip and dport == 9 { probed = count() by kstack }"
start_ntrace --format json -e "$script"
left_sends udp "$right_ip" 9 5
stop_ntrace
expect "exit code" "$status" 0

first() { # TABLE: the innermost functions, each once
    final_rows "$1" | jq -r '.key.kstack[0]' | sed 's/[+ .].*//' | sort -u | xargs
}
frames() { # TABLE: those of all stacks
    final_rows "$1" | jq -r '.key.kstack[]'
}
[[ $(first sent) =~ ^(dev_hard_start_xmit|xmit_one|__dev_queue_xmit|__dev_xmit_skb|sch_direct_xmit)$ ]] || fail "begins with $(first sent)"
expect "how many" "$(final_rows sent | jq '.values["count()"]' | awk '{ n += $1 } END { print n }')" 5
expect "as a column" "$(jq -c 'select(.type == "event") | .data.at' "$work/out" | sort -u)" \
    "$(final_rows sent | jq -c '.key.kstack' | sort -u)"
for table in sent came $(has kprobe && echo function probed); do
    frames "$table" | grep -q '^__sys_sendto\|^__x64_sys_send\|^sock_sendmsg\|^udp_sendmsg\|^run_ksoftirqd\|^net_rx_action' || fail "$table does not lead on"
    ! frames "$table" | grep -i 'bpf\|kprobe\|ftrace\|trampoline\|^0x' || fail "frames of the tracer in $table"
done
if has kprobe; then
    expect "a function's own" "$(first function) $(first probed)" "ip_rcv ip_rcv"
fi
if grep -q 'veth_xmit.*\[veth\]' /proc/kallsyms; then
    frames came | grep -q '^veth_xmit+0x[0-9a-f]* \[veth\]$' || fail "no module: $(frames came | head -5 | xargs)"
else
    frames came | grep -q '^veth_xmit+0x[0-9a-f]*$' || fail "no veth_xmit: $(frames came | head -5 | xargs)"
fi
