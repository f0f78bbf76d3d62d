#!/usr/bin/env bash
# The manual page names every option of --help, and groff has nothing to say about it.
#
#   man.sh NTRACE
set -euo pipefail

ntrace=$(realpath "$1")
page=$(dirname "$0")/../../docs/ntrace.1
bad=0
n=0
for option in $("$ntrace" --help | grep -oE -- '^ .*--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
    n=$((n + 1))
    grep -q -- "^\.It .*Fl Fl ${option#--}\b" "$page" || {
        echo "docs/ntrace.1 lacks $option"
        bad=1
    }
done
[[ $n -gt 0 ]] || bad=1
if command -v groff >/dev/null; then
    said=$(groff -mdoc -Tutf8 -ww -z "$page" 2>&1)
    [[ -z $said ]] || {
        echo "$said"
        bad=1
    }
fi
exit "$bad"
