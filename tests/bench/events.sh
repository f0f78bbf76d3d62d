# shellcheck shell=bash
# shellcheck disable=SC2154 # $work, $build and $question are set by the others
# What an event costs: the kernel's own account (kernel.bpf_stats_enabled) of one tracer at a time,
# all on the same traffic: datagrams to a port where nobody listens, each of which is one drop.
# shellcheck source=tests/support/net.sh
source tests/support/net.sh

# As in tests/bench/CMakeLists.txt: the hand-written program has it built in.
wanted=10.9.9.2
skb_bpftrace='((struct sk_buff *)args->skbaddr)'
ip_bpftrace="((struct iphdr *)($skb_bpftrace->head + $skb_bpftrace->network_header))"
key_bpftrace="\$ip = $ip_bpftrace; \$udp = (struct udphdr *)((uint64)\$ip + 20);"
tuple_bpftrace="ntop(\$ip->saddr), ntop(\$ip->daddr), \$udp->source, \$udp->dest, \$ip->protocol"

# NAME|as the table calls it|ntrace's|bpftrace's, behind the probe's name, or nothing. By hand it is NAME.o.
events_all() {
    cat <<END
empty|nothing|on skb_drop { }|
count|count by reason|$question|{ @[args->reason] = count(); }
dst|the same where dst == ADDRESS|on skb_drop where dst == $wanted { count() by reason }|/ $ip_bpftrace->daddr == 0x0209090a / { @[args->reason] = count(); }
hist|hist by the 5-tuple|on skb_drop { hist(len) by src, dst, sport, dport, proto }|{ $key_bpftrace @[$tuple_bpftrace] = hist($skb_bpftrace->len); }
emit|emit of 8 fields|on skb_drop { emit src, dst, sport, dport, proto, len, dev, reason }|{ $key_bpftrace printf("%s %s %d %d %d %d %s %d\n", $tuple_bpftrace, $skb_bpftrace->len, $skb_bpftrace->dev->name, args->reason); }
kstack|count by kstack|on skb_drop { count() by kstack }|{ @[kstack] = count(); }
END
}

# What a condition refuses: NAME|as the table calls it|the condition.
refused_all() {
    cat <<END
address|where dst == ANOTHER|dst == 10.9.9.3
port|where dport == ANOTHER|dport == 10
device|where dev == ANOTHER|dev == "left0"
END
}

path_script='path way key packet {
    sent:  tx where dev == "left0"
    there: rx where dev == "right0"
}
on way { hist(latency) by stage }'

# "nanoseconds runs" of all programs that a process holds, runs of the busiest.
program_stats() { # PID
    # While it starts, files come and go.
    { cat /proc/"$1"/fdinfo/* 2>/dev/null || true; } | awk '
        /^prog_id:/ { id = $2 }
        /^run_time_ns:/ { time[id] = $2 }
        /^run_cnt:/ && $2 > n { n = $2 }
        END { for (id in time) ns += time[id]; print ns + 0, n + 0 }'
}

# With priority, so that what else runs on this machine does not stand between two packets.
drop() { # PACKETS
    in_left chrt --fifo 10 "$build/tests/programs/traffic" udp "$wanted" 9 "$1"
}

# In bursts that fit into a ring, so that what is measured is a row written and not one lost.
drop_in_bursts() { # PACKETS
    local i

    for ((i = 0; i < $1; i += 500)); do
        drop 500
        sleep 0.03
    done
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
    sleep 0.2
    read -r ns0 runs0 < <(program_stats "$tracer")
    if [[ $1 == event.emit* ]]; then drop_in_bursts "$2"; else drop "$2"; fi
    read -r ns runs < <(program_stats "$tracer")
    kill -TERM "$tracer"
    wait "$tracer" 2>/dev/null || true
    [[ $1 != event.emit ]] || keep lost.emit "$(sed -n 's/^ntrace: .*the ring was full: \([0-9]*\).*/\1/p' "$work/out" | grep . || echo 0)"
    ((runs - runs0 >= $2)) || { echo "bench: $1 missed packets" >&2; return 1; }
    keep "$1" "$(awk "BEGIN { print ($ns - $ns0) / ($runs - $runs0) }")"
}

event_round() { # PACKETS
    local name what script other

    while IFS='|' read -r name what script other <&3; do
        event_once "event.$name.hand" "$1" "$build/tests/bench/loader" "$build/tests/bench/$name.o"
        event_once "event.$name" "$1" "$build/ntrace" -e "$script"
    done 3< <(events_all)
    while IFS='|' read -r name what script <&3; do
        event_once "refused.$name" "$1" "$build/ntrace" -e "on skb_drop where $script { count() by reason }"
    done 3< <(refused_all)
    event_once path "$1" "$build/ntrace" -e "$path_script"
}

event_round_bpftrace() { # PACKETS
    local name what script other

    while IFS='|' read -r name what script other <&3; do
        [[ -z $other ]] || event_once "event.$name.bpftrace" "$1" \
            bpftrace -e "tracepoint:skb:kfree_skb $other $ready_bpftrace"
    done 3< <(events_all)
}

stop_events() {
    [[ -z ${stats_before:-} ]] || sysctl -q -w "kernel.bpf_stats_enabled=$stats_before"
    net_down
}

event_rows() {
    local name what script other

    while IFS='|' read -r name what script other <&3; do
        row "event, $what, against C" "event.$name" "event.$name.hand" ns 1.05
        [[ ! -s $work/event.$name.bpftrace ]] ||
            row "event, $what, against bpftrace" "event.$name" "event.$name.bpftrace" ns 0.7 \
                "$([[ $name == kstack ]] && echo 1.15 || echo 0)"
    done 3< <(events_all)
    while IFS='|' read -r name what script <&3; do
        awk '{ print $1 + 10 }' "$work/event.empty.hand" >"$work/bound"
        row "event refused, $what, against nothing in C + 10 ns" "refused.$name" bound ns 1 "$([[ $name == device ]] && echo 0 || echo 1.5)"
    done 3< <(refused_all)
    note "Rows lost of those that ntrace emitted, in all turns: $(awk '{ n += $1 } END { print n + 0 }' "$work/lost.emit")."
    row "event, path of 2 stages (both), against count by reason in C" path event.count.hand ns
}

drops_up() {
    net_up
    ip -n "$right" addr add "$wanted/32" dev right0
    ip -n "$left" route add "$wanted/32" via "$right_ip"
    stats_before=$(sysctl -n kernel.bpf_stats_enabled)
    sysctl -q -w kernel.bpf_stats_enabled=1
}

measure_events() { # ROUNDS PACKETS
    local i

    [[ -n ${stats_before:-} ]] || drops_up
    for ((i = 0; i < $1; i++)); do
        event_round "$2"
        ((i % 4)) || event_round_bpftrace "$2"
    done
    event_rows
}
