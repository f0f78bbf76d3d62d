#!/usr/bin/env bash
# When a probe can't be placed (here: no file descriptor is left for it), the message names the event,
# the hook and the place in the script, and nothing is watched.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# From too few to load up to enough to attach: between them lies what is enough for the first probe only.
for limit in {8..60}; do
    status=0
    (
        ulimit -n "$limit"
        exec "$NTRACE" --duration 10ms -e 'on skb_drop { count() }  on skb_consume { count() }'
    ) >"$work/out" 2>"$work/err" || status=$?
    if grep -q 'error\[E706\]' "$work/err"; then
        expect "exit code" "$status" 1
        grep -q "can't watch 'skb_consume': attaching to raw_tracepoint:" "$work/err" ||
            fail "the event is not named"
        grep -q -- '--> -e:1:' "$work/err" || fail "the place is not shown"
        ! grep -q ready "$work/err" || fail "it ran"
        exit 0
    fi
    [[ $status -ne 0 ]] || fail "attached without ever failing to (limit $limit)"
done
fail "never got so far"
