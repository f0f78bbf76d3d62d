#!/usr/bin/env bash
# A timer on every CPU sees what runs there.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cp "$(command -v bash)" "$work/spinner"
start_ntrace --format json -e "
    on profile:99hz { all = count() by cpu }
    on profile:199hz where comm == \"spinner\" { spins = count() by pid, probe, user = exists(ustack) }"
"$work/spinner" -c 'for ((i = 0; i < 300000; i++)); do :; done; echo $$' >"$work/pid"
stop_ntrace

expect "exit code" "$status" 0
expect "CPUs" "$(final_rows all | jq -s 'length')" "$(nproc)"
expect "samples" "$(final_rows spins | jq -c '[.key.pid, .key.probe, .key.user]' | sort -u | grep -c "^\\[$(<"$work/pid"),\"profile:199hz\",true\\]$")" 1

for bad in 0hz 99 99khz 20000hz; do
    run_ntrace -e "on profile:$bad { count() }"
    expect "exit code of profile:$bad" "$status" 1
    grep -q 'a timer is written profile:99hz, with 1 to 10000 hz' "$work/err" || fail "profile:$bad"
done
