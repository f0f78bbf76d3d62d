#!/usr/bin/env bash
# Resets: of a closed port, to whom it goes though no socket knows, and of a connection that is cut off.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

right_serves serve "$right_ip" 80 1
right_serves serve "$right_ip6" 80 1
start_ntrace --format json -e "
    on tcp_reset where laddr in {$right_ip, $right_ip6} { refused = count() by laddr, lport, raddr }
    on tcp_reset where raddr in {$right_ip, $right_ip6} { cut = count() by laddr, raddr, rport, state }"
left_sends tcp "$right_ip" 9 3 >"$work/stood"
left_sends tcp "$right_ip6" 9 4 >"$work/stood"
left_sends cut "$right_ip" 80
left_sends cut "$right_ip6" 80
stop_ntrace

expect "exit code" "$status" 0
# Before 6.10 the kernel tells only of resets that have a socket.
refused=
if has tracepoint:tcp:tcp_send_reset:reason; then
    refused="$right_ip 9 $left_ip 3
$right_ip6 9 $left_ip6 4"
fi
expect "connections refused" "$(final_cells refused)" "$refused"
expect "connections cut off" "$(final_cells cut)" "$left_ip $right_ip 80 close 1
$left_ip6 $right_ip6 80 close 1"
