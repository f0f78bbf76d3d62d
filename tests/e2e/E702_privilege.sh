#!/usr/bin/env bash
# Without the rights: a message that says which, and no word of libbpf; what needs none works.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cp "$NTRACE" "$(dirname "$NTRACE")"/ntrace-codegen.so "$work"
chmod 755 "$work"
echo 'on skb_drop { count() by reason }' >"$work/secret.nt"
chmod 600 "$work/secret.nt"

as_nobody() {
    status=0
    setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
        "$work/ntrace" "$@" >"$work/out" 2>"$work/err" || status=$?
    ! grep -qi libbpf "$work/err" || fail "libbpf speaks"
}

as_nobody -e 'on skb_drop { count() by reason }'
expect "exit code" "$status" 1
grep -q 'error\[E702\]' "$work/err" || fail "no E702"

as_nobody check "$work/secret.nt"
expect "exit code" "$status" 1
expect "message" "$(cat "$work/err")" \
    "error[E601]: can't read the script '$work/secret.nt': Permission denied"

for question in --help "drops --help" "check drops" "list events" "list fields rx" "--explain E702"; do
    # shellcheck disable=SC2086 # words
    as_nobody $question
    expect "exit code of $question" "$status" 0
    [[ -s $work/out ]] || fail "no answer to $question"
done
