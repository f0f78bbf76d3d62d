#!/usr/bin/env bash
# needs: root kprobe
# Arguments wherever they are: in registers, on the stack behind the sixth, and pointers that no trampoline
# hands out (to a number, to a pointer).
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

try() { # ARGS...
    start_ntrace --format json "$@" -e "
        on fn:ip_make_skb where comm == \"traffic\" and length == 108 {
            made = count() by length, transhdrlen, flags, cork = exists(cork.fragsize)
        }
        on call:ip_make_skb(length, flags) where comm == \"traffic\" and length == 108 { calls = count() by length, flags, ok = retval != 0 }
        on fn:dev_hard_start_xmit(first, dev, ret) where comm == \"traffic\" and dev.name == \"left0\" and first.len == 142 {
            sent = count() by ret = ret != 0, first.len
        }"
    left_sends udp "$right_ip" 9 7 size=100
    stop_ntrace
    expect "exit code $*" "$status" 0
    expect "made $*" "$(final_cells made)" "108 8 0 true 7"
    expect "calls $*" "$(final_cells calls)" "108 0 true 7"
    expect "sent $*" "$(final_cells sent)" "true 142 7"
}

try
try --profile 4.19
