# shellcheck shell=bash
# shellcheck disable=SC2154 # $work, $build and others are set by the other parts
# What a row costs the tracer: its own CPU time for each row of four fields that it wrote to a file, of a burst
# that one CPU sends as fast as it can. Rows that were lost are a series too: percent of those that fired.

stream_once() { # SERIES PACKETS CMD...
    local tracer before after rows

    "${@:3}" >"$work/rows.out" 2>"$work/out" &
    tracer=$!
    wait_until_it_counts "$tracer"
    sleep 1 # what it was asked with is written
    rows=$(grep -c "$wanted" "$work/rows.out" || true)
    read -r before _ <"/proc/$tracer/schedstat"
    drop "$2"
    sleep 1.5
    read -r after _ <"/proc/$tracer/schedstat"
    rows=$(($(grep -c "$wanted" "$work/rows.out" || true) - rows))
    kill -TERM "$tracer"
    wait "$tracer" 2>/dev/null || true
    ((rows > 0)) || { echo "bench: $1 wrote no rows" >&2; return 1; }
    keep "stream.$1" "$(awk "BEGIN { print ($after - $before) / $rows / 1000 }")"
    keep "lost.$1" "$(awk "BEGIN { print 100 * ($2 - $rows) / $2 }")"
}

measure_stream() { # ROUNDS PACKETS
    local i script="on skb_drop where dst == $wanted { emit src, dst, dport, len }" name

    [[ -n ${stats_before:-} ]] || drops_up
    for ((i = 0; i < $1; i++)); do
        stream_once text "$2" "$build/ntrace" -e "$script"
        stream_once json "$2" "$build/ntrace" --format json -e "$script"
        stream_once bpftrace "$2" env BPFTRACE_PERF_RB_PAGES=64 bpftrace -e "tracepoint:skb:kfree_skb
            / $ip_bpftrace->daddr == 0x0209090a / { $key_bpftrace
            printf(\"%s %s %d %d\n\", ntop(\$ip->saddr), ntop(\$ip->daddr), \$udp->dest, $skb_bpftrace->len); }
            $ready_bpftrace"
    done
    row "row of 4 fields, CPU of the tracer, text, against bpftrace" stream.text stream.bpftrace us 0.25
    row "row of 4 fields, CPU of the tracer, JSON, against bpftrace's text" stream.json stream.bpftrace us
    for name in text json bpftrace; do
        note "Rows lost of a burst of $2, $name: $(median "lost.$name") %."
    done
}
