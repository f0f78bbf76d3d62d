#!/usr/bin/env bash
# Bodies that run in ntrace fill the tables that events fill, and read and write the state that they keep.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

script="
    map @few: max 2
    on rx where src == $left_ip {
        load = count(), sum(len), hist(len) by kind = \"event\", dport
        whole = count() by kind = \"event\"
        @seen[sport, dport] = len
        @packets += 1
    }
    begin {
        load = count(), sum(100B), hist(100B) by kind = \"begin\", dport = 7
        whole = count() by kind = \"begin\"
        @limit = 4000
    }
    every 20ms {
        let done = (1000, 9) in @seen and (@packets ?? 0) >= @limit
        print load by dport
        clear load
        @rounds += 1
        @few[@rounds] = 1
        if not done { return }
        whole = count() by kind = \"done\"
        emit @packets, len = @seen[1000, 9], none = @seen[1000, 10] ?? 0B
        delete @seen[(1000, 9)]
        emit gone = (1000, 9) in @seen
        exit(5)
    }
    end { whole = count() by kind = \"end\"; load = count(), sum(1B), hist(1B) by kind = \"end\", dport = 1 }"

start_ntrace --format json -e "$script"
left_sends udp "$right_ip" 9 3000 sport=1000 size=10
left_sends udp "$right_ip" 10 1000 sport=1001 size=20
wait "$ntrace_pid" && status=0 || status=$?
ntrace_pid=

expect "exit code" "$status" 5
# A frame is 42 bytes longer than its payload.
expect "table with intervals" "$(final_cells load | sed 's/ \[{.*//')" "begin 7 1 100
end 1 1 1
event 10 1000 62000
event 9 3000 156000"
expect "histogram" "$(final_rows load | jq -c '[.values["hist(len)"][].count] | add' | sort -n | tr '\n' ' ')" "1 1 1000 3000 "
expect "table without" "$(final_cells whole)" "begin 1
done 1
end 1
event 4000"
expect "state" "$(event_cells)" "4000 52 0
false"
rounds=$(json 'select(.type == "table" and .name == "load" and (.final | not))' | wc -l)
expect "values that found no room" \
    "$(json 'select(.type == "counters")' | tail -1 | jq '.probes[] | select(.hook == "ntrace") | .state_full')" \
    "$([[ $rounds -gt 2 ]] && echo $((rounds - 2)))"

# The intervals of a table that both fill add up too.
expect "intervals" "$(jq -s '[.[] | select(.type == "table" and .name == "load" and (.final | not))
    | .rows[].values["count()"]] | add' "$work/out")" 4001

run_ntrace -e "$script"' every 1ms { exit(0) }'
grep -q '^begin  *7' "$work/out" || fail "text has no row of begin"
