#!/usr/bin/env bash
# What a packet is recognised by: the same at every hook, and another for every other packet.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# A frame like another, with this IPv4 id.
with_id() { # ID FRAME
    echo "${2:0:36}$1${2:40}"
}

own="{$left_ip, $left_ip6}"
udp=30390035000c12340a0b0c0d
tcp=30390050000186a0000186a1501203e8abcd0000
arp=0001080006040001${left_mac//:/}$(hex_ip "$left_ip")000000000000$(hex_ip "$right_ip")

start_ntrace --format json --top 1000 -e "
    on tx, rx, skb_consume, skb_drop where src in $own { hooks = count() by packet, probe }
    on rx where src in $own and dev == \"right0\" { different = count() by packet }
    on rx where src in $own and ip.len == 24 { cut = count() by proto, exists(packet) }
    on tx, rx where src in $own and dport == 53 { emit packet, head }"
frames=(
    "$(frame_v4 11 $udp)"                               # seen three times, and once more
    "$(frame_v4 11 $udp)"                               # the same headers: the same packet
    "$(frame_v4 11 "${udp}0e0f")"                       # what lies behind does not tell them apart
    "$(frame_v4 11 "${udp/1234/4321}")"                 # nor does the checksum
    "$(frame_v4 11 "${udp/000c/000b}")"                 # from here on: others
    "$(with_id 0001 "$(frame_v4 11 $udp)")"
    "$(with_id 0002 "$(frame_v4 11 $udp)")"
    "$(frame_v4 06 $tcp)"
    "$(frame_v4 06 "${tcp/0186a0/0186a1}")"
    "$(frame_v4 06 "${tcp/0186a1/0186a2}")"
    "$(frame_v4 01 0800123400070008)"
    "$(frame_v4 01 0800123400070009)"
    "$(frame_v4 01 0000123400070009)"
    "$(frame_v4 2f 00000800)"
    "$(frame_v6 11 $udp)"
    "$(frame_v6 11 "${udp/000c/000b}")"
    "$(frame_v6 3a 8000123400070008)"
    "$(frame_v6 2c "1100000800000001$udp")"             # two fragments of one datagram
    "$(frame_v6 2c "1100001000000001$udp")"
    "$(frame_v6 2c "1100000800000002$udp")"             # one of another
    "${right_mac//:/}${left_mac//:/}0806$arp"
)
for frame in "${frames[@]}"; do
    left_sends frame left0 "$frame" 1
done
left_sends udp "$right_ip" 9 1 size=3000 sport=1000
left_sends frame left0 "$(frame_v4 11 03e80009)" 1 # cut short
stop_ntrace

expect "exit code" "$status" 0
# 18 of the list, the three fragments of the datagram, and the one cut short, which has none.
expect "packets" "$(final_cells different | awk '{ print $NF }' | sort -n | uniq -c | xargs)" "21 1 1 4"
expect "without" "$(final_cells different | grep null)" "null 1"
expect "cut short" "$(final_cells cut)" "\
gre true 1
udp false 1"
# Fragments wait for the rest, all others are freed.
hooks() { # JQ-CONDITION
    json "select(.type == \"table\" and .name == \"hooks\" and .final) | .rows
        | map(select(.key.packet)) | group_by(.key.packet)[]
        | map({(.key.probe): .values[\"count()\"]}) | add | select($1)" | wc -l
}
expect "packets" "$(hooks true)" 21
expect "sent and received as often" "$(hooks '.rx > 0 and .tx == .rx')" 21
(($(hooks '.skb_consume or .skb_drop') >= 16)) || fail "what is freed is not recognised"
# A frame goes through the pair in one buffer.
expect "buffers" "$(jq -r 'select(.type == "event") | .data | "\(.packet) \(.head)"' "$work/out" |
    uniq -c | awk '{ print $1 % 2 }' | sort -u)" 0
grep -Eq '"packet":"[0-9a-f]{16}"' "$work/out" || fail "a packet is printed as 16 digits"
