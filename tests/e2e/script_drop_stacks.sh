#!/usr/bin/env bash
# drop_stacks: 7 datagrams to a closed port and 5 that a rule drops are counted by their stacks.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

drop_in "$right" input "udp dport 10"

start_ntrace drop_stacks --format json --src-ip "$left_ip" --interval 200ms
left_sends udp "$right_ip" 9 7
left_sends udp "$right_ip" 10 5
sums() { # by intervals
    jq -s 'map(select(.type == "table" and .name == "total" and (.final | not)) | .rows[].values[]) | add // 0' "$work/out"
}
all_reported() {
    [[ $(sums) -eq 12 ]]
}
wait_until "all drops are reported" all_reported
stop_ntrace

expect "exit code" "$status" 0
expect "drops" "$(final_cells total)" "right0 12"
# The same place is reached in several ways: in the sender's own softirq, in ksoftirqd.
expect "drops by stacks" "$(jq -s 'map(select(.name == "stacks" and .final) | .rows[]
    | {n: .values["count()"], by: (if .key.kstack | any(test("nf_hook_slow")) then "rule" else "udp" end)})
    | group_by(.by) | map([.[0].by, (map(.n) | add)]) | .[]' -c "$work/out")" \
    '["rule",5]
["udp",7]'
expect "sorted" "$(json 'select(.name == "stacks" and .final) | [.rows[].values["count()"]] | . == (sort | reverse)')" true
