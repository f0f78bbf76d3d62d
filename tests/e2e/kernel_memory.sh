#!/usr/bin/env bash
# Pointers of the kernel and of the running process: containers, elements, text of a program's start.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

own=nt-own-$$ # 15 bytes at most
start_ntrace --format json -e "
    on raw_tracepoint:sched_process_exec(p) {
        let started_as = str(user(p.mm.arg_start), 16)
        if started_as == \"$own\" { started = count() by started_as, same = p.pid == tid }
    }
    on rx where src == $left_ip {
        let ns = skb.dev.nd_net.net.ns
        around = count() by container_of(ns, net, ns).ifindex == skb.dev.nd_net.net.ifindex,
            container_of(skb.dev.nd_net, net_device, nd_net.net).name
        mac = count() by skb.dev.dev_addr[0], skb.dev.dev_addr[cpu - cpu + 5], skb.cb[cpu - cpu + 48]
        # The verifier goes on following a pointer through a cast: it must not see arithmetic.
        casts = count() by ((skb.dev as sk_buff) as uint) * cpu == (skb.dev as uint) * cpu,
            ((skb.dev as sk_buff) + cpu) - cpu == skb.dev, (skb.dev as sk_buff).list as uint & 7
        sizes = count() by sizeof(in6_addr), align(sizeof(in6_addr) + 1, 32)
    }"
(exec -a "$own" true)
(exec -a "$own" true)
left_sends udp "$right_ip" 9 3
stop_ntrace
expect "exit code" "$status" 0
expect "program" "$(final_cells started)" "$own true 2"
expect "containers" "$(final_cells around)" "true right0 3"
expect "elements" "$(final_cells mac)" "2 2 null 3"
expect "casts" "$(final_cells casts)" "true true 0 3"
expect "sizes" "$(final_cells sizes)" "16 32 3"

# Bit fields, and members of unions without a name: whom a frame is for.
start_ntrace --format json -e "
    on rx where src == $left_ip and dport == 10 {
        kinds = count() by eth.dst, skb.pkt_type, skb.dev.name, low = (skb.pkt_type & 1) + skb.pkt_type * 2
    }"
host=$right_mac
for right_mac in "$host" ff:ff:ff:ff:ff:ff 01:00:5e:00:00:01 02:00:00:00:00:77; do
    left_sends frame left0 "$(frame_v4 11 03e8000a000a0000abcd)" 2
done
stop_ntrace
expect "exit code" "$status" 0
expect "bit fields" "$(final_cells kinds)" "$(sort <<END
$host 0 right0 0 2
ff:ff:ff:ff:ff:ff 1 right0 3 2
01:00:5e:00:00:01 2 right0 4 2
02:00:00:00:00:77 3 right0 7 2
END
)"
