#!/usr/bin/env bash
# capture: the packets of each kind of hook stand in the pcapng file as they were on the wire, cut to what was
# asked for; the VLAN tag that the kernel keeps apart is in its place.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# A frame from left to right with a payload of 30 bytes, to a port that nobody hears; and one with a tag.
udp=03e8000900260000$(printf 'ab%.0s' {1..30})
plain=$(frame_v4 11 "$udp")
tagged=${plain:0:24}8100a005${plain:24}

start_ntrace --write "$work/packets" -e "
    on rx where ip.src == $left_ip { capture }
    on tx where ip.src == $left_ip { capture(40) }
    on skb_drop where ip.src == $left_ip { seen = count(); capture }"
left_sends frame left0 "$plain" 2
left_sends frame left0 "$tagged" 1
stop_ntrace
expect "exit code" "$status" 0
"$(dirname "$TRAFFIC")/pcapng" "$work/packets" >"$work/read" || fail "the file is no pcapng"

# 72 bytes are there; 54 is the Ethernet header and 40 bytes.
frames() { # COMMENT INTERFACE FRAME
    grep -E "^$2 [0-9]+ [0-9]+ $1 $3\$" "$work/read" | awk '{ print $2, $3 }' | sort | uniq -c | xargs
}
expect "received" "$(frames rx right0 "$plain")" "2 72 72"
expect "received with a tag" "$(frames rx right0 "$tagged")" "1 76 76"
expect "sent" "$(frames tx left0 "${plain:0:108}")" "2 54 72"
# Nobody has this tag: the kernel takes it off and drops the packet, newer ones as the same frame.
dropped=$(frames skb_drop right0 "$plain")
[[ $dropped == "2 72 72" || $dropped == "3 72 72" ]] || fail "dropped: $dropped"
expect "all drops" "$(grep -c " skb_drop " "$work/read")" "$(awk '$1 == "seen" { print $2 }' "$work/out")"

run_ntrace -e 'on rx { capture }'
expect "exit code without a file" "$status" 2
grep -q -- '--write FILE' "$work/err" || fail "it is not said how to name a file"
run_ntrace --write /nowhere/packets -e 'on rx { capture }'
expect "exit code when the file can't be made" "$status" 1
