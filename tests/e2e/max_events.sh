#!/usr/bin/env bash
# --max-events: the run ends by itself after so many rows, of emit, printf and ntrace's own bodies; what came
# beyond is counted, the tables count on, and bodies of end still have their say.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

script="
    on rx where src == $left_ip { fired = count(); emit sport }
    end { printf(\"that is all\n\") }"

ended() {
    ! kill -0 "$ntrace_pid" 2>/dev/null
}

left_out() { # FILE
    sed -n 's/^ntrace: ended after 7 rows (--max-events), \([0-9]*\) more .*/\1/p' "$1"
}

run_with() { # ARGS...
    start_ntrace "$@"
    left_sends udp "$right_ip" 9 100 sport=1000
    wait_until "ntrace ends by itself" ended
    status=0
    wait "$ntrace_pid" || status=$?
    ntrace_pid=
    expect "exit code" "$status" 0
    grep -q '^ntrace: ended after 7 rows (--max-events)' "$work/err" || fail "the end is not explained"
}

run_with --format json --max-events 7 --strict -e "$script"
expect "rows" "$(event_cells | wc -l)" 7
expect "bodies of end" "$(json 'select(.type == "printf") | .text')" '"that is all\n"'
expect "the end in JSON" "$(json 'select(.type == "warning" and (.text | startswith("ended after 7 rows")))' | wc -l)" 1
# All that fired is a row written or a row left out.
expect "accounted for" $((7 + $(left_out "$work/err" | grep . || echo 0))) "$(final_cells fired)"

run_with --max-events 7 -e "$script"
expect "rows of text" "$(grep -cE '^[0-9:.]+ +1000$' "$work/out")" 7

# ntrace's own bodies.
run_ntrace --max-events 3 -e 'begin { printf("a\n"); printf("b\n") } every 10ms { printf("c\n"); printf("d\n") }'
expect "exit code" "$status" 0
expect "lines" "$(grep -c '^[abcd]$' "$work/out")" 3

# As many as are there, and no more come.
run_ntrace --max-events 3 --duration 100ms -e 'begin { printf("a\n") }'
expect "lines" "$(cat "$work/out")" a
! grep -q 'ended after' "$work/err" || fail "it ended by its duration"
