#!/usr/bin/env bash
# Without the rights: a message that says which, and no word of libbpf.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cp "$NTRACE" "$(dirname "$NTRACE")"/ntrace-codegen.so "$work"
chmod 755 "$work"
status=0
setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
    "$work/ntrace" -e 'on skb_drop { count() by reason }' >"$work/out" 2>"$work/err" || status=$?
expect "exit code" "$status" 1
grep -q 'error\[E702\]' "$work/err" || fail "no E702"
! grep -qi libbpf "$work/err" || fail "libbpf speaks"
