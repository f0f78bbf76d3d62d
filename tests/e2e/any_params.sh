#!/usr/bin/env bash
# A parameter that is `any` takes its comparison out of the condition; with a value it is a test.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cat >"$work/script.nt" <<END
param port: {port} = any
param kind: proto = any
param size: int = any
param loud: bool = false
on rx where src in {$left_ip, $left_ip6} {
    if dport in \$port and proto == \$kind { both = count() }
    if dport in \$port or proto == \$kind { either = count() }
    if not dport in \$port { inverse = count() }
    if proto == udp and (dport in \$port or len < 0) { nested = count() }
    if exists(\$size) and len > \$size { large = count() }
    if \$loud { loud = count() }
}
END

counts() { # OPTIONS...
    start_ntrace "$work/script.nt" --format json "$@"
    left_sends ping "$right_ip" 1
    left_sends udp "$right_ip" 9 2
    left_sends udp "$right_ip6" 10 4 size=100
    stop_ntrace
    expect "exit code" "$status" 0
    for name in both either inverse nested large loud; do
        printf '%s=%s ' $name "$(final_cells $name)"
    done
}

# Of `a or ANY` a is left, of `a and ANY` a, of `not ANY` nothing.
expect "all any" "$(counts)" "both=7 either=7 inverse=7 nested= large= loud= "
expect "port" "$(counts --port 9)" "both=2 either=2 inverse=5 nested=2 large= loud= "
expect "ports" "$(counts --port 9,10 --kind udp)" "both=6 either=6 inverse=1 nested=6 large= loud= "
expect "kind" "$(counts --kind icmp)" "both=1 either=1 inverse=7 nested= large= loud= "
expect "size" "$(counts --size 100 --port 10 --kind icmp --loud)" \
    "both= either=5 inverse=3 nested=4 large=4 loud=7 "
