#!/usr/bin/env bash
# Several that stand at one stage and are known by one key go on as one: the oldest is followed, the
# others count as joined. Keys may have several parts.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cat >"$work/asked.nt" <<'END'
path asked key packet {
    asked:    tx where dev == "left0" and udp     also (src, dst)
    answered: rx where dev == "left0" and udp     key (dst, src)
}
on asked.done { done = count(), max(joined) by asked.dport, joined }
END
start_ntrace --format json "$work/asked.nt" --src "$left_ip"
left_sends udp "$right_ip" 10 1
left_sends udp "$right_ip" 11 4
right_sends udp "$left_ip" 9 1
right_sends udp "$left_ip" 9 1
left_sends udp "$right_ip" 12 1
right_sends udp "$left_ip" 9 1
left_sends udp "$right_ip" 13 2
stop_ntrace

expect "exit code" "$status" 0
expect "done" "$(final_cells "done")" "10 4 1 4
12 0 1 0"
expect "accounts" "$(accounts)" "asked 8 = 2 + 0 + 0 + 5 + 1 + 0 late 0"
