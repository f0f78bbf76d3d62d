#!/usr/bin/env bash
# Every packet is seen once where it is received and once where it is sent, with its headers.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    on rx where src == $left_ip or src == $left_ip6 {
        received = count(), sum(len) by dev, proto, sport, dport
    }
    on tx where src == $left_ip or src == $left_ip6 { sent = count() by dev, proto }"
left_sends udp "$right_ip" 9 7 size=100 sport=1234
left_sends udp "$right_ip6" 9 5 size=100 sport=1234
left_sends ping "$right_ip" 3
stop_ntrace

expect "exit code" "$status" 0
# 14 + 20 + 8 + 100 bytes over IPv4, 14 + 40 + 8 + 100 over IPv6; 14 + 20 + 8 of an echo.
expect "received" "$(final_rows received)" '{"key":{"dev":"right0","dport":9,"proto":"udp","sport":1234},"values":{"count()":12,"sum(len)":1804}}
{"key":{"dev":"right0","dport":null,"proto":"icmp","sport":null},"values":{"count()":3,"sum(len)":126}}'
expect "sent" "$(final_rows sent)" '{"key":{"dev":"left0","proto":"icmp"},"values":{"count()":3}}
{"key":{"dev":"left0","proto":"udp"},"values":{"count()":12}}'
