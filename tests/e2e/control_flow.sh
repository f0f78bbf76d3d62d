#!/usr/bin/env bash
# begin, every, end, exit, let, if and else: what runs, in what order, how often.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

run_ntrace --format json -e '
    begin {
        printf("begin\n")
        let n = 3
        if n > 2 { printf("%d\n", n * 2) } else { printf("never\n") }
    }
    every 20ms { printf("tick\n") }
    every 500ms { exit }
    end { printf("end\n") }'
expect "exit code" "$status" 0
texts=$(jq -j 'select(.type == "printf").text' "$work/out")
expect "first and last" "$(sed -n '1p;2p;$p' <<<"$texts")" $'begin\n6\nend'
ticks=$(grep -c tick <<<"$texts")
[[ $ticks -ge 2 && $ticks -le 25 ]] || fail "$ticks ticks"

start_ntrace --format json -e "
    on rx where dst in {$right_ip, $right_ip6} {
        let size = len - 42
        let class = size < 100 ? \"small\" : \"large\"
        if size >= 1000 and proto == udp { huge = count() }
        else if size >= 100 { large = count() by class, size }
        else { small = count() by class, proto }
        sizes = sum(size) by class
    }"
left_sends udp "$right_ip" 9 1 size=50
left_sends udp "$right_ip" 9 2 size=100
left_sends udp "$right_ip" 9 3 size=1000
left_sends ping "$right_ip" 4
stop_ntrace
expect "exit code" "$status" 0
expect "if" "$(final_cells huge)" 3
expect "else if" "$(final_cells large)" "large 100 2"
expect "else" "$(final_cells small)" "small icmp 4
small udp 1"
expect "let" "$(final_cells sizes)" "large 3200
small 50"
