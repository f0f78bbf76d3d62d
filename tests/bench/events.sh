# shellcheck shell=bash
# shellcheck disable=SC2154 # $work, $build and $question are set by the others
# What an event costs: the kernel's own account (kernel.bpf_stats_enabled) of one program at a time,
# all on the same traffic: datagrams to a port where nobody listens, each of which is one drop.
# shellcheck source=tests/support/net.sh
source tests/support/net.sh

# As in tests/bench/CMakeLists.txt: the hand-written program has it built in.
wanted=10.9.9.2
where_dst_bpftrace="((struct iphdr *)(((struct sk_buff *)args->skbaddr)->head +
    ((struct sk_buff *)args->skbaddr)->network_header))->daddr == 0x0209090a"

# "nanoseconds runs" of the busiest program that a process holds.
program_stats() { # PID
    # While it starts, files come and go.
    { cat /proc/"$1"/fdinfo/* 2>/dev/null || true; } | awk '
        /^run_time_ns:/ { ns = $2 }
        /^run_cnt:/ && $2 >= n { n = $2; best = ns }
        END { print best + 0, n + 0 }'
}

# With priority, so that what else runs on this machine does not stand between two packets.
drop() { # PACKETS
    in_left chrt --fifo 10 "$build/tests/programs/traffic" udp "$wanted" 9 "$1"
}

# That it says so is not enough: bpftrace says anything only before its last probe is attached.
wait_until_it_counts() { # PID
    local i runs

    for ((i = 0; i < 400; i++)); do
        drop 100
        read -r _ runs < <(program_stats "$1")
        ((runs == 0)) || return 0
        sleep 0.05
    done
    cat "$work/out" >&2
    return 1
}

event_once() { # SERIES PACKETS CMD...
    local tracer ns0 runs0 ns runs

    "${@:3}" >"$work/out" 2>&1 &
    tracer=$!
    wait_until_it_counts "$tracer"
    read -r ns0 runs0 < <(program_stats "$tracer")
    drop "$2"
    read -r ns runs < <(program_stats "$tracer")
    kill -KILL "$tracer"
    wait "$tracer" 2>/dev/null || true
    ((runs - runs0 >= $2)) || { echo "bench: $1 missed packets" >&2; return 1; }
    keep "$1" "$(awk "BEGIN { print ($ns - $ns0) / ($runs - $runs0) }")"
}

event_round() { # PACKETS
    local bench=$build/tests/bench

    event_once event.hand "$1" "$bench/loader" "$bench/count.o"
    event_once event.ntrace "$1" "$build/ntrace" -e "$question"
    event_once filter.hand "$1" "$bench/loader" "$bench/count_dst.o"
    event_once filter.ntrace "$1" "$build/ntrace" -e \
        "on skb_drop where dst == $wanted { count() by reason }"
}

event_round_bpftrace() { # PACKETS
    event_once event.bpftrace "$1" bpftrace -e "$question_bpftrace"
    event_once filter.bpftrace "$1" bpftrace -e "tracepoint:skb:kfree_skb / $where_dst_bpftrace /
        { @[args->reason] = count(); } $ready_bpftrace"
}

stop_events() {
    [[ -z ${stats_before:-} ]] || sysctl -q -w "kernel.bpf_stats_enabled=$stats_before"
    net_down
}

measure_events() { # ROUNDS PACKETS
    local i

    net_up
    ip -n "$right" addr add "$wanted/32" dev right0
    ip -n "$left" route add "$wanted/32" via "$right_ip"
    stats_before=$(sysctl -n kernel.bpf_stats_enabled)
    sysctl -q -w kernel.bpf_stats_enabled=1
    for ((i = 0; i < $1; i++)); do
        event_round "$2"
        ((i % 4)) || event_round_bpftrace "$2"
    done
    row "event, count by reason, against C" event.ntrace event.hand ns 1.1
    row "event, count by reason, against bpftrace" event.ntrace event.bpftrace ns
    row "event, the same where dst == ADDRESS, against C" filter.ntrace filter.hand ns 1.1
    row "event, the same where dst == ADDRESS, against bpftrace" filter.ntrace filter.bpftrace ns
}
