#!/usr/bin/env bash
# alone: unreadable_packets
# Frames that are wrong: each has its reason; headers that can't be read are absent and counted.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

ethernet=${right_mac//:/}${left_mac//:/}
addresses=$(hex_ip "$left_ip")$(hex_ip "$right_ip")
udp=04d2000900080000 # to port 9, no checksum

start_ntrace --format json -e '
    on skb_drop where dev == "right0" and eth.src == '"$left_mac"' {
        drops = count() by reason, proto, dport
    }'
left_sends frame left0 "${ethernet}08004500001c0000000040110bad$addresses$udp" 3   # IP checksum
left_sends frame left0 "${ethernet}08005500001c0000000040110bad$addresses$udp" 4   # IP version 5
left_sends frame left0 "${ethernet}08004500" 5                                     # cut short
left_sends frame left0 "${ethernet}86dd6000000000081140" 6                         # the same, IPv6
left_sends frame left0 "${ethernet}88b500112233445566778899" 7                     # not IP
left_sends frame left0 "02aabbccddee${left_mac//:/}08004500001c0000000040110bad$addresses$udp" 8
left_sends udp "$right_ip6" 9 9 badsum
tcp=04d200090000000100000000500203e80bad0000
left_sends frame left0 "$(frame_v4 06 $tcp)" 10                                    # TCP checksum
left_sends frame left0 "$(frame_v6 06 $tcp)" 11
left_sends frame left0 "$(frame_v4 01 08000bad00010001)" 12                        # ICMP checksum
left_sends frame left0 "$(frame_v6 3a 80000bad00010001)" 13
left_sends frame left0 "$(frame_v4 fd 0000)" 14                                    # no such protocol
stop_ntrace

expect "exit code" "$status" 0
expect "drops" "$(final_cells drops)" "$(by_reason "ICMP_CSUM icmp null 12
ICMP_CSUM icmp6 null 13
IP_CSUM udp 9 3
IP_INHDR null null 15
IP_NOPROTO 253 null 14
OTHERHOST udp 9 8
TCP_CSUM tcp 9 21
UDP_CSUM udp 9 9
UNHANDLED_PROTO null null 7")"
expect "unparsed" "$(json 'select(.type == "counters") | .probes[].unparsed' | tail -1)" 15
grep -q '^ntrace: skb_drop: packets whose headers could not be read: 15$' "$work/err" ||
    fail "unparsed packets are not said"
