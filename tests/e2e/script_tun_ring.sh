#!/usr/bin/env bash
# needs: root tap types:tun
# tun_ring: a machine behind a tap does not read queue 1, whose ring takes 8 of 20 packets and finds no room for 12; queue 0 is read.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

short_tap_up tap0
start_ntrace tun_ring --dst $tap_ip --proto udp --rate 1000 --format json
for queue in 0 1; do
    expect "queue $queue" "$(tap write $queue 3 "$(tap_datagram $queue)")" ok
done
in_right "$TRAFFIC" udp $tap_ip 9 20 sport=1001
for ((i = 0; i < 5; i++)); do
    in_right "$TRAFFIC" udp $tap_ip 9 1 sport=1000
    expect "read by the machine" "$(tap read 0 1)" 1
done
stop_ntrace

expect "exit code" "$status" 0
# count, share that found it full, average and most that was used, size. 0 to 7 were there for the first 8, 8 for the other 12.
expect "rings" "$(json 'select(.name == "rings" and .final) | .rows[] | [.key[], .values[]]' | sort)" "\
[\"tap0\",0,5,0,0,0,8]
[\"tap0\",1,20,0.6,6.2,8,8]"
expect "no room" "$(event_cells | sort | uniq -c | sed 's/^ *//')" "12 tap0 1 $tap_host_ip:1001 > $tap_ip:9 udp 8 8"
