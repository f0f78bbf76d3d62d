# shellcheck shell=bash
# What every end-to-end test begins with: `source "$SUPPORT/e2e.sh"`. It has then two namespaces
# (net.sh), a scratch directory $work, and:
#
#   left_sends ARGS...       makes traffic in the left namespace: arguments of traffic.c
#   right_sends ARGS...      the same in the right one
#   left_alone MS ARGS...    the same, and no other task gets its CPU until MS ms after: for packets that a
#                            timer moves on (undisturbed.c says why)
#   "$undisturbed" MS CMD... runs a command so on all CPUs; $a_cpu is one of them
#   left_serves ARGS...      the same in the background, once it is ready: serve, hold
#   right_serves ARGS...
#   start_ntrace ARGS...     starts ntrace and waits until all its probes are attached
#   stop_ntrace              Ctrl-C, then waits; $status is its exit code
#   run_ntrace ARGS...       runs ntrace to its end; $status
#                            Both leave its output in $work/out and $work/err.
#   drop_in NAMESPACE HOOK RULE   nftables drops what matches there, at its input, output or forward
#   expect WHAT GOT WANT     ends the test when they differ, with ntrace's output
#   fail TEXT
#   skip TEXT                this test can't run here; better said in its header (needs.sh)
#   json FILTER [ARGS...]    jq over the lines of $work/out; compact, keys sorted
#   final_rows [TABLE]       rows of a table of the report at the end, sorted, one a line
#   final_cells [TABLE]      the same without names: keys, then values, each in the script's order
#   final_tables             the cells of all tables in one go, behind their tables' names: `cells_of TABLE <<<"$all"`
#   accounts                 of each path at the end: started = done + lost + again + joined + open + evicted
#   event_cells              rows of emit, sorted: their values in the script's order
#   unheard NAMESPACE        how many datagrams came there to ports without a socket
#   wait_until WHAT CMD...   ends the test when CMD does not hold in time; CMD may be one of these:
#   all_came NAMESPACE N       N datagrams came there to ports without a socket
#   all_missed N [PATH]        as it was last printed, the path has lost N or met them again
#   reason NAME              a drop's reason as text shows it: - where the kernel gives none (before 5.17)
#   by_reason ROWS           cells "REASON KEYS... COUNT" as this kernel has them: where it gives no reasons
#                            they are null, and what is then alike is counted together
#   hex_ip IPV4, hex_ip6 IPV6    the bytes of an address, for frames
#   frame_v4 PROTO PAYLOAD   a frame from left to right, all in hexadecimal digits: `frame` sends it
#   frame_v6 NEXT PAYLOAD
#
# CMake sets NTRACE, TRAFFIC, FIXTURE and SUPPORT.
# shellcheck disable=SC2034 # $status is for the test
set -euo pipefail
export LC_ALL=C # sort as everywhere

# shellcheck source=tests/support/net.sh
source "$SUPPORT/net.sh"
# shellcheck source=tests/support/needs.sh
source "$SUPPORT/needs.sh"

skip() {
    echo "SKIPPED: $*"
    exit 77
}

require root btf netns command:jq
# shellcheck disable=SC2046 # words
require $(needs_of "$0")

