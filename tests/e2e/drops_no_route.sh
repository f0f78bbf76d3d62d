#!/usr/bin/env bash
# A router without a route: every packet is dropped there, and says so.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

in_right sysctl -q -w net.ipv4.ip_forward=1
ip -n "$left" route add 198.51.100.0/24 via "$right_ip"

start_ntrace --format json -e "
    on skb_drop where dst == 198.51.100.7 and src == $left_ip { drops = count() by reason, dev }"
left_sends udp 198.51.100.7 9 8
stop_ntrace

expect "exit code" "$status" 0
expect "drops" "$(final_rows drops)" \
    '{"key":{"dev":"right0","reason":"IP_INNOROUTES"},"values":{"count()":8}}'
