#!/usr/bin/env bash
# needs: root
# The object that was compiled is kept: the next run of the same script takes it and needs no compiler; whatever it
# was made of changes, it is made anew, and what was tampered with is not taken.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# A /var/cache of this test's own, and a program that did not change a moment ago.
if [[ -z ${NTRACE_OWN_CACHE:-} ]]; then
    export NTRACE_OWN_CACHE=1
    # shellcheck disable=SC2016 # bash -c expands it
    unshare --mount --propagation slave bash -c 'mount -t tmpfs none /var/cache && exec "$0"' "$0"
    exit
fi
cache=/var/cache/ntrace
sleep 3

ends() { # HOW ARGS...
    run_ntrace -v --duration 50ms "${@:2}"
    expect "exit code" "$status" 0
    grep -q "^compiled object $1 $cache" "$work/err" || fail "expected: compiled object $1 (${*:2})"
}
made() {
    ends "kept in" "$@"
}
taken() {
    ends from "$@"
}
files() {
    find "$cache" -type f | wc -l
}

drops="on skb_drop { count() by reason }"

# The same results, warm as cold.
for how in made taken; do
    $how -e "$drops"
done
for how in --strict --no-cache --strict; do
    start_ntrace --format json "$how" -e \
        "on rx where src == $left_ip and dport == 9 { n = count() by sport }"
    left_sends udp "$right_ip" 9 300 sport=1000
    ! grep -q LLVM "/proc/$ntrace_pid/maps" || fail "LLVM is in the tracer"
    ! grep -q ntrace-codegen "/proc/$ntrace_pid/maps" || fail "the code generator is in the tracer"
    stop_ntrace
    expect "rows, $how" "$(final_cells n)" "1000 300"
done
expect "kept" "$(files)" 2

# It needs no compiler.
opens_compiler() { # ARGS...
    strace -f -e trace=openat "$NTRACE" --duration 50ms -e "$drops" "$@" 2>&1 | grep -c ntrace-codegen || true
}
if has command:strace; then
    expect "compiler opened, warm" "$(opens_compiler)" 0
    expect "compiler opened, cold" "$(opens_compiler --no-cache)" 1
fi

# Another script, parameter, condition, or profile is another object.
made -e "$drops "
made -e "$drops" --dst 10.0.0.1
taken -e "$drops" --dst 10.0.0.1
made -e "$drops" --dst 10.0.0.2
made -e "$drops" --where 'ip.ttl == 3'
taken -e "$drops" --where 'ip.ttl == 3'
taken -e "$drops"

# What a script uses is part of it.
mkdir "$work/scripts"
echo 'fn twice(x) = x * 2' >"$work/scripts/lib.nt"
printf 'use "lib.nt"\non skb_drop { sum(twice(len)) }\n' >"$work/scripts/main.nt"
made "$work/scripts/main.nt"
taken "$work/scripts/main.nt"
echo 'fn twice(x) = x * 3' >"$work/scripts/lib.nt"
made "$work/scripts/main.nt"

# So is the library.
cp -r "$(dirname "$SUPPORT")/../stdlib" "$work/stdlib"
made --stdlib "$work/stdlib" -e "$drops"
taken --stdlib "$work/stdlib" -e "$drops"
echo '# another word' >>"$work/stdlib/prelude.nt"
made --stdlib "$work/stdlib" -e "$drops"

# What is in doubt is compiled, and put right.
newest() {
    find "$cache" -type f -printf '%T@ %p\n' | sort -n | tail -1 | cut -d ' ' -f 2
}
for harm in 'printf x | dd of=FILE bs=1 seek=500 conv=notrunc status=none' 'truncate -s 100 FILE' \
    'chmod 644 FILE' 'chown 12345 FILE' 'ln FILE FILE.too' 'rm FILE'; do
    taken -e "$drops"
    eval "${harm//FILE/$(newest)}"
    made -e "$drops"
done
taken -e "$drops"

# A directory that others may write to is not used, neither for reading nor for writing.
chmod 777 "$cache"
before=$(files)
ends "can't be kept in" -e "$drops"
grep -q "^no compiled object in $cache: Operation not permitted" "$work/err" || fail "it was read"
expect "files" "$(files)" "$before"
chmod 700 "$cache"
taken -e "$drops"

# Wanted is wanted.
run_ntrace -v --no-cache --duration 50ms -e "$drops"
! grep -q 'compiled object' "$work/err" || fail "--no-cache looked"

# Another build of ntrace takes nothing of this one's. With a profile $NTRACE is a script that runs it.
if [[ -z ${NTRACE_PROFILE:-} ]]; then
    cp "$NTRACE" "$(dirname "$NTRACE")/ntrace-codegen.so" "$work"
    sleep 4
    NTRACE=$work/ntrace made -e "$drops"
fi
