#!/usr/bin/env bash
# Compiles a script as for a 4.19 kernel and walks the object: profile.sh NTRACE OLD_KERNEL FIXTURE SCRIPT
# A script whose documentation says "Needs Linux 5.2" has to be refused there, as too large.
set -euo pipefail
object=$(mktemp)
trap 'rm -f "$object" "$object.err"' EXIT

# Options that must be given: all of those so far name interfaces. Of two directions one: both are more
# than 4.19 runs.
mapfile -t options < <("$1" --fixture "$3" "$4" --help | sed -nE '
    s/^  (--[a-z-]+) .*\(required\)$/\1=eth0/p; s/^  (--direction) ([a-z_]+)\|.*/\1=\2/p')
if grep -q '^##.*Needs Linux 5\.2' "$4"; then
    ! "$1" --fixture "$3" --profile 4.19 -d object "$4" "${options[@]}" >"$object" 2>"$object.err" || {
        echo "$4 says that it needs Linux 5.2, and does not"
        exit 1
    }
    grep '^error' "$object.err"
    [[ $(grep -c '^error' "$object.err") -eq $(grep -c '^error\[E405\]' "$object.err") ]]
    exit
fi
"$1" --fixture "$3" --profile 4.19 -d object "$4" "${options[@]}" >"$object"
"$2" "$object"
