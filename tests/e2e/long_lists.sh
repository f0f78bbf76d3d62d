#!/usr/bin/env bash
# Hundreds of networks, addresses and ports: --src and --dport, and lists in a script. The most specific
# and the widest networks, of IPv4 and IPv6, edges of their ranges.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

own=${left_ip%.*}
networks=$(for ((i = 0; i < 100; i++)); do echo "172.16.$i.0/24" "2001:db8:$i::/48"; done | tr ' \n' ,,)
ports=$(seq -s, 30000 30099)

traffic() {
    left_sends udp "$right_ip" 9 2
    left_sends udp "$right_ip6" 9 4
    left_sends udp "$right_ip" 30050 1
    right_sends udp "$left_ip" 9 16
    right_sends udp "$left_ip6" 9 32
}

counts() { # ARGS...
    start_ntrace --format json "$@" -e 'on rx where udp { seen = count() by src }'
    traffic
    stop_ntrace
    expect "exit code" "$status" 0
    final_cells seen
}

expect "one network of many" "$(counts --src "$networks$own.1/32" --dev 'right0,left0')" "$left_ip 3"
expect "both" "$(counts --src "$networks$own.0/31,${left_ip6}/128" --dev 'right0')" "$left_ip 3
$left_ip6 4"
expect "a wide one" "$(counts --src "${networks}0.0.0.0/0" --dst "$own.0/24,${networks%,}" --dev 'right0,left0')" \
    "$left_ip 3
$right_ip 16"
expect "none" "$(counts --src "${networks%,}" --dev 'right0,left0')" ""
expect "ports" "$(counts --dport "$ports,9" --src "$own.0/24" --dev 'right0,left0')" "$left_ip 3
$right_ip 16"

# In a script; not in; ranges, patterns and names beside what is looked up.
start_ntrace --format json --src "$own.0/24,${left_ip6%:*}:/112" -e "
    param many: {cidr} = {10.0.0.0/8}
    on rx where udp and dev in {\"left0\", \"right0\"} {
        places = count() by src in {${networks}$own.2/31}, src not in {${networks}::/0}, src in {$networks$right_ip6, $own.1}
        named = count() by dport in {$ports,1..9}, dport not in {$ports}, proto in {udp, icmp}
        of_option = count() by src in \$many
    }" --many "$networks$own.1"
traffic
stop_ntrace
expect "exit code" "$status" 0
expect "places" "$(final_cells places)" "false false false 4
false false true 35
true false false 16"
expect "ports and ranges" "$(final_cells named)" "true false true 1
true true true 54"
expect "of an option" "$(final_cells of_option)" "false 52
true 3"
