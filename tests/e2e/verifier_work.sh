#!/usr/bin/env bash
# How much work the verifier has with bodies that once multiplied its ways: none of tests/random/cost takes
# more than a tenth of the million instructions that a kernel follows.
# needs: root own-btf
set -euo pipefail

# shellcheck source=tests/support/needs.sh
source "$SUPPORT/needs.sh"
require root own-btf
"$(dirname "$NTRACE")/ntrace-random" --load-files --each "$SUPPORT"/../random/cost/*.nt | tee /dev/stderr |
    awk '/ instructions followed$/ && / 0: / { n++; if ($(NF - 2) > 100000) bad = 1 }
        END { exit bad || n != 2 }'
