#!/usr/bin/env bash
# sample: about one of so many runs the body, all others are counted as held back.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    on rx where src == $left_ip sample 1/4 { some = count() }
    on rx where src == $left_ip sample 3/3 { all = count() }"
in_left "$TRAFFIC" udp "$right_ip" 9 4000
stop_ntrace

some=$(final_cells some)
expect "all" "$(final_cells all)" 4000
# 1,000 and a standard deviation of 27.
[[ $some -gt 750 && $some -lt 1250 ]] || fail "$some of 4000 passed a sample of 1/4"
expect "passed and held back" "$((some + $(json 'select(.type == "counters") | .probes[].held')))" 4000
