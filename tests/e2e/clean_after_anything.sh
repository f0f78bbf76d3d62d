#!/usr/bin/env bash
# Nothing stays in the kernel, no program, no map, no link, whatever ended ntrace.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

script='on skb_drop { count() by reason; hist(latency); emit src, dst, kstack }'

ids() { # KIND: prog, map or link
    sed -n "s/^$1_id:[[:space:]]*//p" /proc/"$ntrace_pid"/fdinfo/* | sort -u
}
all_gone() {
    local id

    for id in $progs; do ! bpftool prog show id "$id" &>/dev/null || return 1; done
    for id in $maps; do ! bpftool map show id "$id" &>/dev/null || return 1; done
    for id in $links; do ! bpftool link show id "$id" &>/dev/null || return 1; done
}

for signal in KILL SEGV TERM INT; do
    start_ntrace -e "$script"
    progs=$(ids prog) maps=$(ids map) links=$(ids link)
    [[ -n $progs && -n $maps && -n $links ]] || fail "ntrace holds nothing: '$progs' '$maps' '$links'"
    kill -$signal "$ntrace_pid"
    { wait "$ntrace_pid"; } 2>/dev/null || true
    ntrace_pid=
    wait_until "all is gone after SIG$signal" all_gone
done
