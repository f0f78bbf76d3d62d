#!/usr/bin/env bash
# Every row of diag.def has a test that shows its message: tests/golden/errors/E101_*.nt, or, where it
# takes a running kernel, tests/e2e/E702_*.sh. Left out is what only a defect of ntrace brings about.
# Every file of events has a test in which each of them fires (fires.sh). The tests that docs/tests.md names are there.
set -euo pipefail
cd "$(dirname "$0")/../.."

defects=' CODEGEN REFUSED RUN '

shopt -s nullglob
bad=0
rows=0
while read -r number name; do
    rows=$((rows + 1))
    [[ $defects != *" $name "* ]] || continue
    tests=(tests/golden/errors/"E${number}"_*.nt tests/e2e/"E${number}"_*.sh)
    if [[ ${#tests[@]} -eq 0 ]]; then
        echo "E$number ($name) has no test: tests/golden/errors/E${number}_${name,,}.nt"
        bad=1
    fi
done < <(sed -nE 's/^NT_CODE\(([0-9]+), *([A-Z0-9_]+).*/\1 \2/p' compiler/base/diag.def)

[[ $rows -gt 0 ]] || {
    echo "no rows found in compiler/base/diag.def"
    exit 1
}
for file in stdlib/events/*.nt; do
    name=$(basename "$file" .nt)
    if ! grep -qE "^fires[a-z_]* .*\b$name\b" tests/e2e/*.sh; then
        echo "no test lets the events of $file fire: fires TRAFFIC $name (tests/support/fires.sh)"
        bad=1
    fi
done

# golden.errors.E101_syntax: tests/golden/errors/E101_syntax.nt
file_of() { # TEST
    local name=${1#*.}

    case $1 in
    e2e.*) echo "tests/e2e/$name.sh" ;;
    unit.*) echo "tests/unit/test_$name.c" ;;
    *) echo "tests/${1//.//}.nt" ;;
    esac
}
# shellcheck disable=SC2016 # they are backticks of Markdown
while read -r test; do
    [[ -e $(file_of "$test") ]] || {
        echo "docs/tests.md names $test, which is not there"
        bad=1
    }
done < <(grep '^| ' docs/tests.md | grep -oE '`(e2e|golden|unit|profile)[.][A-Za-z0-9_.]+`' | tr -d '`' | sort -u)
exit "$bad"
