#!/usr/bin/env bash
# What fired is what came and what was lost, per probe and per CPU: with the load on each CPU by itself and on
# all at once, rings that nobody reads, and tables and state with too little room.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

script="
    map @few: max 3
    on rx where src == $left_ip {
        fired = count() by what = \"rx\", cpu
        few = count() by sport max 3
        @few[sport] = len
        if sport != 0 { emit what = \"rx\", sport, dport, src, dst, len }
    }
    on tx where src == $left_ip {
        fired = count() by what = \"tx\", cpu
        emit what = \"tx\", flow
    }"

# Of each probe: [what, cpu, fired, delivered, lost].
account() { # CPU
    jq -sc --argjson cpu "$1" '
        def counter($event; $name): [.[] | select(.type == "counters")][-1].probes[]
            | select(.event == $event) | .[$name];
        . as $all | ["rx", "tx"][] as $what
        | [$what, $cpu,
           ([$all[] | select(.type == "table" and .final and .name == "fired") | .rows[]
             | select(.key.what == $what and .key.cpu == $cpu) | .values["count()"]] | add // 0),
           ([$all[] | select(.type == "event" and .data.what == $what and .cpu == $cpu)] | length),
           ($all | counter($what; "ring_full"))]' "$work/out"
}

load() { # CPU SPORT N
    in_left taskset -c "$1" "$TRAFFIC" udp "$right_ip" 9 "$3" sport="$2"
}

stopped_load() { # CPU...
    local sport=1000 cpu

    kill -STOP "$ntrace_pid"
    for cpu in "$@"; do
        for sport in 1000 1001 1002 1003 1004; do
            load "$cpu" $sport 4000
        done &
        pids+=($!)
    done
    wait "${pids[@]}"
    kill -CONT "$ntrace_pid"
}

last=$(($(nproc) - 1))
for ((cpu = 0; cpu <= last; cpu++)); do
    pids=()
    start_ntrace --format json -e "$script"
    stopped_load $cpu
    stop_ntrace
    while read -r what on fired delivered lost; do
        expect "fired, $what on CPU $on" "$fired" 20000
        expect "delivered and lost, $what on CPU $on" $((delivered + lost)) 20000
        [[ $lost -gt 0 ]] || fail "no row of $what was lost: this shows nothing"
    done < <(account $cpu | jq -r '@tsv')
    expect "counted, and under (others)" "$(json 'select(.type == "table" and .name == "few")
        | ([.rows[].values["count()"]] | add), .others["count()"]' | tr '\n' ' ')" "12000 8000 "
    expect "the table was full" "$(json 'select(.type == "counters") | .probes[] | select(.event == "rx")
        | .others, .state_full' | tail -2 | tr '\n' ' ')" "8000 8000 "
done

# All CPUs at once: what is lost is told apart by probe, not by CPU.
mapfile -t cpus < <(seq 0 $last)
pids=()
start_ntrace --strict --format json -e "$script"
stopped_load "${cpus[@]}"
stop_ntrace
expect "exit code under --strict" "$status" 3
for what in rx tx; do
    sums=$(for cpu in "${cpus[@]}"; do account "$cpu"; done |
        jq -sc --arg what $what '[.[] | select(.[0] == $what)] | [(map(.[2]) | add), (map(.[3]) | add) + .[0][4]]')
    expect "fired, and delivered and lost, $what on all CPUs" "$sums" "[$((20000 * (last + 1))),$((20000 * (last + 1)))]"
done
