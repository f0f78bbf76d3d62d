#!/usr/bin/env bash
# Functions of statements and loops, in the kernel and in ntrace's own bodies.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    fn size_class(n) {                # 50 bytes to port 9, 142 to port 10
        let big = n > 100
        if big { return 2 } else if n > 60 { return 1 }
        return n - n
    }
    fn lowest_bit(x) { for i in 0..7 { if x >> i & 1 == 1 { return i } } }
    fn nothing_over(x) { if x < 10 { return x } }
    fn step(x) = x + 1
    fn add(a, b) { let sum = step(a) + b; return sum * sum }
    fn note(what, n) {
        if n > 100 { return }
        noted = count(), sum(n) by what
    }
    fn say(n) { if n > 1 { return } printf(\"say %d\", n) }

    on rx where src == $left_ip and udp and size_class(len) != 1 {
        let sum = 1000                # not what add() calls so
        values = count() by size_class(len), lowest_bit(len), nothing_over(dport), add(2, sum - 998), sum
        note(\"len\", len)
        note(\"fifth\", len / 5)
        for i in 0..3 { if i == 2 and len < 100 { twos = count() by i } turns = count(), sum(i * i) }
        for i in 0..5 { macs = count() by i, byte = skb.dev.dev_addr[i] }
        for i in -1..1 { signs = sum(i), min(i), max(i) }
        if sum > 5 { for i in 7..7 { once = count() by i } }
        for i in 0..9 { if i == 4 { return } until = count() }
        never = count()
    }
    begin {
        for i in 0..4 {
            say(i)
            if i == 3 { return }
            printf(\"turn %d\", i)
        }
        printf(\"never\")
    }"
left_sends udp "$right_ip" 9 2
left_sends udp "$right_ip" 10 1 size=100
stop_ntrace
expect "exit code" "$status" 0
expect "values" "$(final_cells values)" "0 1 9 25 1000 2
2 1 null 25 1000 1"
expect "a function that does something" "$(final_cells noted)" "fifth 3 48
len 2 100"
expect "turns" "$(final_cells turns)" "12 42"
expect "twos" "$(final_cells twos)" "2 2"
IFS=: read -ra bytes <<<"$right_mac"
expect "elements" "$(final_cells macs)" "$(for i in 0 1 2 3 4 5; do echo "$i $((16#${bytes[i]})) 3"; done)"
expect "signs" "$(final_cells signs)" "0 -1 1"
expect "one turn" "$(final_cells once)" "7 3"
expect "left" "$(final_cells until)" "12"
expect "never" "$(final_cells never)" ""
expect "in ntrace" "$(jq -r 'select(.type == "printf") | .text' "$work/out" | tr '\n' ,)" \
    "say 0,turn 0,say 1,turn 1,turn 2,"