work=$(mktemp -d)
status=0
undisturbed=${TRAFFIC%/*}/undisturbed
while read -r name value; do
    [[ $name != Cpus_allowed_list: ]] || a_cpu=${value##*[,-]}
done </proc/$$/status
ntrace_pid=
servers=()

finish() {
    local pid

    for pid in $ntrace_pid "${servers[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    net_down
    rm -rf "$work"
}
trap finish EXIT
net_up

fail() {
    echo "FAILED: $*"
    for name in out err; do
        [[ -s $work/$name ]] || continue
        echo "---- ntrace's std$name:"
        head -c 20000 "$work/$name"
    done
    exit 1
}

expect() { # WHAT GOT WANT
    [[ $2 == "$3" ]] || fail "$1"$'\n'"  got:  $2"$'\n'"  want: $3"
}

left_sends() {
    "$TRAFFIC" "netns=$left" "$@"
}

right_sends() {
    "$TRAFFIC" "netns=$right" "$@"
}

left_alone() { # MS ARGS...
    in_left taskset -c "$a_cpu" "$undisturbed" "$1" "$TRAFFIC" "${@:2}"
}

# sleep without a process: nothing is ever written there.
exec {silence}<> <(:)
pause() { # SECONDS
    read -r -t "$1" -u "$silence" || true
}

# Has the file a line that begins so? Without a process too.
has_line() { # FILE START
    local text=

    { IFS= read -r -d '' text <"$1"; } 2>/dev/null || true
    [[ $'\n'$text == *$'\n'"$2"* ]]
}

drop_in() { # NAMESPACE HOOK RULE
    in_netns "$1" nft "add table inet test
        add chain inet test drop_$2 { type filter hook $2 priority 0; }
        add rule inet test drop_$2 $3 drop"
}

# Polls a condition for up to a minute, on a slow machine for longer.
wait_until() { # WHAT COMMAND...
    local i

    for ((i = 0; i < 1200; i++)); do
        "${@:2}" && return
        pause 0.05
    done
    fail "timed out: $1"
}

unheard() { # NAMESPACE
    in_netns "$1" nstat -asz UdpNoPorts | awk '$1 == "UdpNoPorts" { print $2 }'
}

all_came() { # NAMESPACE N
    [[ $(unheard "$1") -eq $2 ]]
}

serve() { # NAMESPACE ARGS...
    local out=$work/server.${#servers[@]}

    : >"$out"
    "$TRAFFIC" "netns=$1" "${@:2}" >"$out" &
    servers+=($!)
    wait_until "server is ready" has_line "$out" ready
}

left_serves() {
    serve "$left" "$@"
}

right_serves() {
    serve "$right" "$@"
}

ntrace_is_ready() {
    kill -0 "$ntrace_pid" 2>/dev/null || fail "ntrace ended before it was ready"
    has_line "$work/err" 'ntrace: ready'
}

start_ntrace() {
    : >"$work/err"
    # A shell's background jobs ignore Ctrl-C; ntrace shall not.
    env --default-signal=INT "$NTRACE" "$@" >"$work/out" 2>"$work/err" </dev/null &
    ntrace_pid=$!
    wait_until "ntrace is ready" ntrace_is_ready
}

stop_ntrace() {
    status=0
    kill -INT "$ntrace_pid"
    wait "$ntrace_pid" || status=$?
    ntrace_pid=
}

run_ntrace() {
    status=0
    "$NTRACE" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
}

json() {
    jq -cS "${@:2}" "$1" "$work/out" || fail "the output is not JSON"
}

final_rows() {
    # shellcheck disable=SC2016 # $name is jq's
    json 'select(.type == "table" and .final and ($name == "" or .name == $name)) | .rows[]' \
        --arg name "${1:-}" | sort
}

final_cells() {
    # shellcheck disable=SC2016 # $name is jq's
    jq -nr '[inputs | select(.type == "table" and .final and ($name == "" or .name == $name)) | .rows[]
        | [.key[], .values[]] | map(tostring) | join(" ")] | sort[]' --arg name "${1:-}" "$work/out" ||
        fail "the output is not JSON"
}

final_tables() {
    jq -r 'select(.type == "table" and .final) | .name as $name | .rows[]
        | [$name, .key[], .values[]] | map(tostring) | join(" ")' "$work/out" | sort ||
        fail "the output is not JSON"
}

cells_of() { # TABLE
    sed -n "s/^$1 //p"
}

accounts() {
    jq -r 'select(.type == "path" and .final)
        | "\(.name) \(.started) = \([.done, .lost, .again, .joined, .open, .evicted] | map(tostring) |
            join(" + ")) late \(.late)"' "$work/out" || fail "the output is not JSON"
}

all_missed() { # N [PATH]
    # shellcheck disable=SC2016 # $name is jq's
    [[ $(json 'select(.type == "path" and ($name == "" or .name == $name)) | .lost + .again' \
        --arg name "${2:-}" | tail -1) == "$1" ]]
}

event_cells() {
    jq -nr '[inputs | select(.type == "event") | [.data[]] | map(tostring) | join(" ")] | sort[]' "$work/out" ||
        fail "the output is not JSON"
}

gives_reasons() {
    has tracepoint:skb:kfree_skb:reason
}

reason() {
    if gives_reasons; then echo "$1"; else echo -; fi
}

by_reason() {
    if gives_reasons; then
        echo "$1"
    else
        awk '{ count = $NF; $1 = "null"; $NF = ""; total[$0] += count }
            END { for (key in total) print key total[key] }' <<<"$1" | sort
    fi
}

hex_ip() {
    # shellcheck disable=SC2086 # four words
    printf '%02x' ${1//./ }
}

# net.sh's addresses are PREFIX:PREFIX::HOST.
hex_ip6() {
    local prefix=${1%%::*}

    printf '%04x%04x%020d%04x' "0x${prefix%:*}" "0x${prefix#*:}" 0 "0x${1##*::}"
}

frame_v4() {
    local head sum=0 i

    head=$(printf '4500%04x0000000040%s0000%s%s' $((20 + ${#2} / 2)) "$1" \
        "$(hex_ip "$left_ip")" "$(hex_ip "$right_ip")")
    for ((i = 0; i < 40; i += 4)); do
        sum=$((sum + 0x${head:i:4}))
    done
    sum=$((0xffff - (sum % 0xffff)))
    printf '%s%s0800%s%04x%s%s' "${right_mac//:/}" "${left_mac//:/}" "${head:0:20}" $sum \
        "${head:24}" "$2"
}

frame_v6() {
    printf '%s%s86dd60000000%04x%s40%s%s%s' "${right_mac//:/}" "${left_mac//:/}" \
        $((${#2} / 2)) "$1" "$(hex_ip6 "$left_ip6")" "$(hex_ip6 "$right_ip6")" "$2"
}
