#!/usr/bin/env bash
# Compiles a script as for a 4.19 kernel and walks the object: profile.sh NTRACE OLD_KERNEL FIXTURE SCRIPT
set -euo pipefail
object=$(mktemp)
trap 'rm -f "$object"' EXIT

"$1" --fixture "$3" --profile 4.19 -d object "$4" >"$object"
"$2" "$object"
