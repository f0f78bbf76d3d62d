#!/usr/bin/env bash
# An interface may have quotes, control characters and bytes of no alphabet in its name: JSON stays
# JSON, and nothing of it reaches the terminal as a command.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

name=$'a"b\\\x1b\xff'
ip -n "$right" link set right0 down
ip -n "$right" link set right0 name "$name"
ip -n "$right" link set "$name" up

script="on skb_drop where dst == $right_ip { drops = count() by dev; emit dev; printf(\"%s\n\", dev) }"
start_ntrace --format json -e "$script"
left_sends udp "$right_ip" 9 1
stop_ntrace
expect "exit code" "$status" 0
expect "JSON" "$(grep -oE '"dev":"[^}]*"}|"text":"a[^}]*"}' "$work/out")" '"dev":"a\"b\\\u001b\ufffd"}
"text":"a\"b\\\\x1b\\xff\n"}
"dev":"a\"b\\\u001b\ufffd"}'
json . >"$work/valid"

start_ntrace -e "$script"
left_sends udp "$right_ip" 9 1
stop_ntrace
expect "places in the text" "$(grep -cF 'a"b\\x1b\xff' "$work/out")" 3
! grep -qP '[^\x20-\x7e]' "$work/out" || fail "raw bytes in the text"
