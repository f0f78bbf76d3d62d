#!/usr/bin/env bash
# An event that this kernel can't have is refused before the start, with what was tried.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

[[ ! -e /sys/bus/event_source/devices/kprobe ]] || skip "this kernel has kprobes"
run_ntrace -e 'on ip_rcv { count() }'
expect "exit code" "$status" 1
expect "message" "$(cat "$work/err")" "error[E501]: 'ip_rcv' can't be had on this kernel
  --> -e:1:4
   1 | on ip_rcv { count() }
     |    ^^^^^^ fn:ip_rcv: this host has neither fentry nor kprobes"
expect "output" "$(cat "$work/out")" ""
