#!/usr/bin/env bash
# Retransmits of a connection that nobody answers, as many as the kernel itself counts.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

in_right nft -f - <<'END'
table inet test {
    chain in {
        type filter hook input priority 0
        tcp dport 81 drop
    }
}
END

start_ntrace --format json -e "on tcp_retransmit where rport == 81 and raddr == $right_ip { again = count() by raddr }"
in_left timeout 5 "$TRAFFIC" tcp "$right_ip" 81 1 >/dev/null || true
stop_ntrace

counted=$(in_left nstat -asz TcpRetransSegs | awk '$1 == "TcpRetransSegs" { print $2 }')
[[ $counted -gt 0 ]] || fail "nothing was sent again"
expect "exit code" "$status" 0
expect "retransmits" "$(final_rows again)" \
    "{\"key\":{\"raddr\":\"$right_ip\"},\"values\":{\"count()\":$counted}}"
