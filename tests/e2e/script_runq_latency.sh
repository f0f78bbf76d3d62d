#!/usr/bin/env bash
# runq_latency: a thread that wakes while another keeps its CPU waits until that one is done.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

ln -s "$(command -v sleep)" "$work/nt-victim"
ln -s "$(command -v bash)" "$work/nt-hog"

start_ntrace runq_latency --comm 'nt-vic*' --threshold 200ms --format json
# In real time both, so that nobody has the CPU between them.
taskset -c "$a_cpu" chrt --fifo 10 "$work/nt-victim" 0.5 &
victim=$!
sleeps() {
    grep -q '(nt-victim) S' "/proc/$victim/stat"
}
wait_until "the victim sleeps" sleeps
# It has the CPU before the victim wakes, and longer.
# shellcheck disable=SC2016 # for the hog to expand
taskset -c "$a_cpu" chrt --fifo 50 "$work/nt-hog" -c 'end=$((${EPOCHREALTIME/./} + 850000)); while ((${EPOCHREALTIME/./} < end)); do :; done'
wait "$victim"
stop_ntrace

expect "exit code" "$status" 0
expect "slow waits" "$(json 'select(.type == "event") | .data | [.comm, .latency > 300000000, .tid]')" \
    "[\"nt-victim\",true,$victim]"
# shellcheck disable=SC2016 # a column
expect "slow" "$(json 'select(.name == "slow" and .final) | .rows[] | [.key.comm, .key.cpu, .values["sum(latency > $threshold)"]]' | grep -v ',0]')" \
    "[\"nt-victim\",$a_cpu,1]"
expect "others" "$(json 'select(.name == "wait" and .final) | .rows[].key.comm')" '"nt-victim"'
