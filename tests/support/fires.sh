# shellcheck shell=bash
# For tests of what stdlib/events declares: `source "$SUPPORT/fires.sh"` after e2e.sh.
#
#   fires TRAFFIC FILE...    every event of stdlib/events/FILE.nt that this kernel can have is attached, all
#                            in one run, and fires when the function TRAFFIC makes some. Shows which
#                            alternative was taken for each; of one that can't be had, why.
# shellcheck disable=SC2154 # names of e2e.sh

library=$SUPPORT/../../stdlib/events

script_of() { # EVENT...
    local event

    for event in "$@"; do
        echo "on $event { ${event}_count = count() }"
    done
}

events_of() { # FILE...
    local file

    for file in "$@"; do
        sed -nE 's/^event ([a-z0-9_]+) .*/\1/p' "$library/$file.nt"
    done
}

# Those that can't be had are all refused at once.
sort_events() { # EVENT...
    local event refused

    can=() cannot=()
    "$NTRACE" check -e "$(script_of "$@")" >"$work/out" 2>&1 || true
    refused=" $(sed -nE "s/^error\[E501\]: '([a-z0-9_]+)' .*/\1/p" "$work/out" | xargs) "
    for event in "$@"; do
        if [[ $refused == *" $event "* ]]; then
            cannot+=("$event")
        else
            can+=("$event")
        fi
    done
}

# Of each event how often it fired, and what watches it.
read_events() {
    local event word

    while read -r event word; do
        counts[$event]=$word
    done < <(json 'select(.type == "table" and .final) | "\(.name | rtrimstr("_count")) \(.rows[].values[])"' -r)
    while read -r event word; do
        hooks[$event]+=${hooks[$event]:+ }$word
    done < <(sed -nE "s/^ntrace: (.*) watches '([a-z0-9_]+)' .*/\2 \1/p" "$work/err")
}

fires() { # TRAFFIC FILE...
    local events event silent=()
    local -A counts=() hooks=()

    mapfile -t events < <(events_of "${@:2}")
    [[ ${#events[@]} -gt 0 ]] || fail "no events"
    sort_events "${events[@]}"
    [[ ${#can[@]} -gt 0 ]] || fail "none of ${events[*]} can be had"

    start_ntrace -v --format json -e "$(script_of "${can[@]}")"
    "$1"
    stop_ntrace
    expect "exit code" "$status" 0
    read_events
    for event in "${can[@]}"; do
        printf '%-18s %6s  %s\n' "$event" "${counts[$event]:-0}" "${hooks[$event]:-}"
        [[ ${counts[$event]:-0} -gt 0 && -n ${hooks[$event]:-} ]] || silent+=("$event")
    done
    for event in "${cannot[@]}"; do
        "$NTRACE" check -e "on $event { count() }" >"$work/out" 2>&1 || true
        printf '%-18s %6s  %s\n' "$event" - "$(sed -n 's/^ *| *^^*  *//p' "$work/out" | tail -1)"
    done
    expect "events that did not fire" "${silent[*]}" ""
}
