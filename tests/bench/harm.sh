# shellcheck shell=bash
# shellcheck disable=SC2154 # $work, $build and addresses are set by the others
# What ntrace does to the traffic it looks at: a UDP flow, a TCP flow and round trips over a veth pair, without it,
# while it counts, while it keeps histograms, and while it emits what is over a threshold. All four in each
# turn, one behind the other, with priority over what else runs here; compared is the flow without ntrace.

harm_scripts() { # as the table calls it|script
    cat <<END
counting|on rx where dev == "right0" { count() by proto }
histogramming|on rx where dev == "right0" { hist(len) by src, dst, sport, dport, proto }
emitting over a threshold|on rx where dev == "right0" and len > 60000 limit 10/s { emit src, dst, len }
END
}

flow_once() { # SERIES KIND
    keep "$1" "$(in_left chrt --fifo 10 "$build/tests/bench/flow" "$2" "$right_ip" 250)"
}

flows_once() { # PREFIX
    flow_once "harm.$1.udp" udp
    flow_once "harm.$1.tcp" tcp
    flow_once "harm.$1.rtt" rtt
}

traced_flows_once() { # PREFIX SCRIPT
    local tracer i

    : >"$work/err" # of the one before
    "$build/ntrace" -e "$2" >"$work/out" 2>"$work/err" &
    tracer=$!
    for ((i = 0; i < 400; i++)); do
        ! grep -q 'ready, ' "$work/err" || break
        sleep 0.02
    done
    grep -q 'ready, ' "$work/err" || { cat "$work/err" >&2; return 1; }
    flows_once "$1"
    kill -INT $tracer
    wait $tracer || true
}

harm_rows() {
    local what script n=0 kind

    while IFS='|' read -r what script <&3; do
        n=$((n + 1))
        for kind in udp tcp; do
            row "$what, $kind flow without ntrace against with it" harm.0.$kind "harm.$n.$kind" "$([[ $kind == udp ]] && echo packets/s || echo B/s)" \
                "$([[ $n -gt 1 ]] || echo 1.02)"
        done
        row "$what, round trip with ntrace against without" "harm.$n.rtt" harm.0.rtt ns "$([[ $n -gt 1 ]] || echo 1.02)"
    done 3< <(harm_scripts)
}

measure_harm() { # ROUNDS
    local i n what script sink

    [[ -n ${stats_before:-} ]] || drops_up
    sysctl -q -w kernel.bpf_stats_enabled=0
    ip netns exec "$right" chrt --fifo 10 "$build/tests/bench/flow" sink "$right_ip" >"$work/sink" &
    sink=$!
    beside+=("$sink")
    sleep 0.5
    for ((i = 0; i < $1; i++)); do
        n=0
        flows_once 0
        while IFS='|' read -r what script <&3; do
            n=$((n + 1))
            traced_flows_once $n "$script"
        done 3< <(harm_scripts)
    done
    kill $sink
    wait $sink 2>/dev/null || true
    sysctl -q -w kernel.bpf_stats_enabled=1
    harm_rows
}
