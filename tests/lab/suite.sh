# shellcheck shell=bash
# The end-to-end tests in a guest of each kernel, all in one boot.
#
#   run_suite KERNEL...     0 when none failed. Leaves of each kernel, in build/lab/KERNEL, `results`
#                           (what run_tests says) and the logs of tests that said something.
#
# Settings: $tests, a regular expression; those of guest.sh.
# shellcheck disable=SC2154 # the settings are the caller's

run_suite() { # KERNEL...
    local kernel results=$build/lab start status

    for kernel in "$@"; do
        echo "== kernel $kernel"
        rm -rf "${results:?}/$kernel"
        mkdir -p "$results/$kernel"
        start=$SECONDS
        status=0
        files=$results/$kernel guest_run "$kernel" tests/lab/run_tests "$tests" |
            tee "$results/$kernel/results" || status=$?
        # A guest that hung has said something of some tests only.
        [[ $status -le 1 ]] || echo "guest failed 0 ended early" | tee -a "$results/$kernel/results"
        show_logs "$results/$kernel"
        echo "== kernel $kernel: $((SECONDS - start)) s"
    done
    show_table "$results" "$@"
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
            result[$1, path[1]] = $2
            count[$2]++
            why = ""
            for (i = 4; i <= NF; i++) why = why " " $i
            if ($2 == "failed") failures[path[1] ": " $1 ":" why]
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
            for (f in failures) printf "failed on %s\n", f | "sort"
            close("sort")
            printf "\n%d passed, %d failed, %d skipped\n", count["passed"], count["failed"], count["skipped"]
            exit count["failed"] > 0 || count["passed"] == 0
        }' "${@/%//results}")
}
