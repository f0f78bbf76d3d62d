#!/usr/bin/env bash
# quantiles, distinct, buckets and rate: several in one table beside plain ones, keyed and not, from both
# CPUs at once, over intervals, with a full table. What is estimated is within its bounds.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    on rx where src == $left_ip {
        q = count(), quantiles(len), avg(len > 100), rate(len), rate() by dport
        full = count(), quantiles(len) by dport max 2
        whole = quantiles(len), distinct(sport), distinct(src), buckets(len, 100, 1000)
        alone = quantiles(len) by dst
    }
    every 30ms { print q; clear q }"

# 9,000 frames of 60, 900 of 560 and 100 of 1060 bytes, from either CPU.
load() { # CPU PORT SPORT
    in_left taskset -c "$1" "$TRAFFIC" udp "$right_ip" "$2" 9000 sport="$3" size=18
    in_left taskset -c "$1" "$TRAFFIC" udp "$right_ip" "$2" 900 sport="$3" size=518
    in_left taskset -c "$1" "$TRAFFIC" udp "$right_ip" "$2" 100 sport="$3" size=1018
}
load 0 9 1000 &
load $(($(nproc) - 1)) 9 1000
wait $!
for ((port = 2000; port < 2100; port++)); do
    left_sends udp "$right_ip" 10 1 sport=$port size=18
done
left_sends udp "$right_ip" 11 7 sport=1000 size=18
interval_is_empty() {
    grep '"name":"q"' "$work/out" | tail -1 | grep -q '"rows":\[\]'
}
wait_until "nothing more comes" interval_is_empty
stop_ntrace

near() { # WHAT GOT WANT PERCENT
    jq -en --argjson got "$2" --argjson want "$3" --argjson bound "$4" \
        '($got - $want | fabs) <= $want * $bound / 100' >/dev/null || fail "$1: $2 is not near $3"
}
quantiles() { # JSON COUNT P50 P90 P99 P99.9
    expect "values of $1" "$(jq .count <<<"$1")" "$2"
    for at in p50:$3 p90:$4 p99:$5 p99.9:$6; do
        near "${at%%:*}" "$(jq ".[\"${at%%:*}\"]" <<<"$1")" "${at##*:}" 2
    done
}
final() { # TABLE FILTER
    jq -c "select(.type == \"table\" and .final and .name == \"$1\") | $2" "$work/out"
}

port9=$(final q '.rows[] | select(.key.dport == 9) | .values')
expect "count" "$(jq '.["count()"]' <<<"$port9")" 20000
expect "share" "$(jq '.["avg(len > 100)"]' <<<"$port9")" 0.1
quantiles "$(jq -c '.["quantiles(len)"]' <<<"$port9")" 20000 60 60 560 1060
near "bytes a packet" "$(jq '.["rate(len)"] / .["rate()"]' <<<"$port9")" \
    $(((9000 * 60 + 900 * 560 + 100 * 1060) / 10000)) 0.001
jq -e '.["rate()"] > 100 and .["rate()"] < 200000' <<<"$port9" >/dev/null || fail "rate(): $port9"
quantiles "$(final full '.others["quantiles(len)"]')" 7 60 60 60 60
expect "others" "$(final full '.others["count()"]')" 7
expect "found the table full" "$(json 'select(.type == "counters") | .probes[].others' | tail -1)" 7
expect "intervals" "$(jq -s '[.[] | select(.type == "table" and .name == "q" and (.final | not))
    | .rows[].values | .["count()"], .["quantiles(len)"].count] | add' "$work/out")" $((2 * 20107))

whole=$(final whole '.rows[0].values')
quantiles "$(jq -c '.["quantiles(len)"]' <<<"$whole")" 20107 60 60 560 1060
near "different ports" "$(jq '.["distinct(sport)"]' <<<"$whole")" 101 9
expect "one sender" "$(jq '.["distinct(src)"]' <<<"$whole")" 1
expect "buckets" "$(jq -c '.["buckets(len, 100, 1000)"]' <<<"$whole")" \
    '[{"lo":null,"hi":100,"count":18107},{"lo":100,"hi":1000,"count":1800},{"lo":1000,"hi":null,"count":200}]'
quantiles "$(final alone '.rows[0].values["quantiles(len)"]')" 20107 60 60 560 1060

run_ntrace -e 'begin { q = count(), quantiles(5ms), rate(2KiB), distinct("a") by k = 1; r = quantiles(-1); exit(0) }'
expect "text" "$(tr -s ' ' <"$work/out" | sed -E 's,[0-9.]+[KMG]?i?B.s,RATE,')" "q by k
k count() p50 p90 p99 p99.9 rate(2KiB) distinct(\"a\")
1 1 5.01ms 5.01ms 5.01ms 5.01ms RATE 1

r
p50 p90 p99 p99.9
 <0 <0 <0 <0"
