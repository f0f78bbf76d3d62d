#!/usr/bin/env bash
# The options that scripts share are spelled alike: each script takes all that fit it, by both spellings, and reads them. The checker
# is asked, on the fixture kernel, which has every function that the library names.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

packets="--src 10.0.0.1 --dst 10.0.0.0/8 --sport 1 --dport 2,3 --proto udp --dev lo"
connections="--src 10.0.0.1 --dst 10.0.0.0/8 --sport 1 --dport 2,3"
older() {
    sed 's/--src /--src-ip /; s/--dst /--dst-ip /; s/--sport /--src-port /; s/--dport /--dst-port /; s/--proto /--protocol /' <<<"$*"
}

# All that a script takes beside --top. A script that is not named is one of packets, with reports.
options_of() { # SCRIPT
    case $1 in
    abnormal_arp | conntrack | ovs_megaflow | tun_abnormal_gso) echo "$packets --interval 2s --rate 7" ;;
    drops | qdisc_latency) echo "$packets --interval 2s --rate 7 --threshold 1ms" ;;
    eth_drop) echo "$packets --rate 7" ;; # its rows are its report
    icmp_path) echo "$packets --interval 2s --rate 7 --vm-interface lo --phy-interface lo --details" ;;
    kernel_icmp_rtt) echo "$packets --interval 2s --rate 7 --threshold 1ms --direction pings" ;;
    runq_latency) echo "--interval 2s --rate 7 --threshold 1ms" ;;
    system_latency) echo "$packets --interval 2s --phy-interface lo --direction sent" ;;
    system_network_metrics) echo "$packets --interval 2s --rate 7 --phy-interface lo --direction sent --threshold 1ms" ;;
    tcp_perf) echo "$connections --interval 2s --rate 7 --threshold 1ms" ;;
    tun_ring) echo "$packets --interval 2s --rate 7 --vm-interface lo" ;;
    vhost_queue) echo "$packets --interval 2s --vm-interface lo --direction to_vm" ;;
    virtnet_poll) echo "--dev lo --interval 2s" ;;
    vm_latency) echo "$packets --interval 2s --vm-interface lo --phy-interface lo --direction to_vm" ;;
    *) echo "$packets --interval 2s" ;;
    esac
}

takes() { # SCRIPT OPTIONS
    # shellcheck disable=SC2086 # words
    run_ntrace --fixture "$FIXTURE" -d check "$1" --top 3 $2
    expect "exit code of $1" "$status" 0
    ! grep -F 'warning[E605]' "$work/err" || fail "$1 does not read an option"
}

n=0
for file in "$SUPPORT"/../../stdlib/*.nt; do
    script=$(basename "$file" .nt)
    [[ $script != prelude ]] || continue
    options=$(options_of "$script")
    # A tap is a device: one of the two names.
    [[ $script != tun_ring && $script != vhost_queue ]] || options=${options/--dev lo/}
    takes "$script" "$options"
    takes "$script" "$(older "$options")"
    n=$((n + 1))
done
expect "scripts" "$n" "$("$NTRACE" list scripts | wc -l)"

# What it tells its users.
for file in "$SUPPORT"/../../stdlib/*.nt; do
    script=$(basename "$file" .nt)
    [[ $script != prelude ]] || continue
    run_ntrace "$script" --help
    for word in 'Next:' 'Not seen:' 'Cost:'; do
        grep -qF "$word" "$work/out" || fail "$script --help has no '$word'"
    done
    grep -qF "| \`$script\` |" "$SUPPORT/../../docs/library.md" || fail "docs/library.md does not know $script"
done
expect "lines of the library's scripts, at most 500" "$(cat "$SUPPORT"/../../stdlib/*.nt | wc -l |
    awk -v prelude="$(wc -l <"$SUPPORT/../../stdlib/prelude.nt")" '{ print $1 - prelude <= 500 }')" 1
