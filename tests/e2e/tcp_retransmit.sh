#!/usr/bin/env bash
# Retransmits to who does not answer, as many as the kernel itself counts, for IPv4 and IPv6.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

drop_in "$right" input "tcp dport 81"

# One retransmit, then the connection is given up.
in_left sysctl -q -e -w net.ipv4.tcp_syn_retries=1 net.ipv4.tcp_syn_linear_timeouts=0

start_ntrace --format json -e "
    on tcp_retransmit where rport == 81 and raddr in {$right_ip, $right_ip6} {
        again = count() by raddr, state
    }"
left_sends tcp "$right_ip" 81 1 >"$work/stood" &
first=$!
left_sends tcp "$right_ip6" 81 1 >"$work/stood" &
sleep 0.8
"$undisturbed" 450 true # a second after the first SYN
wait $first $!
stop_ntrace

expect "exit code" "$status" 0
expect "retransmits" "$(final_cells again)" "$right_ip syn_sent 1
$right_ip6 syn_sent 1"
counted=$(in_left nstat -asz TcpRetransSegs | awk '$1 == "TcpRetransSegs" { print $2 }')
expect "retransmits that the kernel counts" "$counted" 2
