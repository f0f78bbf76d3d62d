#!/usr/bin/env bash
# `in` with values of every kind, where ntrace itself evaluates it.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    param nets: {cidr} = {192.168.0.0/16, fd00::/8}
    param devs: {ifname} = {\"eth*\", \"left0\"}
    on rx where udp and src in {$left_ip, $left_ip6} {
        if ip { @v4 = src; @dev = dev; @len = len; @proto = proto; @comm = comm }
        if ip6 { @v6 = src }
        @never[dport] = 5
    }
    end {
        emit a = @v4 in {10.0.0.0/8}, b = @v6 in {10.0.0.0/8}, c = @v4 in \$nets, d = @v6 in \$nets, e = @v4 in {$left_ip6, $left_ip},
            f = @dev in {\"right*\"}, g = @dev in \$devs, h = @len in 50..60, i = @len not in {50, 60}, j = @len in {1, 2, 60..70},
            k = @proto in {tcp, udp}, l = @never[1] in {5}, m = @never[1] not in {5}, n = @never[9] in {5}, o = @comm in {\"traf*\", \"x\"}
        if @v4 in 10.0.0.0/8 and not (@dev in {\"left*\"}) { emit yes = true }
    }"
left_sends udp "$right_ip" 9 1
left_sends udp "$right_ip6" 9 1
stop_ntrace
expect "exit code" "$status" 0
expect "in" "$(event_cells)" "true
true false false true true true false true false false true false false true true"
