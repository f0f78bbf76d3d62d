#!/usr/bin/env bash
# When the kernel's side can't be made (here: too few file descriptors), a message says so.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

script='on skb_drop { '
for i in {1..40}; do
    script+="t$i = count() by reason; "
done
script+='}'
(
    ulimit -n 40
    run_ntrace -e "$script"
    expect "exit code" "$status" 1
    grep -q 'error\[E705\].*Too many open files' "$work/err" || fail "no E705"
    ! grep -qi libbpf "$work/err" || fail "libbpf speaks"
)
