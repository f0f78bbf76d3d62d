#!/usr/bin/env bash
# Arithmetic in the kernel with known lengths: signs, division by zero, shifts, 64 bits.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    on rx where src == $left_ip {          # 50 bytes to port 9
        quotients = count() by len / 7, len % 7, -len / 7, -len % 7, len / -7, len / (dport - 9), len % (dport - 9)
        bits = count() by (0 - 1) >> 1, 1 << 40, ~len, len ^ 3, len | 1, len & 7 == 2, dport << 4 & 0xf0
        order = count() by 2 + 3 * 4 - 20 / 3 % 4, (2 + 3) * 4, 1 + 1 == 2 and not 1 > 2
        signs = sum(0 - len), min(0 - len), max(0 - len), avg(0 - len), hist(len - 50), lhist(0 - len, -60, 0, 20)
        large = max(18446744073709551615), min(9223372036854775807)
        compared = count() by 18446744073709551615 > -1, -1 < len, len in 50..51, len not in {1, 2}
        truth = avg(len > 49), sum(len > 49), avg(dport == 1)
    }"
left_sends udp "$right_ip" 9 2
stop_ntrace
expect "exit code" "$status" 0
expect "quotients" "$(final_cells quotients)" "7 1 -7 -1 -7 null null 2"
expect "bits" "$(final_cells bits)" "-1 1099511627776 -51 49 51 true 144 2"
expect "order" "$(final_cells order)" "12 20 true 2"
expect "signs" "$(final_cells signs)" \
    '-100 -50 -50 -50 [{"lo":0,"hi":1,"count":2}] [{"lo":-60,"hi":-40,"count":2}]'
expect "comparisons" "$(final_cells compared)" "true true true true 2"
expect "truth values" "$(final_cells truth)" "1 2 0"
# jq's numbers are doubles: the text is exact.
expect "64 bits" "$(grep '"name":"large"' "$work/out" | grep -o '"values":{[^}]*}')" \
    '"values":{"max(18446744073709551615)":18446744073709551615,"min(9223372036854775807)":9223372036854775807}'
