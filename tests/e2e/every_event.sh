#!/usr/bin/env bash
# Every event of packets, sockets, interrupts and the scheduler fires; those of modules have tests of their own.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/fires.sh
source "$SUPPORT/fires.sh"

# Each packet waits in a queue. SYNs to port 81 are lost, and sent once more.
in_left tc qdisc add dev left0 root tbf rate 100mbit burst 100000 limit 100000
in_left sysctl -q -e -w net.ipv4.tcp_syn_retries=1 net.ipv4.tcp_syn_linear_timeouts=0
drop_in "$right" input "tcp dport 81"

# What a disk writes ends with an interrupt.
write_to_disk() {
    local file

    file=$(mktemp -p /var/tmp)
    dd if=/dev/zero of="$file" bs=4k count=16 conv=fsync status=none
    rm -f "$file"
}

make_traffic() {
    write_to_disk
    in_left ip link show >"$work/links"
    left_sends udp "$right_ip" 9 3
    left_sends udp "$right_ip6" 9 3
    right_serves serve "$right_ip" 82 2
    left_sends send "$right_ip" 82 20000
    left_sends cut "$right_ip" 82 # by a reset
    left_sends tcp "$right_ip" 81 1 >"$work/stood"
}

# Every file of events is named by one of the tests every_event*.sh.
for file in "$library"/*.nt; do
    grep -qE "^fires[a-z_]* .*\b$(basename "$file" .nt)\b" "$(dirname "$0")"/every_event*.sh ||
        fail "no test has $(basename "$file") fire"
done
fires make_traffic dev ip irq netlink qdisc sched skb tcp
