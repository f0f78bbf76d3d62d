#!/usr/bin/env bash
# The lives of connections, as both of their sockets go through them, to the last change.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

right_serves serve "$right_ip" 80 2
right_serves serve "$right_ip6" 80 3
start_ntrace --format json -e "
    on tcp_state where rport == 80 and raddr in {$right_ip, $right_ip6} {
        client = count() by oldstate, newstate
    }
    on tcp_state where lport == 80 and laddr in {$right_ip, $right_ip6} {
        server = count() by oldstate, newstate
    }
    on tcp_state where raddr == $right_ip6 and newstate == established { ports = count() by rport }"
for i in 1 2; do
    left_sends send "$right_ip" 80 100
done
for i in 1 2 3; do
    left_sends send "$right_ip6" 80 100
done
wait "${servers[@]}"
stop_ntrace

expect "exit code" "$status" 0
expect "ports" "$(final_cells ports)" "80 3"
expect "changes of the clients" "$(final_cells client)" "close syn_sent 5
established fin_wait1 5
fin_wait1 fin_wait2 5
fin_wait2 close 5
syn_sent established 5"
expect "changes of the server" "$(final_cells server)" "close_wait last_ack 5
established close_wait 5
last_ack close 5
listen close 2
listen syn_recv 5
syn_recv established 5"
