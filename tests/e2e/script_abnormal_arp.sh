#!/usr/bin/env bash
# abnormal_arp: every kind of fault, in its number, at both ends of the wire; ARP as it should be is left alone.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

other_mac=02:00:00:00:00:99 group_mac=01:00:5e:00:00:01
base=10.$((net_own / 256)).$((net_own % 256))

arp() { # N TO FROM OP SENDER-MAC SENDER-IP TARGET-MAC TARGET-IP [HLEN]
    left_sends frame left0 "${2//:/}${3//:/}0806000108000${9:-6}04000$4${5//:/}$(hex_ip "$6")${7//:/}$(hex_ip "$8")" "$1"
}
zero=00:00:00:00:00:00

start_ntrace abnormal_arp --format json --src "$base.0/24" --rate 1000
arp 9 ff:ff:ff:ff:ff:ff "$left_mac" 1 "$left_mac" "$left_ip" $zero "$right_ip"         # a request
arp 8 "$right_mac" "$left_mac" 2 "$left_mac" "$left_ip" "$right_mac" "$right_ip"       # a reply
arp 3 "$right_mac" "$left_mac" 1 $other_mac "$base.3" $zero "$right_ip"                # sender_not_of_frame
arp 2 "$right_mac" "$left_mac" 2 "$left_mac" "$base.4" $other_mac "$right_ip"          # target_not_of_frame
arp 5 "$right_mac" $group_mac 1 $group_mac "$base.5" $zero "$right_ip"                 # group_sender
arp 1 "$right_mac" "$left_mac" 1 "$left_mac" "$base.6" $zero "$right_ip" 8             # odd_lengths
arp 4 ff:ff:ff:ff:ff:ff "$left_mac" 1 "$left_mac" "$base.7" $zero "$base.7"            # gratuitous
arp 1 "$right_mac" $other_mac 1 $other_mac "$left_ip" $zero "$right_ip"                # claimed_twice
stop_ntrace

expect "exit code" "$status" 0
want() { # DEV
    echo "claimed_twice $1 $left_ip 1
gratuitous $1 $base.7 4
group_sender $1 $base.5 5
odd_lengths $1 $base.6 1
sender_not_of_frame $1 $base.3 3
target_not_of_frame $1 $base.4 2"
}
expect "faults" "$(final_cells faults)" "$( (want left0 && want right0) | sort)"
expect "packets shown" "$(json 'select(.type == "event")' | wc -l)" 32
expect "who claimed before" "$(json 'select(.type == "event") | .data | select(.fault == "claimed_twice") | [.before, .["arp.sha"]]' | sort -u)" \
    "[\"$left_mac\",\"$other_mac\"]"

start_ntrace abnormal_arp --format json --src "$base.0/24" --faults gratuitous --rate 1
arp 3 "$right_mac" "$left_mac" 1 $other_mac "$base.3" $zero "$right_ip"
arp 4 ff:ff:ff:ff:ff:ff "$left_mac" 1 "$left_mac" "$base.7" $zero "$base.7"
stop_ntrace
expect "one kind only" "$(final_cells faults)" "gratuitous left0 $base.7 4
gratuitous right0 $base.7 4"
