#!/usr/bin/env bash
# needs: root own-btf
# A kernel that does not describe its types: what to do is said, and doing it helps.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cat /sys/kernel/btf/vmlinux >"$work/types.btf"

# Without types, in a mount namespace that COMMAND prepares further.
without_types() { # COMMAND ARGS...
    status=0
    # shellcheck disable=SC2016 # for the other shell
    unshare --mount bash -c 'mount -t tmpfs tmpfs /sys/kernel/btf && eval "$1" && exec "${@:2}"' - \
        "$1" "$NTRACE" "${@:2}" >"$work/out" 2>"$work/err" </dev/null || status=$?
}

script='on rx { count() by dev }'
without_types true -e "$script"
expect "exit code" "$status" 1
# shellcheck disable=SC2016 # as it is said
expect "message" "$(cat "$work/err")" 'error[E708]: this kernel does not describe its types (CONFIG_DEBUG_INFO_BTF)
   = make a file of them from its debug symbols and name it with --btf, or let ntrace find it:
     pahole --btf_encode_detached=/lib/modules/$(uname -r)/vmlinux.btf vmlinux'

without_types true --btf "$work/types.btf" --duration 100ms -e "$script"
expect "exit code with --btf" "$status $(grep -c error "$work/err")" "0 0"

# Where ntrace looks. (Some machines have no directory of modules to put it into.)
if [[ -d /lib/modules ]]; then
    without_types "mount -t tmpfs tmpfs /lib/modules && mkdir /lib/modules/$(uname -r) &&
        cp $work/types.btf /lib/modules/$(uname -r)/vmlinux.btf" --duration 100ms -e "$script"
    expect "exit code with the file in its place" "$status" 0
fi
