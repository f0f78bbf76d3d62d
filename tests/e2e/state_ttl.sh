#!/usr/bin/env bash
# State that ages: gone when its time is over, for events and for ntrace, begun anew by a change; what is too
# old makes room.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    map @seen: ttl 2s
    map @sum: ttl 2s
    map @few: max 4, ttl 1s
    map @long: ttl 1h
    on rx where src == $left_ip {
        answers = count() by sport, known = sport in @seen, last = @seen[sport] ?? 0B, sum = @sum ?? 0B
        @seen[sport] = len
        @sum += len
        @long += 1
        @few[sport, udp.len] = 1
    }
    begin { @mine = 5 }
    every 50ms { states = count() by known = 1000 in @seen, sum = exists(@sum); emit @long ?? 0 }
    end { printf(\"%d\", @long) }"
forgotten() { # since it was known
    jq -se '[.[] | select(.type == "event") | .data | .[]] | any(. == 2)' "$work/out" >/dev/null
}
send() { # SPORT SIZE [N]
    left_sends udp "$right_ip" 9 "${3:-1}" sport="$1" size="$2"
}
send 1000 10 2
wait_until "ntrace reads what was counted" forgotten
sleep 3.5 # over, and of @few swept away: it was twice its time old, up to a second ago
send 1000 20
for i in 1 2 3 4 5 6; do
    send 2000 $((30 + i))
done
sleep 3.5
for i in 1 2 3; do
    send 3000 $((30 + i))
done
stop_ntrace

# A frame is 42 bytes longer than its payload. Each burst begins without a past.
expect "what was known" "$(final_cells answers | grep '^1000 ')" "1000 false 0 0 2
1000 true 52 52 1"
expect "a full map that has grown old" "$(json 'select(.type == "counters") | [.probes[].state_full] | add')" 3
states=$(final_cells states)
[[ $states == *"true true"* && $states == *"false false"* ]] || fail "ntrace saw no age: $states"
expect "what stays" "$(json 'select(.type == "printf").text')" '"12"'
