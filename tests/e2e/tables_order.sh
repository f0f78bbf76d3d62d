#!/usr/bin/env bash
# Rows stand in the order of their values, whatever the width and sign: the largest first by each aggregation,
# the smallest first by a key of each type; in the kernel and in ntrace's own bodies.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# From the smallest to the largest: edges of 8, 16, 32 and 64 bits.
signed=(-9223372036854775807 -4294967297 -4294967296 -2147483649 -2147483648 -65537 -32769 -129 -128 -1 0 1 127 128
    255 256 32767 65535 65536 2147483647 2147483648 4294967295 4294967296 9223372036854775807)
unsigned=(0 1 127 128 255 256 65535 65536 2147483648 4294967295 4294967296 9223372036854775807
    9223372036854775808 18446744073709551614 18446744073709551615)

choice() { # VALUE...: x by the datagram's port
    local i text=""

    for ((i = 1; i <= $#; i++)); do
        text+="dport == $i ? (${!i} as $type) : "
    done
    echo "${text}(0 as $type)"
}
# The numbers of all tables' rows, as they stand, behind the tables' names.
orders() {
    jq -r 'select(.type == "table") | [.name, .rows[].key.n] | map(tostring) | join(" ")' "$work/out"
}
aggs="max(x) min(x) sum(x) avg(x)"

for type in int uint; do
    values=("${signed[@]}")
    [[ $type == int ]] || values=("${unsigned[@]}")
    n=${#values[@]}
    up=$(seq 1 "$n" | xargs)
    down=$(seq "$n" -1 1 | xargs)
    tables="" here=""
    for agg in $aggs; do
        name=${agg%(x)}
        tables+="  of_$name = $agg by n = dport as int"$'\n'
        here+="  own_$name = $agg by n"$'\n'
    done
    sets=""
    for ((i = 1; i <= n; i++)); do
        sets+="  put($i, ${values[i - 1]} as $type)"$'\n'
    done
    start_ntrace --format json --top 100 --dst "$right_ip" --sport 1000 -e "
        fn put(n, x) {
            $here
            own_key = count() by x, n
        }
        begin { $sets }
        on rx where proto == udp {
            let x = $(choice "${values[@]}")
            $tables
            of_key = count() by x, n = dport as int
        }
        end { print by x }" # the other tables by their first aggregation
    for ((i = n; i >= 1; i--)); do
        left_sends udp "$right_ip" "$i" 1 sport=1000
    done
    stop_ntrace
    expect "exit code" "$status" 0
    all=$(orders)
    for where in of own; do
        for agg in $aggs; do
            expect "$type, $where, by $agg" "$(cells_of "${where}_${agg%(x)}" <<<"$all")" "$down"
        done
        expect "$type, $where, by key" "$(cells_of "${where}_key" <<<"$all")" "$up"
    done
done

# Keys of other types, the smallest first as well: numbers as numbers, addresses byte by byte, texts as texts.
ordered() { # WHAT VALUE...
    local i sets=""

    for ((i = $#; i >= 2; i--)); do
        sets+="  put($((i - 1)), ${!i})"$'\n'
    done
    run_ntrace --format json --top 100 --duration 10ms -e "
        fn put(n, x) { keyed = count() by x, n }
        begin { $sets }
        end { print keyed by x }"
    expect "exit code" "$status" 0
    expect "$1" "$(orders | cells_of keyed)" "$(seq 1 $(($# - 1)) | xargs)"
}
ordered "addresses" 1.2.3.4 9.255.255.255 10.0.0.1 10.0.0.2 10.0.1.0 192.168.0.1 2001:db8::1 \
    fd00::1 fd00::1:0 fd00:0:0:1:: fd00:1:: fe80::1
ordered "Ethernet addresses" 00:00:00:00:00:02 00:00:00:00:01:00 02:00:00:00:00:01 02:00:00:00:01:00 fe:00:00:00:00:00
ordered "durations" -5ms 0ns 1ns 999us 1ms 1h 2d
ordered "texts" '"a"' '"aa"' '"ab"' '"b"' '"eth0"' '"eth1"' '"eth10"' '"eth2"' '"lo"'
ordered "truth" false true
