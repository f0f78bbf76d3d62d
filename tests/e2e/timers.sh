#!/usr/bin/env bash
# A timer on every CPU sees what runs there.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cp "$(command -v bash)" "$work/spinner"
start_ntrace --format json -e "
    on profile:99hz { all = count() by cpu }
    on profile:199hz where comm == \"spinner\" { spins = count() by pid, probe, user = exists(ustack) }"
for ((cpu = 0; cpu < $(nproc); cpu++)); do
    # shellcheck disable=SC2016 # for the spinner to expand
    taskset -c "$cpu" "$work/spinner" -c 'for ((i = 0; i < 300000; i++)); do :; done; echo $$'
done >"$work/pids"
stop_ntrace

expect "exit code" "$status" 0
expect "CPUs" "$(final_rows all | jq -s 'length')" "$(nproc)"
expect "samples" "$(final_rows spins | jq -r 'select(.key.user and .key.probe == "profile:199hz") | .key.pid' | sort -u)" \
    "$(sort -u "$work/pids")"

for bad in 0hz 99 99khz 20000hz; do
    run_ntrace -e "on profile:$bad { count() }"
    expect "exit code of profile:$bad" "$status" 1
    grep -q 'a timer is written profile:99hz, with 1 to 10000 hz' "$work/err" || fail "profile:$bad"
done
