# shellcheck shell=bash
# shellcheck disable=SC2154 # $work, $build: of scripts/bench
# From exec to attached: CPU time of the tracer and its children, and its memory once it is ready. Cold:
# compiled. Warm: with the object that the last start has kept.

question='on skb_drop { count() by reason }'
# bpftrace starts its intervals first: they say that it is ready when it surely is.
ready_bpftrace='interval:ms:400 { printf("ready\n"); }'
question_bpftrace="tracepoint:skb:kfree_skb { @[args->reason] = count(); } $ready_bpftrace"

start_once() { # NAME CMD...
    local cpu rss anon peak

    read -r cpu _ rss anon peak < <("$build/tests/bench/measure" --ready "${@:2}")
    keep "start.$1" "$(awk "BEGIN { print $cpu / 1000 }")"
    keep "rss.$1" "$(awk "BEGIN { print $rss / 1024 }")"
    keep "anon.$1" "$(awk "BEGIN { print $anon / 1024 }")"
    keep "peak.$1" "$(awk "BEGIN { print $peak / 1024 }")"
}

path_of_12() {
    local i

    echo 'path way key packet {'
    for ((i = 1; i <= 12; i++)); do
        echo "    s$i: tx where dport == $i"
    done
    echo '}'
    echo 'on way { hist(latency) by stage }'
}

start_round() { # IS-FOR-BPFTRACE
    start_once loader "$build/tests/bench/loader" "$build/tests/bench/count.o"
    start_once cold "$build/ntrace" --no-cache -e "$question"
    start_once warm "$build/ntrace" -e "$question"
    start_once drops.cold "$build/ntrace" drops --no-cache
    start_once drops.warm "$build/ntrace" drops
    start_once path.cold "$build/ntrace" --no-cache "$work/path.nt"
    start_once path.warm "$build/ntrace" "$work/path.nt"
    ! $1 || start_once bpftrace bpftrace -e "$question_bpftrace"
}

measure_start() { # ROUNDS
    local i

    path_of_12 >"$work/path.nt"
    sleep 4 # what was built this moment ago is not kept
    start_round true
    rm -f "$work"/start.* "$work"/rss.* "$work"/anon.* "$work"/peak.*
    for ((i = 0; i < $1; i++)); do
        if ((i % 2)); then start_round false; else start_round true; fi
    done
    row "start, CPU, cold, against a bare libbpf loader" start.cold start.loader ms 2
    row "start, CPU, cold, against bpftrace" start.cold start.bpftrace ms 0.25
    row "start, CPU, warm, against a bare libbpf loader" start.warm start.loader ms 1.2
    row "start, CPU, drops, warm against cold" start.drops.warm start.drops.cold ms
    row "start, CPU, path of 12 stages, warm against cold" start.path.warm start.path.cold ms
    echo 5 >"$work/most"
    row "resident memory, against 5 MiB" rss.warm most MiB 1
    row "resident memory, drops, against 5 MiB" rss.drops.warm most MiB 1
    row "resident memory, against bpftrace" rss.warm rss.bpftrace MiB
    row "  of it not backed by files" anon.warm anon.bpftrace MiB
    row "  at its peak, while starting" peak.cold peak.bpftrace MiB
}
