#!/usr/bin/env bash
# What was taken was not dropped: echo requests are consumed, once each, and none is a drop.
# (Before 6.3 the kernel freed those of IPv6 as if it had dropped them.)
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    on skb_consume where src in {$left_ip, $left_ip6} { consumed = count(), sum(len) by dev, proto }
    on skb_drop where src in {$left_ip, $left_ip6} { dropped = count() by proto }"
left_sends ping "$right_ip" 7
left_sends ping "$right_ip6" 8
stop_ntrace

expect "exit code" "$status" 0
consumed="right0 icmp 7 294
right0 icmp6 8 496"
dropped=
if ! kernel_at_least 6.3; then
    consumed="right0 icmp 7 294" dropped="icmp6 8"
fi
expect "consumed" "$(final_cells consumed)" "$consumed"
expect "dropped" "$(final_cells dropped)" "$dropped"
