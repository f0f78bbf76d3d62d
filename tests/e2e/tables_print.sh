#!/usr/bin/env bash
# print, print TABLE, top N, by AGGREGATION: which rows are shown, in what order, how many are left out.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace -e "
    on rx where src == $left_ip {
        ports = count(), sum(len) by dport
        all = count()
    }
    end {
        print ports
        print ports top 2
        print ports top 1 by sum
        print
        print top 2 by dport
        print top 1 by sum
    }" --top 3
left_sends udp "$right_ip" 1 4 size=8
left_sends udp "$right_ip" 2 3 size=1000
left_sends udp "$right_ip" 3 2 size=108
left_sends udp "$right_ip" 4 1 size=8
stop_ntrace
expect "exit code" "$status" 0
expect "text" "$(tr -s ' ' <"$work/out" | sed 's/^[0-9]*:[0-9:]* //')" "ports by dport
dport count() sum(len)
 1 4 200B
 2 3 3126B
 3 2 300B
... and 1 more row

ports by dport
dport count() sum(len)
 1 4 200B
 2 3 3126B
... and 2 more rows

ports by dport
dport count() sum(len)
 2 3 3126B
... and 3 more rows

ports by dport
dport count() sum(len)
 1 4 200B
 2 3 3126B
 3 2 300B
... and 1 more row

all 10
ports by dport
dport count() sum(len)
 1 4 200B
 2 3 3126B
... and 2 more rows

all 10
ports by dport
dport count() sum(len)
 2 3 3126B
... and 3 more rows

all 10"
