#!/usr/bin/env bash
# needs: root kprobe
# Returns that the kernel could not watch, as more calls were open than it has room for, are counted.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

kernel_at_least 6.7 || skip "this kernel does not count the misses of kretprobes"

# Every server sleeps in accept(): by far more than the kernel keeps returns for.
calls=$((40 + 4 * $(nproc)))
start_ntrace --strict --format json -e '
    on kprobe:inet_csk_accept where comm == "traffic" { entered = count() }
    on kretprobe:inet_csk_accept where comm == "traffic" { returned = count() }'
for ((port = 5000; port < 5000 + calls; port++)); do
    right_serves serve "$right_ip" $port 1
done
sleep 0.5
for ((port = 5000; port < 5000 + calls; port++)); do
    left_sends tcp "$right_ip" $port 1 >/dev/null
done
for pid in "${servers[@]}"; do
    wait "$pid"
done
servers=()
stop_ntrace

expect "exit code under --strict" "$status" 3
expect "entered" "$(final_cells entered)" "$calls"
missed=$(json 'select(.type == "counters") | .probes[] | select(.hook | startswith("kretprobe")) | .missed' | tail -1)
[[ $missed -gt 0 ]] || fail "nothing was missed: this shows nothing"
expect "returned and missed" $(($(final_cells returned) + missed)) "$calls"
grep -q "runs skipped by the kernel: $missed" "$work/err" || fail "the misses are not said"
