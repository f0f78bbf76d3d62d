#!/usr/bin/env bash
# A reader that goes away ends ntrace, without a word, and nothing stays behind.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# shellcheck disable=SC2016 # it is the inner shell that expands
timeout 20 bash -c '"$NTRACE" -e "every 5ms { printf(\"something\n\") }" 2>"$1" | head -3
    echo "${PIPESTATUS[0]}"' bash "$work/err" >"$work/out" || fail "ntrace went on"
expect "output and exit code" "$(cat "$work/out")" $'something\nsomething\nsomething\n0'
expect "messages" "$(cat "$work/err")" "ntrace: ready, 0 probes (Ctrl-C ends)"
