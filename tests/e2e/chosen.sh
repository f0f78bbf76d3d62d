#!/usr/bin/env bash
# `chosen` is what the options for packets ask for; a script that says it is not asked elsewhere.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json --dport 7,8 --where "src == $left_ip" -e "
    on tx where dst == $right_ip and chosen { @known[packet] = now }
    on rx where src == $left_ip and udp { all = count() by dport, chosen, known = packet in @known }"
left_sends udp "$right_ip" 7 3 size=100
left_sends udp "$right_ip" 8 2 size=200
left_sends udp "$right_ip" 9 4 size=300
stop_ntrace

expect "exit code" "$status" 0
expect "packets" "$(final_cells all)" "\
7 true true 3
8 true true 2
9 false false 4"
