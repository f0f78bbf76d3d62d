#!/usr/bin/env bash
# The life of one connection, as both of its sockets go through it.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

right_serves serve "$right_ip" 80 1
start_ntrace --format json -e "
    on tcp_state where rport == 80 and raddr == $right_ip { client = count() by oldstate, newstate }"
left_sends send "$right_ip" 80 1000
wait "${servers[0]}"
stop_ntrace

expect "exit code" "$status" 0
changes=$(json 'select(.type == "table" and .final and .name == "client") | .rows[].key
    | [.oldstate, .newstate]' | sort)
for change in '["close","syn_sent"]' '["syn_sent","established"]' '["established","fin_wait1"]'; do
    grep -qxF "$change" <<<"$changes" || fail "no change $change among:"$'\n'"$changes"
done
