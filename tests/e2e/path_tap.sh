#!/usr/bin/env bash
# needs: root tap
# A machine behind a tap that does not read: as many packets wait for it as the ring of its queue holds,
# the others are dropped. What it sends is received; the answer waits in the queue that it used.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

short_tap_up tap0
start_ntrace --format json -e "
    on rx where src == $tap_ip { received = count() by dev, dport }
    on tx where dst == $tap_ip and proto == udp { sent = count() by dev, sport }
    on skb_drop where dst == $tap_ip and proto == udp { dropped = count() by reason, sport }"
for queue in 0 1; do
    expect "queue $queue" "$(tap write $queue 3 "$(tap_datagram $queue)")" ok
done
# The ring of queue 1 takes 8 of 20.
in_right "$TRAFFIC" udp $tap_ip 9 20 sport=1001
expect "taken before anyone reads" "$(tap came)" "0 0"
tap serve on >/dev/null
came() {
    [[ $(tap came) == "$1" ]]
}
wait_until "the ring is empty" came "0 8"
in_right "$TRAFFIC" udp $tap_ip 9 5 sport=1000
wait_until "a reader gets all" came "5 8"
stop_ntrace

expect "exit code" "$status" 0
expect "received" "$(final_cells received)" "tap0 1000 3
tap0 1001 3"
expect "sent" "$(final_cells sent)" "tap0 1000 5
tap0 1001 20"
expect "dropped" "$(final_cells dropped)" "$(by_reason "FULL_RING 1001 12")"
