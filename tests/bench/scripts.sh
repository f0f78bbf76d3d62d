# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # names of the others, and for them
# What each script of the library costs a packet: the time of all its programs (kernel.bpf_stats_enabled), with
# the same traffic: datagrams through a queue to a port where nobody listens; for vm_latency such that are forwarded,
# for those of pings pings with their answers, for tcp_perf one connection (of its segments the kernel makes larger ones:
# so many came in as there are runs). Those that this machine can't run are named with the reason; scripts/bench --guest
# measures them.
# shellcheck source=tests/support/topology.sh
source tests/support/topology.sh

# What a script needs to be told.
arguments_of() { # SCRIPT
    case $1 in
    vm_latency) echo --vm-interface right0 --phy-interface right1 --direction from_vm ;;
    system_latency | system_network_metrics) echo --phy-interface left0 --direction sent ;;
    icmp_path) echo --rx-iface right0 --tx-iface right2 ;;
    esac
}

traffic_for() { # SCRIPT PACKETS
    case $1 in
    vm_latency) in_left chrt --fifo 10 "$build/tests/programs/traffic" udp 192.0.2.1 9 "$2" ;;
    icmp_path) in_left chrt --fifo 10 "$build/tests/programs/traffic" ping $far_ip "$2" ;;
    kernel_icmp_rtt) in_left chrt --fifo 10 "$build/tests/programs/traffic" ping "$right_ip" "$2" ;;
    tcp_perf)
        in_right "$build/tests/programs/traffic" serve "$right_ip" 80 1 >"$work/served" &
        while [[ ! -s $work/served ]]; do sleep 0.01; done
        in_left "$build/tests/programs/traffic" send "$right_ip" 80 $((20000 * $2))
        ;;
    *) in_left chrt --fifo 10 "$build/tests/programs/traffic" udp "$right_ip" 9 "$2" ;;
    esac
}

# "nanoseconds runs" of all programs that a process holds; links name their programs too, without the account.
all_stats() { # PID
    cat /proc/"$1"/fdinfo/* 2>/dev/null | awk '
        /^prog_id:/ { id = $2 }
        /^run_time_ns:/ { time[id] = $2 }
        /^run_cnt:/ { runs[id] = $2 }
        END { for (id in time) { ns += time[id]; n += runs[id] } print ns + 0, n + 0 }'
}

script_once() { # SCRIPT PACKETS
    local script=$1 tracer ns0 runs0 ns runs i packets

    : >"$work/err"
    # shellcheck disable=SC2046 # words
    "$build/ntrace" "$script" $(arguments_of "$script") >"$work/out" 2>"$work/err" &
    tracer=$!
    for ((i = 0; i < 400; i++)); do
        ! grep -q 'ready, ' "$work/err" || break
        kill -0 $tracer 2>/dev/null || break
        sleep 0.05
    done
    if ! grep -q 'ready, ' "$work/err"; then
        wait $tracer || true
        note "| $script | - | - | - | $(sed -nE 's/^ *\| *\^+ //p; /: a value is needed/p' "$work/err" | head -1) |"
        return
    fi
    read -r ns0 runs0 < <(all_stats $tracer)
    traffic_for "$script" "$2"
    read -r ns runs < <(all_stats $tracer)
    kill -INT $tracer
    wait $tracer || true
    packets=$2
    [[ $script != tcp_perf ]] || packets=$((runs - runs0))
    note "$(awk -v s="$script" -v ns=$((ns - ns0)) -v n=$((runs - runs0)) -v packets="$packets" 'BEGIN {
        printf "| %s | %.1f | %s | %.0f | |", s, n / packets, n ? sprintf("%.0f", ns / n) : "-", ns / packets }')"
}

measure_scripts() { # PACKETS
    local script

    net_up
    forward_up 192.0.2.1
    far_up
    in_left tc qdisc replace dev left0 root tbf rate 10gbit burst 10mb limit 10mb
    stats_before=$(sysctl -n kernel.bpf_stats_enabled)
    sysctl -q -w kernel.bpf_stats_enabled=1
    note "| script | runs a packet | ns a run | ns a packet | why not |"
    note "|---|---|---|---|---|"
    for script in stdlib/*.nt; do
        script=$(basename "$script" .nt)
        [[ $script == prelude ]] || script_once "$script" "$1"
    done
}
