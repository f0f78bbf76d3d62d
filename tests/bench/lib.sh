# shellcheck shell=bash
# shellcheck disable=SC2154 # $work, $build: of scripts/bench
# What the parts of scripts/bench share. Numbers of one series are kept in a file of their own,
# $work/SERIES, one a line; a row of the table is made of two or three series.
#
#   keep SERIES NUMBER
#   median SERIES
#   row WHAT OURS OTHER UNIT [MOST [KNOWN]]   medians, quartiles, and the ratio OURS / OTHER; where
#                                     MOST is given the ratio is to be at most that. KNOWN: it is not,
#                                     docs/performance.md says why, and it is to be no worse than that
#   note TEXT                         a line below the table

keep() {
    echo "$2" >>"$work/$1"
}

# "median lower-quartile upper-quartile"
summary() { # SERIES
    sort -g "$work/$1" | awk '
        { x[NR] = $1 }
        function at(q,    i) { i = 1 + (NR - 1) * q; return x[int(i)] + (i - int(i)) * (x[int(i) + (i < NR)] - x[int(i)]) }
        END { print at(0.5), at(0.25), at(0.75) }'
}

median() {
    summary "$1" | cut -d ' ' -f 1
}

# What is measured in turns is compared in turns: the median of the ratios, so that a machine that
# is slower for a while is so for both. Series of other lengths: the ratio of the medians.
ratio() { # OURS OTHER
    if [[ $(wc -l <"$work/$1") -eq $(wc -l <"$work/$2") ]]; then
        paste "$work/$1" "$work/$2" | awk '{ print $1 / $2 }' >"$work/ratios"
        median ratios
    else
        awk "BEGIN { print $(median "$1") / $(median "$2") }"
    fi
}

# A target missed by less than this share is "close": a busy machine is as noisy as that.
tolerance=0.1

row() {
    # shellcheck disable=SC2046 # three words each
    set -- "$1" "$4" "${5:-}" "${6:-0}" $(summary "$2") $(summary "$3") "$(ratio "$2" "$3")"
    awk -v what="$1" -v unit="$2" -v most="$3" -v known="$4" -v tolerance="$tolerance" \
        -v a="$5" -v a1="$6" -v a3="$7" -v b="$8" -v b1="$9" -v b3="${10}" -v ratio="${11}" '
        function show(m, lo, hi) { return sprintf("%.4g (%.4g-%.4g) %s", m, lo, hi, unit) }
        BEGIN {
            verdict = most == "" ? "" : ratio <= most ? "reached" : ratio <= most * (1 + tolerance) ? "close" : \
                ratio <= known ? "missed, as known" : "MISSED"
            target = most == "" ? "" : sprintf("<= %.2f", most)
            printf "%s|%s|%s|%.2f|%s|%s\n", what, show(a, a1, a3), show(b, b1, b3), ratio, target, verdict
        }' >>"$work/rows"
}

note() {
    echo "$*" >>"$work/notes"
}

# The rows as a table that reads well as text and as Markdown.
print_table() {
    [[ ! -s $work/rows ]] || {
        echo 'What|ntrace|against|ratio|target|verdict'
        echo '-|-|-|-|-|-'
        cat "$work/rows"
    } | awk -F'|' '
        { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) } }
        END {
            for (r = 1; r <= NR; r++) {
                line = "|"
                for (i = 1; i <= NF; i++) {
                    text = sprintf("%-" width[i] "s", cell[r, i])
                    if (r == 2) gsub(/./, "-", text)
                    line = line " " text " |"
                }
                print line
            }
        }'
    echo
    cat "$work/notes"
}

is_missed() {
    grep -q '|MISSED$' "$work/rows"
}
