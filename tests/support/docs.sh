#!/usr/bin/env bash
# Compiles what a document shows: every ```nt block as a script, and every line `sudo ntrace ...` of a
# ```sh block as `ntrace check ...`.
#
#   docs.sh NTRACE FIXTURE-DIR FILE.md
set -euo pipefail

ntrace=$(realpath "$1")
fixture=$(realpath "$2")
document=$(realpath "$3")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "$0")/../.."

# Block N of line L becomes $work/L.nt or $work/L.sh.
awk -v dir="$work" '
    /^```(nt|sh)$/ { file = dir "/" NR "." substr($0, 4); next }
    /^```/         { if (file) close(file); file = ""; next }
    file           { print > file }
' "$document"

shopt -s nullglob
bad=0
n=0

check() { # LINE ARGS...
    n=$((n + 1))
    if ! "$ntrace" --fixture "$fixture" check "${@:2}" >"$work/out" 2>&1; then
        echo "$document:$1 does not compile:"
        cat "$work/out"
        bad=1
    fi
}

for block in "$work"/*.nt; do
    line=$(basename "$block" .nt)
    check "$line" "$block"
done
for block in "$work"/*.sh; do
    line=$(basename "$block" .sh)
    while read -r command; do
        [[ $command == "sudo ntrace "* ]] || continue
        eval "set -- ${command#sudo ntrace }"
        check "$line" "$@"
    done <"$block"
done
[[ $n -gt 0 ]] || {
    echo "$document shows nothing that could be compiled"
    exit 1
}
exit "$bad"
