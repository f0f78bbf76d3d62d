# shellcheck shell=bash
# shellcheck disable=SC2154 # $work, $build: of scripts/bench
# Time to compile grows with the length of the script: microseconds a line, of scripts of 100, 1,000
# and 5,000 lines; without what a script of no lines costs.

compile_once() { # SERIES LINES ARGS...
    local cpu

    read -r cpu _ < <("$build/tests/bench/measure" "$build/ntrace" "${@:3}")
    keep "$1" "$cpu"
}

# Of a series that holds whole times -> one that holds times a line.
a_line() { # SERIES LINES EMPTY-SERIES
    awk -v lines="$2" -v empty="$(median "$3")" '{ print ($1 - empty) / lines }' "$work/$1" \
        >"$work/$1.line"
}

measure_compile() { # ROUNDS
    local i n pass

    echo 'begin { }' >"$work/0.nt"
    for n in 100 1000 5000; do
        tests/bench/script_of "$n" >"$work/$n.nt"
    done
    for ((i = 0; i < $1; i++)); do
        for n in 0 100 1000 5000; do
            compile_once "layout.$n" "$n" -d layout "$work/$n.nt"
            ((n == 5000 && i > 0)) || compile_once "emit.$n" "$n" check "$work/$n.nt"
        done
    done
    for pass in layout emit; do
        for n in 100 1000 5000; do
            a_line "$pass.$n" "$n" "$pass.0"
        done
    done
    row "compile up to layout, a line of 1,000 against 100" layout.1000.line layout.100.line us
    row "compile up to layout, a line of 5,000 against 1,000" layout.5000.line layout.1000.line us 1.25
    row "compile wholly, a line of 1,000 against 100" emit.1000.line emit.100.line us
    row "compile wholly, a line of 5,000 against 1,000" emit.5000.line emit.1000.line us 1.25
}
