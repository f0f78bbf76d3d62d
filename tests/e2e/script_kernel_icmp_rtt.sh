#!/usr/bin/env bash
# kernel_icmp_rtt: answers wait in the queue of the host that gives them. For who asks that is the way outside, for who answers its
# own queue, and it shows nowhere else. Pings that are not answered, or not read, are lost behind the stage that they reached.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# A byte takes 1 ms, 100 are saved up: of 8 answers of 42 bytes the last waits for 236 ms, of 6 of 62 bytes for 272 ms.
slow=150000000
in_right tc qdisc add dev right0 root tbf rate 8kbit burst 100 limit 100000
drop_in "$right" input "icmp id 3"

start_ntrace kernel_icmp_rtt --src "$left_ip,$left_ip6" --threshold 1ns --rate 1000 --format json
left_alone 20 ping "$right_ip" 8 1 read
left_alone 20 ping "$right_ip6" 6 2 read
left_sends ping "$right_ip" 3 3     # are not answered
left_alone 100 ping "$right_ip" 2 4 # are answered, but not read
ended() {
    local account
    account='map(select(.type == "path")) | .[-2:] | map([.name, .done, .lost]) | sort == [["answers", 16, 3], ["pings", 14, 5]]'
    jq -es "$account" "$work/out" >/dev/null
}
wait_until "all came back or were found to be lost" ended
stop_ntrace

by_pair() { # PATH, how many of IPv4 and IPv6
    expect "$1" "$(json "select(.name == \"total\" and .final) | .rows[] | select(.key.path == \"$1\")
        | [.key.src, .key.dst, .values[\"count()\"], .values[\"max(latency)\"] >= $slow]" | sort)" "\
[\"$left_ip\",\"$right_ip\",$2,true]
[\"$left_ip6\",\"$right_ip6\",$3,true]"
}
parts() { # PATH, the part that is slow, for all but the unread pings
    expect "parts of $1" "$(json "select(.type == \"event\" and .data.path == \"$1\" and .data.id <= 2) | .data
        | [.id, .seq, ([.hops[].after] | add) == .total, .total - ([.hops[] | select(.stage == \"$2\").after] | add) < $slow]" | sort)" \
        "$(for ping in 1,{1..8} 2,{1..6}; do echo "[$ping,true,true]"; done)"
}
expect "exit code" "$status" 0
by_pair pings 8 6
by_pair answers 10 6
parts pings rx
parts answers tx
reached=rx
! has kprobe && ! has fentry || reached=icmp
expect "lost" "$(final_cells lost)" "answers rx 3
pings $reached 2
pings tx 3"
