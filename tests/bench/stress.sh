# shellcheck shell=bash
# shellcheck disable=SC2154 # $work, $build and others are set by the other parts
# Minutes under load, with interval reports, rows, signals, stops of the tracer, and others that come and go. In the end
# every packet was counted once, rows were written or counted as lost, and resident memory is what it was.

stress_script="on skb_drop where dst == \$wanted {
    load = count(), hist(len) by sport
    if sport == 1000 { emit src, dst, len }
}
every 500ms { print load; clear load }"

# All that the tracer says, as it comes: counts of the intervals, of the end, rows, rows lost.
stress_sums() {
    jq -n --unbuffered 'reduce inputs as $x ({};
        if $x.type == "table" then .[if $x.final then "total" else "intervals" end] += ([$x.rows[].values["count()"]] | add // 0)
        elif $x.type == "event" then .rows += 1
        elif $x.type == "counters" then .lost = ([$x.probes[].ring_full // 0] | add)
        else . end)'
}

stress_memory() { # PID
    awk '/^VmRSS/ { print $2 }' "/proc/$1/status"
}

# A tracer that comes and goes, a stop that fills tables and rings, and signals that mean nothing.
stress_disturb() { # PID
    timeout -s INT 2 "$build/ntrace" -e 'on skb_drop { count() by reason }' >/dev/null 2>&1 || true
    kill -STOP "$1"
    sleep 0.3
    kill -CONT "$1"
    kill -WINCH "$1"
    kill -URG "$1"
}

stress_is() { # WHAT GOT WANT
    note "$1: $2, $([[ $2 == "$3" ]] && echo 'as many as there were' || echo "MISSED: there were $3")."
    [[ $2 == "$3" ]] || echo "$1|$2|$3|-||MISSED" >>"$work/rows"
}

measure_stress() { # MINUTES
    local end=$((SECONDS + 60 * $1)) tracer sent=0 of_1000=0 turn=0 sums memory first=0

    [[ -n ${stats_before:-} ]] || drops_up
    : >"$work/out"
    mkfifo "$work/results"
    stress_sums <"$work/results" >"$work/sums" &
    sums=$!
    "$build/ntrace" --format json -e "${stress_script//\$wanted/$wanted}" >"$work/results" 2>"$work/out" &
    tracer=$!
    until grep -q 'ready, ' "$work/out"; do sleep 0.05; done
    while ((SECONDS < end)); do
        in_left chrt --fifo 10 "$build/tests/programs/traffic" udp "$wanted" 9 20000 sport=2000
        in_left chrt --fifo 10 "$build/tests/programs/traffic" udp "$wanted" 9 1000 sport=1000
        sent=$((sent + 21000)) of_1000=$((of_1000 + 1000)) turn=$((turn + 1))
        ((turn % 20)) || stress_disturb $tracer
        memory=$(stress_memory $tracer)
        ((turn != 40)) || first=$memory
        ((turn < 40)) || echo "$memory" >>"$work/memory"
        sleep 0.05
    done
    sleep 1
    kill -INT $tracer
    wait $tracer || note "The tracer ended with exit code $?. MISSED"
    wait $sums
    stress_is "Packets counted in $1 minutes, by the intervals" "$(jq '.intervals + 0' "$work/sums")" "$sent"
    stress_is "The same, by the report at the end" "$(jq '.total + 0' "$work/sums")" "$sent"
    stress_is "Rows written and rows lost" "$(jq '(.rows // 0) + (.lost // 0)' "$work/sums")" "$of_1000"
    note "Of the rows $(jq '.lost // 0' "$work/sums") were lost, in $((turn / 20)) stops of the tracer."
    echo "$first" >"$work/first"
    tail -1 "$work/memory" >"$work/last"
    row "resident memory after $1 minutes, against that at the beginning" last first KiB 1.05
    note "Resident memory: $first KiB after 40 turns, $(sort -n "$work/memory" | tail -1) KiB at most, of $turn turns."
}
