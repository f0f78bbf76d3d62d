# shellcheck shell=bash
# shellcheck disable=SC2154 # $work, $build and others are set by the other parts
# Whether costs grow with what they are for and no faster: probes, keys, rows of intervals, lines of a script. A row compares
# what one of many costs with what one of a tenth as many costs, without what none costs; notes give the curves.

# -- probes: functions of a library of our own, so that nobody else is slowed down ---------------------------

scale_library() { # FUNCTIONS
    local i

    for ((i = 0; i < $1; i++)); do
        echo "int nt_bench_$i(int x); int nt_bench_$i(int x) { return x + $i; }"
    done >"$work/many.c"
    cc -shared -fPIC -O0 -o "$work/many.so" "$work/many.c"
}

scale_probes_once() { # PROBES
    local i cpu tracer before

    for ((i = 0; i < $1; i++)); do
        echo "on uprobe:$work/many.so:nt_bench_$i { calls = count() by probe }"
    done >"$work/probes.nt"
    read -r cpu _ < <("$build/tests/bench/measure" --ready "$build/ntrace" --no-cache "$work/probes.nt")
    keep "attach.$1" "$cpu"
    : >"$work/err"
    "$build/ntrace" "$work/probes.nt" >/dev/null 2>"$work/err" &
    tracer=$!
    until grep -q 'ready, ' "$work/err"; do sleep 0.02; done
    before=${EPOCHREALTIME/./}
    kill -INT $tracer
    wait $tracer || true
    keep "detach.$1" $((${EPOCHREALTIME/./} - before))
}

# -- keys: the time of each packet, so each is another -------------------------------------------------------

# The tracer's child of `measure`, once it counts.
scale_tracer() { # PID
    local child=

    until child=$(pgrep -P "$1"); do sleep 0.02; done
    wait_until_it_counts "$child" >&2
    echo "$child"
}

scale_keys_once() { # KEYS
    local measure child ns0 runs0 ns runs cpu peak

    "$build/tests/bench/measure" "$build/ntrace" -e "on skb_drop where dst == $wanted { keys = count() by at = now max $(($1 * 2 + 1000)) }" \
        >"$work/measured" &
    measure=$!
    child=$(scale_tracer $measure)
    read -r ns0 runs0 < <(program_stats "$child")
    drop "$1"
    read -r ns runs < <(program_stats "$child")
    kill -INT "$child"
    wait $measure
    read -r cpu _ _ _ peak <"$work/measured"
    keep "update.$1" "$(awk "BEGIN { print ($ns - $ns0) / ($runs - $runs0) }")"
    keep "print.$1" "$cpu"
    keep "memory.$1" "$peak"
}

# -- intervals -----------------------------------------------------------------------------------------------

scale_interval_once() { # KEYS
    local tracer cpu0 cpu tables

    "$build/ntrace" --format json -e "on skb_drop where dst == $wanted { load = count() by key = now % $1 max $(($1 * 2)) }
        every 200ms { print load; clear load }" >"$work/rows.out" 2>"$work/out" &
    tracer=$!
    wait_until_it_counts $tracer
    read -r cpu0 _ <"/proc/$tracer/schedstat"
    drop 300000
    sleep 0.5
    read -r cpu _ <"/proc/$tracer/schedstat"
    kill -INT $tracer
    wait $tracer || true
    # It prints the first of them, but reads all.
    tables=$(jq -s 'map(select(.type == "table" and (.final | not) and (.rows | length > 0))) | length' "$work/rows.out")
    keep "interval.$1" "$(awk "BEGIN { print ($cpu - $cpu0) / 1000 / $tables / $1 }")"
}

# -- lines ---------------------------------------------------------------------------------------------------

scale_lines_once() { # LINES
    tests/bench/script_of "$1" >"$work/lines.nt"
    [[ $1 -gt 0 ]] || echo 'begin { }' >"$work/lines.nt"
    compile_once "lines.$1" "$1" -d layout "$work/lines.nt"
}

# Of a series of whole costs -> cost of one, without what the series of the least costs.
scale_each() { # SERIES N BASE-SERIES BASE-N
    awk -v n="$2" -v base="$(median "$3")" -v base_n="$4" '{ print ($1 - base) / (n - base_n) }' "$work/$1" >"$work/$1.each"
}

scale_row() { # WHAT SERIES MANY FEWER BASE UNIT [KNOWN]
    scale_each "$2.$3" "$3" "$2.$5" "$5"
    scale_each "$2.$4" "$4" "$2.$5" "$5"
    row "$1, one of $3 against one of $4" "$2.$3.each" "$2.$4.each" "$6" 1.25 "${7:-0}"
}

scale_curve() { # WHAT SERIES UNIT N...
    local n text="$1:"

    for n in "${@:4}"; do
        text+=" $n: $(awk "BEGIN { printf \"%.4g\", $(median "$2.$n") }");"
    done
    note "${text%;} ($3)."
}

measure_scale() { # ROUNDS
    local i n

    [[ -n ${stats_before:-} ]] || drops_up
    scale_library 100
    for ((i = 0; i < $1; i++)); do
        for n in 1 10 100; do scale_probes_once $n; done
        for n in 1 1000 10000 100000 1000000; do scale_keys_once $n; done
        for n in 100 1000 10000; do scale_interval_once $n; done
        for n in 0 25 100 1000 10000; do scale_lines_once $n; done
    done
    scale_row "probes, CPU until attached" attach 100 10 1 us
    scale_row "probes, time to detach" detach 100 10 1 us
    row "keys, update of one of 1000000 against one of 1000" update.1000000 update.1000 ns
    scale_row "keys, CPU to read, sort and print" print 1000000 100000 1 us
    scale_row "keys, memory of the tracer at its peak" memory 1000000 100000 1 KiB
    row "interval tables, CPU a key, tables of 10000 keys against 1000" interval.10000 interval.1000 us 1.25
    scale_row "lines, CPU up to layout" lines 10000 1000 0 us
    scale_curve "Probes, CPU until attached" attach us 1 10 100
    scale_curve "Probes, time to detach" detach us 1 10 100
    scale_curve "Keys, CPU of a whole run that prints them" print us 1 1000 10000 100000 1000000
    scale_curve "Keys, an update that makes one" update ns 1000 10000 100000 1000000
    scale_curve "Keys, memory of the tracer at its peak" memory KiB 1 1000 10000 100000 1000000
    scale_curve "Interval tables, CPU a key" interval us 100 1000 10000
    scale_curve "Lines, CPU up to layout" lines us 0 25 100 1000 10000
}
