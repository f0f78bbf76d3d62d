#!/usr/bin/env bash
# `max` bounds how many are followed at a time: what finds no room counts as evicted, and so do the
# longest silent, which give way. The accounts add up.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cat >"$work/way.nt" <<'END'
path way key packet max 16 {
    sent:  tx where dev == "left0" and icmp.type == echo
    never: rx where dev == "nowhere"
}
on way.done { count() }
END
start_ntrace --format json "$work/way.nt" --src "$left_ip"
left_sends ping "$right_ip" 100
sleep 1
left_sends ping "$right_ip" 3
stop_ntrace

expect "exit code" "$status" 0
expect "accounts" "$(accounts)" "way 103 = 0 + 0 + 0 + 0 + 11 + 92 late 0"
