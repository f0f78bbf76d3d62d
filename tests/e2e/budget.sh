#!/usr/bin/env bash
# --budget: probes that take more of the CPUs than allowed rest, and go when it is far more; both is said.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
kernel_at_least 5.8 || skip "this kernel does not measure"

busy="on profile:2000hz { n = count(); by_cpu = count() by cpu }"

# What it takes here: nothing is done about it.
run_ntrace --format json --budget 100% --strict --duration 2s -e "$busy"
expect "exit code" "$status" 0
taken=$(sed -n 's/^ntrace: the probes took \([0-9.e-]*\) % .*/\1/p' "$work/err")
awk "BEGIN { exit !($taken > 0 && $taken < 50) }" || fail "the probes took $taken %"
all=$(final_cells n)

share() { # TIMES
    awk "BEGIN { printf \"%.9f%%\", $taken * $1 }"
}

# A third of that: they rest most of the time, and are there again afterwards.
run_ntrace --format json --budget "$(share 0.33)" --duration 6s -e "$busy"
expect "exit code" "$status" 0
grep -q 'they rest at times' "$work/err" || fail "that they rest is not said"
grep -q ', and rested [0-9.]* of [0-9.]* s' "$work/err" || fail "how long is not said"
expect "in JSON" "$(json 'select(.type == "warning" and (.text | contains("they rest at times")))' | wc -l)" 1
seen=$(final_cells n)
# In three times the time as many or more, had they not rested.
((seen > 0 && seen < all * 3 * 9 / 10)) || fail "seen: $seen, of $all a third of the time"

run_ntrace --budget "$(share 0.33)" --duration 2s --strict -e "$busy"
expect "exit code, strict" "$status" 3

# Far more than allowed; or what can't be left out at times.
for script in "$busy" "on profile:2000hz { @n[cpu] = pid; by_cpu = count() by cpu }"; do
    times=0.01
    [[ $script == "$busy" ]] || times=0.5
    run_ntrace --format json --budget "$(share $times)" -e "$script" # ends by itself
    expect "exit code" "$status" 0
    grep -q 'they are removed, and the run ends' "$work/err" || fail "why it ends is not said"
    expect "the report" "$(json 'select(.type == "table" and .final)' | grep -c by_cpu)" 1
done
