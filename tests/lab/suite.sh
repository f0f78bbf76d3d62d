# shellcheck shell=bash
# The end-to-end tests in a guest of each kernel, all in one boot, and some guests side by side.
#
#   run_suite KERNEL...     0 when none failed. Leaves of each kernel, in build/lab/KERNEL, `results`
#                           (what run_tests says) and the logs of tests that said something.
#
# Settings: $tests, a regular expression; $guests, how many at a time; those of guest.sh.
# shellcheck disable=SC2154 # the settings are the caller's

run_suite() { # KERNEL...
    local kernel results=$build/lab running=0

    for kernel in "$@"; do
        rm -rf "${results:?}/$kernel"
        mkdir -p "$results/$kernel"
        if ((running == guests)); then
            wait -n || true
            running=$((running - 1))
        fi
        run_kernel "$kernel" &
        running=$((running + 1))
    done
    wait
    show_table "$results" "$@"
}

# A guest may panic of its emulation: seen was an int3 of the kernel's own that was run after it had been taken
# away. What was not run yet then runs in a second one.
run_kernel() { # KERNEL
    local kernel=$1 directory=$results/$1 start=$SECONDS status=0 over=()

    run_guest "$kernel" || status=$?
    if [[ $status -gt 1 ]]; then
        echo "$kernel: the guest ended early; another for the rest"
        mapfile -t over < <(cut -d ' ' -f 1 "$directory/results")
        status=0
        run_guest "$kernel" "${over[@]}" || status=$?
    fi
    [[ $status -le 1 ]] || echo "guest failed 0 ended early" >>"$directory/results"
    {
        show_logs "$directory"
        echo "== kernel $kernel: $((SECONDS - start)) s"
    } >"$directory/said"
    cat "$directory/said" # at once: another kernel's may come at the same time
}

run_guest() { # KERNEL DONE...
    files=$directory guest_run "$1" tests/lab/run_tests "$tests" "${@:2}" |
        tee -a "$directory/results" | sed -u "s/^/$1: /"
}

show_logs() { # DIRECTORY
    local log

    for log in "$1"/*.log; do
        [[ -e $log ]] || continue
        echo "---- $(basename "$log" .log)"
        head -c 4000 "$log"
    done
}

# One line a test, one column a kernel; then why tests were skipped; then the numbers.
show_table() { # DIRECTORY KERNEL...
    local directory=$1

    shift
    (cd "$directory" && awk -v kernels="$*" '
        BEGIN { n = split(kernels, kernel, " ") }
        function row(name,   i) { # tests stand in the order of their names
            for (i = ++total; i > 1 && tests[i - 1] > name; i--) tests[i] = tests[i - 1]
            tests[i] = name
        }
        {
            split(FILENAME, path, "/")
            if (!($1 in known)) { known[$1]; row($1) }
            if (result[$1, path[1]] == "failed") { # and was run again
                count["failed"]--
                delete failures[path[1], $1]
                if ($2 == "passed") again[path[1] ": " $1]
            }
            result[$1, path[1]] = $2
            count[$2]++
            why = ""
            for (i = 4; i <= NF; i++) why = why " " $i
            if ($2 == "failed") failures[path[1], $1] = path[1] ": " $1 ":" why
            if ($2 == "skipped") skips[path[1] ":" why] = skips[path[1] ":" why] " " $1
            width = length($1) > width ? length($1) : width
        }
        END {
            format = "%-" width "s"
            printf "\n" format, "test"
            for (i = 1; i <= n; i++) printf "  %-7s", kernel[i]
            for (t = 1; t <= total; t++) {
                printf "\n" format, tests[t]
                for (i = 1; i <= n; i++) {
                    r = result[tests[t], kernel[i]]
                    printf "  %-7s", r == "" ? "-" : r == "failed" ? "FAILED" : r
                }
            }
            printf "\n\n"
            for (s in skips) printf "skipped on %s:%s\n", s, skips[s] | "sort"
            close("sort")
            for (a in again) printf "passed only by itself, the second time, on %s: look into it\n", a | "sort"
            close("sort")
            for (f in failures) printf "failed on %s\n", failures[f] | "sort"
            close("sort")
            printf "\n%d passed, %d failed, %d skipped\n", count["passed"], count["failed"], count["skipped"]
            exit count["failed"] > 0 || count["passed"] == 0
        }' "${@/%//results}")
}
