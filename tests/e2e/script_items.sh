#!/usr/bin/env bash
# The items of a script together: parameters of every kind, const, fn, enum, let, a body of two events.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cat >"$work/script.nt" <<'END'
## Everything at once.
param me: {cidr}                      ## whose packets
param names: {string} = any
param depth: int = 2
param color: red | green = green
const LARGE = 1024
fn payload(n) = len - n
fn is_small() = len < LARGE
enum class { tiny = 1, big = 2 }

on rx, tx where src in $me {
    let class = (payload(42) > 100 ? 2 : 1) as class
    sizes = count(), sum(payload(42)) by probe, is_small(), class, local = comm in "traf*"
    if comm in $names { named = count() by comm }
    if $depth == 2 and $color == green { choice = count() }
    if probe == "rx" { printf("%s %d %x %5d|%-6s|%04x\n", src, len, len, dport, proto, sport) }
}
end { emit x = 1, y = "end" }
END

start_ntrace "$work/script.nt" --format json --me "$left_ip,$left_ip6" --names 'traf*,other' --color green
left_sends udp "$right_ip" 9 2 size=1000 sport=77
left_sends udp "$right_ip6" 9 1 size=1 sport=77
left_sends ping "$right_ip" 1
stop_ntrace

expect "exit code" "$status" 0
expect "sizes" "$(final_cells sizes)" "rx false big true 2 2000
rx true tiny true 2 21
tx false big true 2 2000
tx true tiny true 2 21"
expect "names" "$(final_cells named)" "traffic 8"
expect "choice" "$(final_cells choice)" 8
expect "row of end" "$(event_cells)" "1 end"
expect "texts" "$(jq -j 'select(.type == "printf").text' "$work/out" | sort | uniq -c | sed 's/^ *//')" \
    "2 $left_ip 1042 412     9|udp   |004d
1 $left_ip 42 2a     -|icmp  |   -
1 $left_ip6 63 3f     9|udp   |004d"

run_ntrace "$work/script.nt"
expect "exit code without the parameter" "$status" 2
grep -q 'error\[E604\]: the option --me must be given' "$work/err" || fail "no E604"
