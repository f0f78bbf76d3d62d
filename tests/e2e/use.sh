#!/usr/bin/env bash
# Declarations of every kind, in the script and in a file that it uses; both start from another directory.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

mkdir -p "$work/lib"
cat >"$work/lib/shapes.nt" <<'LIB'
use colours
param least: int = 60                  ## leave out what is smaller
const WEB = 443
fn size_of(n) { if n > 100 { return large } return small_one() }
fn small_one() = small
fn note(what) { @seen[what] += 1 }
enum size { small, large = 7 }
view packet { size: size = size_of(len) }
view sk_buff { room = this.data - this.head }
event arrival { from raw_tracepoint:netif_receive_skb(skb); packet skb at mac; colour: colour = size == large ? blue : red }
LIB
echo 'enum colour { red, blue = 5 }' >"$work/lib/colours.nt"
cat >"$work/own.nt" <<SCRIPT
use "lib/shapes.nt"
const WEB = 9                          # hides the file's
flags bits { low = 1, high = 0x8 }
view udp { half = be16(4) / 2 }
view pair of bytes { sport: port = 0; dport: port = 2 }
map @seen: max 8
on arrival where src == $left_ip and dport == WEB and len >= \$least {
    note("all")
    sizes = count() by size, colour, udp.half, bits = (dport & 9) as bits, ((skb.data + 20) as pair).dport, skb.room > 0
}
end { emit seen = @seen["all"], other = exists(@seen["other"]) }
SCRIPT

traffic() {
    left_sends udp "$right_ip" 9 4 size=18  # 60 bytes
    left_sends udp "$right_ip" 9 2 size=100 # 142
    left_sends udp "$right_ip" 10 1 size=100
}

cd /
start_ntrace "$work/own.nt" --format json
traffic
stop_ntrace
expect "exit code" "$status" 0
expect "sizes" "$(final_cells sizes)" 'large blue 54 low|high 9 true 2
small red 13 low|high 9 true 4'
expect "state" "$(event_cells)" "6 false"

start_ntrace "$work/own.nt" --least 61
traffic
stop_ntrace
expect "text" "$(grep 'low|high' "$work/out" | sed 's/  */ /g')" "large blue 54 low|high 9 true 2"
