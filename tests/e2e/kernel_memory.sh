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
