#!/usr/bin/env bash
# Packets are followed from stage to stage: seven pings through a router are seven hops and seven ways.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

forward_up 172.19.1.1
cat >"$work/way.nt" <<'END'
path way key packet {
    sent:    tx where dev == "left0" and icmp.type == echo
    arrived: rx where dev == "right0"
    passed:  tx where dev == "right1"
    there:   rx where dev == "left1"
}
on way         { hops = count(), avg(latency > 0ns) by path, from, stage }
on way.passed    { only = count() by dev, sent.dev, arrived.src }
on way.sent    { first = count() by dev, stage, from, latency }
on way.done    {
    total = count(), avg(latency > there.hop), avg(joined) by sent.src, arrived.ip.ttl, ttl = ip.ttl, stage, from, passed.dev
    emit sent.src, dst, passed = hops, sum = arrived.hop + passed.hop + there.hop == latency, there.dev, way = latency
}
END
start_ntrace --format json "$work/way.nt" --src "$left_ip"
left_sends ping 172.19.1.1 7
right_sends ping "$left_ip" 3
stop_ntrace

rows_without_hops() {
    jq -r 'select(.type == "event") | .data | [.["sent.src"], .dst, .sum, .["there.dev"]]
        | map(tostring) | join(" ")' "$work/out" | sort
}

expect "exit code" "$status" 0
expect "hops" "$(final_cells hops)" "way arrived passed 7 1
way passed there 7 1
way sent arrived 7 1"
expect "only" "$(final_cells only)" "right1 left0 $left_ip 7"
expect "first" "$(final_cells first)" "left0 sent null null 7"
expect "total" "$(final_cells total)" "$left_ip 64 63 there passed right1 7 1 0"
expect "stages" "$(jq -c 'select(.type == "event") | .data.passed | map(.stage)' "$work/out" | sort -u)" \
    '["sent","arrived","passed","there"]'
expect "times" "$(jq -c 'select(.type == "event") | .data | (.passed | map(.after) | add) == .way' \
    "$work/out" | sort -u)" true
expect "rows" "$(rows_without_hops)" "$(for ((i = 0; i < 7; i++)); do
    echo "$left_ip 172.19.1.1 true left1"
done)"
expect "whose rows" "$(json 'select(.type == "event") | .event' | sort -u)" '"way.done"'
expect "accounts" "$(accounts)" "way 7 = 7 + 0 + 0 + 0 + 0 + 0 late 0"
