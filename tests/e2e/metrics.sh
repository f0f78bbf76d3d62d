#!/usr/bin/env bash
# --format metrics: a file holds the newest report, every line as Prometheus reads it, the numbers exact.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format metrics --output "$work/metrics" -e "
    on rx where src == $left_ip {
        load = count(), sum(len), quantiles(len) by dport max 2
        hist(len)
        emit flow
    }
    every 100ms { print load }"
left_sends udp "$right_ip" 9 300 size=18
left_sends udp "$right_ip" 10 200 size=58
reported() {
    grep -q '^ntrace_load_count{dport="10"} 200$' "$work/metrics"
}
wait_until "a report has all" reported
left_sends udp "$right_ip" 11 7 size=18
stop_ntrace

expect "exit code" "$status" 0
line='^ntrace_[a-z0-9_]+({[a-z0-9_]+="[^"]*"(,[a-z0-9_]+="[^"]*")*})? [0-9.e+-]+$'
expect "lines that are none" "$(grep -vE "$line" "$work/metrics")" ""
expect "series there twice" "$(sed 's/ [^ ]*$//' "$work/metrics" | sort | uniq -d)" ""
expect "counts and sums" "$(grep -E '^ntrace_load_(count|sum)' "$work/metrics" | sort)" \
    'ntrace_load_count{dport="(others)"} 7
ntrace_load_count{dport="10"} 200
ntrace_load_count{dport="9"} 300
ntrace_load_sum_len{dport="(others)"} 420
ntrace_load_sum_len{dport="10"} 20000
ntrace_load_sum_len{dport="9"} 18000'
expect "quantile" "$(grep -F 'quantile="0.99"' "$work/metrics" | grep -c ' \(60\|100\)$')" 3
expect "histogram" "$(grep ^ntrace_hist "$work/metrics")" 'ntrace_hist_len_bucket{le="63"} 307
ntrace_hist_len_bucket{le="127"} 507
ntrace_hist_len_bucket{le="+Inf"} 507
ntrace_hist_len_count 507'
grep -q '^ntrace_others_total{.*event="rx".*} 7$' "$work/metrics" || fail "no counter says that the table was full"
