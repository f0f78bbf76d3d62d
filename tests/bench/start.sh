# shellcheck shell=bash
# shellcheck disable=SC2154 # $work, $build: of scripts/bench
# From exec to attached: CPU time of the tracer and its children, and its memory once it is ready.

question='on skb_drop { count() by reason }'
# bpftrace starts its intervals first: they say that it is ready when it surely is.
ready_bpftrace='interval:ms:400 { printf("ready\n"); }'
question_bpftrace="tracepoint:skb:kfree_skb { @[args->reason] = count(); } $ready_bpftrace"

start_once() { # NAME CMD...
    local cpu rss anon

    read -r cpu _ rss anon < <("$build/tests/bench/measure" --ready "${@:2}")
    keep "start.$1" "$(awk "BEGIN { print $cpu / 1000 }")"
    keep "rss.$1" "$(awk "BEGIN { print $rss / 1024 }")"
    keep "anon.$1" "$(awk "BEGIN { print $anon / 1024 }")"
}

measure_start() { # ROUNDS
    local i

    for ((i = 0; i < $1; i++)); do
        start_once loader "$build/tests/bench/loader" "$build/tests/bench/count.o"
        start_once ntrace "$build/ntrace" -e "$question"
        ((i % 2)) || start_once bpftrace bpftrace -e "$question_bpftrace"
    done
    row "start, CPU, against a bare libbpf loader" start.ntrace start.loader ms 3
    row "start, CPU, against bpftrace" start.ntrace start.bpftrace ms 0.3333
    echo 10 >"$work/rss.target"
    row "resident memory, against 10 MiB" rss.ntrace rss.target MiB 1
    row "resident memory, against bpftrace" rss.ntrace rss.bpftrace MiB
    row "  of it not backed by files" anon.ntrace anon.bpftrace MiB
}
