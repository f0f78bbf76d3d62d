#!/usr/bin/env bash
# What a person reads of known packets: rows under their columns, histograms, statistics, truth values.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace -e "
    on rx where src in {$left_ip, $left_ip6} {
        if len < 100 { emit flow, size = len, eth.src, icmp.type }
        lengths = hist(len)
        classes = lhist(len, 0, 300, 100) by proto
        values = stats(len), avg(proto == udp), max(len) by dev
    }"
# Rows come in the order of each CPU: here there is one.
taskset -cp 0 $$ >"$work/taskset"
left_sends udp "$right_ip" 9 2 size=8 sport=1000
left_sends udp "$right_ip6" 9 1 size=8 sport=1000
left_sends udp "$right_ip" 9 3 size=100
left_sends udp "$right_ip" 9 1 size=500
left_sends ping "$right_ip" 1
stop_ntrace
expect "exit code" "$status" 0
expect "text" "$(sed -E 's/^[0-9:.]{15} /TIME /; s/ +/ /g; s/ $//' "$work/out")" "\
time flow size eth.src icmp.type
TIME $left_ip:1000 > $right_ip:9 udp 50B $left_mac -
TIME $left_ip:1000 > $right_ip:9 udp 50B $left_mac -
TIME [$left_ip6]:1000 > [$right_ip6]:9 udp 70B $left_mac -
TIME $left_ip > $right_ip icmp 42B $left_mac echo
lengths
 [32B, 64B) 3 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
 [64B, 128B) 1 |@@@@@@@@@@@@@@ |
 [128B, 256B) 3 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
 [256B, 512B) 0 | |
 [512B, 1KiB) 1 |@@@@@@@@@@@@@@ |

classes by proto
proto
udp
 [0B, 100B) 3 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
 [100B, 200B) 3 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
 [200B, 300B) 0 | |
 [300B, ...) 1 |@@@@@@@@@@@@@@ |
icmp
 [0B, 100B) 1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

values by dev
dev stats(len).count stats(len).avg stats(len).min stats(len).max stats(len).sum avg(proto == udp) max(len)
right0 8 148B 42B 542B 1180B 87.5% 542B"
