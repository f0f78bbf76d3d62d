#!/usr/bin/env bash
# Absent fields, in every place where they can stand: ICMP has no ports.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

script="
    on rx where src in {$left_ip, $left_ip6} {
        all  = count(), sum(dport), avg(dport), min(dport), max(dport), stats(dport) by proto
        keys = count() by dport, icmp.type, icmp6.type
        if dport != 22 { differs = count() by proto }
        if not dport == 22 { not_equal = count() by proto }
        if exists(dport) { exist = count() by proto }
        if dport ?? 22 == 22 { replaced = count() by dport ?? 0 }
        sums = count() by dport + 1
        if dport + sport > 0 { arithmetic = count() by proto }
        if dport in 1..65535 { within = count() by proto }
        if dport not in {22, 23} { without = count() by proto }
    }"
traffic() {
    left_sends ping "$right_ip" 1
    left_sends ping "$right_ip6" 2
    left_sends udp "$right_ip" 22 4
    left_sends udp "$right_ip6" 9 8
}

start_ntrace --format json -e "$script"
traffic
stop_ntrace
expect "exit code" "$status" 0
expect "aggregated" "$(final_cells all)" 'icmp 1 null null null null null
icmp6 2 null null null null null
udp 12 160 13.3333333333333 9 22 {"count":12,"sum":160,"avg":13.3333333333333,"min":9,"max":22}'
expect "keys" "$(final_cells keys)" "22 null null 4
9 null null 8
null echo null 1
null null echo 2"
expect "!=" "$(final_cells differs)" "udp 8"
expect "not ==" "$(final_cells not_equal)" "icmp 1
icmp6 2
udp 8"
expect "exists()" "$(final_cells exist)" "udp 12"
expect "??" "$(final_cells replaced)" "0 3
22 4"
expect "+" "$(final_cells sums)" "10 8
23 4
null 3"
expect "comparison of a sum" "$(final_cells arithmetic)" "udp 12"
expect "in" "$(final_cells within)" "udp 12"
expect "not in" "$(final_cells without)" "udp 8"

start_ntrace -e "on rx where src == $left_ip { keys = count(), avg(dport) by dport }"
traffic
stop_ntrace
expect "text" "$(tr -s ' ' <"$work/out")" "keys by dport
dport count() avg(dport)
 22 4 22
 - 1 -"
