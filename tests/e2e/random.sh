#!/usr/bin/env bash
# What the checker accepts, the verifier accepts: random scripts, and those that once did not load.
# More: tests/random/run.
# needs: root own-btf
set -euo pipefail

# shellcheck source=tests/support/needs.sh
source "$SUPPORT/needs.sh"
require root own-btf
random=$(dirname "$NTRACE")/ntrace-random
"$random" --load-files "$SUPPORT"/../random/found/*.nt
"$random" --load-files --profile 4.19 "$SUPPORT"/../random/found/*.nt
count=${COUNT:-40}
[[ -z ${NTRACE_LAB:-} ]] || count=${COUNT:-5} # a guest takes some three seconds for each
"$random" --load "$count" 1 --tries 20
