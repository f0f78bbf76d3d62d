#!/usr/bin/env bash
# needs: root kprobe module:8021q
# The body of a call runs at the return, with fields, arguments and headers as they were at the entry: a
# packet that a VLAN device hands on is by then another device's, or freed. Calls of one function within
# each other are told apart. By trampoline and, as on old kernels, by breakpoint. What other tests send
# meanwhile is bound to other ports.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

script="
on call:__dev_queue_xmit(skb) where src == $left_vlan_ip and proto == udp and dport == 9 {
    sent = count(), sum(latency), min(latency) by dev, dst, len = skb.len, retval
}
on call:ip_rcv(skb) where src == $left_vlan_ip and retval == 0 { taken = count() by dport }
on call:ip_rcv(skb) where src == $left_vlan_ip and dport == 10 { none = count() by dst }
on call:ip_rcv(skb) where src == $left_vlan_ip and dport == 9 limit 2/1d { few = count() }
on call:inet_sendmsg(sock) where comm == \"traffic\" {
    messages = count() by before = sock.sk.__sk_common.skc_num,
                          bound = after(sock.sk.__sk_common.skc_num) == 4871, retval
}"

try() { # ARGS...
    start_ntrace --format json "$@" -e "$script"
    left_sends udp "$right_vlan_ip" 9 6 size=100 sport=4871
    stop_ntrace
    expect "exit code $*" "$status" 0
    expect "sent $*" "$(final_rows sent | jq -c '[.key.dev, .key.dst, .key.len, .key.retval, .values["count()"]]')" \
        "[\"left0\",\"$right_vlan_ip\",142,0,6]
[\"left0.5\",\"$right_vlan_ip\",142,0,6]"
    # One call lies within the other.
    final_rows sent | jq -s -e '(.[0].key.dev == "left0") and
        .[0].values["min(latency)"] > 0 and
        .[0].values["sum(latency)"] < .[1].values["sum(latency)"]' >"$work/within" ||
        fail "latencies $*: $(final_rows sent)"
    expect "taken $*" "$(final_cells taken)" "9 6"
    expect "refused $*" "$(final_cells none)" ""
    expect "few $*" "$(final_cells few)" 2
    expect "messages $*" "$(final_cells messages | grep ' true ')" "4871 true 100 6"
    expect "lost $*" "$(json 'select(.type == "counters") | .probes[]
        | select(.no_start + .no_return + .start_full + .missed > 0)')" ""
}

vlan_up 5
try
try --profile 4.19
