#!/usr/bin/env bash
# Every event of stdlib/events that this kernel can have is attached, all in one run, and fires. Shows
# which alternative was taken for each; of one that can't be had, why.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# Each packet waits in a queue. SYNs to port 81 are lost, and sent once more.
in_left tc qdisc add dev left0 root tbf rate 100mbit burst 100000 limit 100000
in_left sysctl -q -e -w net.ipv4.tcp_syn_retries=1 net.ipv4.tcp_syn_linear_timeouts=0
in_right nft -f - <<'END'
table inet test {
    chain in {
        type filter hook input priority 0
        tcp dport 81 drop
    }
}
END

# What a disk writes ends with an interrupt.
write_to_disk() {
    local file

    file=$(mktemp -p /var/tmp)
    dd if=/dev/zero of="$file" bs=4k count=16 conv=fsync status=none
    rm -f "$file"
}

make_traffic() {
    write_to_disk
    left_sends udp "$right_ip" 9 3
    left_sends udp "$right_ip6" 9 3
    right_serves serve "$right_ip" 82 2
    left_sends send "$right_ip" 82 20000
    left_sends cut "$right_ip" 82 # by a reset
    left_sends tcp "$right_ip" 81 1 >"$work/stood"
}

script_of() { # EVENT...
    local event

    for event in "$@"; do
        echo "on $event { ${event}_count = count() }"
    done
}

mapfile -t events < <("$NTRACE" list events | awk '{ print $1 }')
[[ ${#events[@]} -gt 0 ]] || fail "no events"

# Those that can't be had are all refused at once.
can=() cannot=()
"$NTRACE" check -e "$(script_of "${events[@]}")" >"$work/out" 2>&1 || true
for event in "${events[@]}"; do
    if grep -q "^error\[E501\]: '$event' " "$work/out"; then
        cannot+=("$event")
    else
        can+=("$event")
    fi
done
[[ ${#can[@]} -gt 0 ]] || fail "none of ${events[*]} can be had"

start_ntrace -v --format json -e "$(script_of "${can[@]}")"
make_traffic
stop_ntrace
expect "exit code" "$status" 0

silent=()
for event in "${can[@]}"; do
    count=$(final_cells "${event}_count")
    hooks=$(sed -n "s/^ntrace: \(.*\) watches '$event' .*/\1/p" "$work/err" | xargs)
    printf '%-16s %6s  %s\n' "$event" "${count:-0}" "$hooks"
    [[ ${count:-0} -gt 0 && -n $hooks ]] || silent+=("$event")
done
for event in "${cannot[@]}"; do
    "$NTRACE" check -e "on $event { count() }" >"$work/out" 2>&1 || true
    printf '%-16s %6s  %s\n' "$event" - "$(sed -n 's/^ *| *^^*  *//p' "$work/out" | tail -1)"
done
expect "events that did not fire" "${silent[*]}" ""
