#!/usr/bin/env bash
# Compares what the compiler says of one script with what is kept beside it.
#
#   golden.sh NTRACE FIXTURE-DIR tests/golden/DIR/NAME.nt
#
# NAME.PASS   what `ntrace -d PASS NAME.nt` prints on stdout; exit code 0
# NAME.out    what `ntrace check NAME.nt` prints on stdout; exit code 0
# NAME.err    what it prints on stderr; exit code 1
# NAME.help   what `ntrace NAME.nt --help` prints on stdout; exit code 0
#
# Comments at the top of the script may say:
#   # args: ...   further arguments, behind the script's name
#   # run: ...    the whole command line instead, for .out and .err
#   # exit: N     the exit code that goes with the .err
# A script named after a code (E203_...) must bring about that code.
# ntrace runs in the script's directory, so that messages name no other. UPDATE=1 writes the
# expectations anew; look at the difference before you keep it.
set -euo pipefail

ntrace=$(realpath "$1")
fixture=$(realpath "$2")
cd "$(dirname "$3")"
script=$(basename "$3")
name=${script%.nt}
bad=0

top_comment() { # KEY
    sed -n "/^[^#]/q; s/^# $1: //p" "$script" | head -1
}

read -ra args <<<"$(top_comment args)"
read -ra whole <<<"$(top_comment run)"
exit_code=$(top_comment exit)
[[ ${#whole[@]} -gt 0 ]] || whole=(check "$script" "${args[@]}")

run() { # WHAT
    case $1 in
    out) "$ntrace" --fixture "$fixture" "${whole[@]}" ;;
    err) { "$ntrace" --fixture "$fixture" "${whole[@]}" >/dev/null; } 2>&1 ;;
    help) "$ntrace" --fixture "$fixture" "$script" --help ;;
    *) "$ntrace" --fixture "$fixture" -d "$1" "$script" "${args[@]}" ;;
    esac
}

compare() { # EXPECTED-FILE
    local what=${1##*.} got want=0 code=0

    [[ $what == err ]] && want=${exit_code:-1}
    got=$(mktemp)
    run "$what" </dev/null >"$got" || code=$?
    if [[ ${UPDATE:-} == 1 ]]; then
        cp "$got" "$1"
    elif ! diff -u --label "$1" --label "what ntrace printed" "$1" "$got"; then
        bad=1
    fi
    if [[ $what == err && $name =~ ^(E[0-9]+)_ ]] && ! grep -q "\[${BASH_REMATCH[1]}\]" "$got"; then
        echo "$1: says nothing of ${BASH_REMATCH[1]}"
        bad=1
    fi
    rm -f "$got"
    if [[ $code -ne $want ]]; then
        echo "$1: exit code $code instead of $want"
        bad=1
    fi
}

shopt -s nullglob
expected=("$name".*)
[[ ${#expected[@]} -gt 1 ]] || {
    echo "$script: nothing is kept beside it to compare with"
    exit 1
}
for file in "${expected[@]}"; do
    [[ $file == "$script" ]] || compare "$file"
done
exit "$bad"
