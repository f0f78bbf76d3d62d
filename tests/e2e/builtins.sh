#!/usr/bin/env bash
# What every event has: who runs, where and when.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# The second hierarchy of control groups may be mounted in its old place or not at all.
group=$(awk '$5 ~ "^/sys/fs/cgroup" && / - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
id=1 # the root's, where there is no other
[[ -z $group ]] || id=$(stat -c %i "$group$(sed -n 's/^0:://p' /proc/self/cgroup)")

start_ntrace --format json -e "
    begin { @begun = now }
    on raw_tracepoint:net_dev_queue(skb) where dst == $right_ip and dport == 9 {
        who = count(), distinct(thread) by pid, tid, comm, cpu, cgroup, probe, later = now > @begun, long = now - @begun > 5m
    }
    end { emit fine = now > @begun, age = (now - @begun) / 1h }"
taskset -c "$a_cpu" ip netns exec "$left" "$TRAFFIC" udp "$right_ip" 9 4 &
pid=$!
wait $pid
stop_ntrace
expect "exit code" "$status" 0
expect "who" "$(final_cells who)" "$pid $pid traffic $a_cpu $id raw_tracepoint:net_dev_queue true false 4 1"
expect "in ntrace" "$(event_cells)" "true 0"
