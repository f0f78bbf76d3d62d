#!/usr/bin/env bash
# needs: root kprobe
# Each way to hook a function of the kernel sees the same calls, with arguments and what is returned where it has them.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

entries=(fn kprobe call) returns=(kretprobe call)
if has fentry; then
    entries+=(fentry fexit) returns+=(fexit)
fi
script=""
for hook in "${entries[@]}"; do
    script+="on $hook:inet_sendmsg where size == 1234 { in_$hook = count() by size, comm }"$'\n'
done
for hook in "${returns[@]}"; do
    script+="on $hook:inet_sendmsg where retval == 1234 { out_$hook = count() by retval, comm }"$'\n'
done
start_ntrace --format json -e "$script"
left_sends udp "$right_ip" 9 7 size=1234
left_sends udp "$right_ip" 9 3 size=1235
stop_ntrace
expect "exit code" "$status" 0
for hook in "${entries[@]}"; do
    expect "$hook, arguments" "$(final_cells "in_$hook")" "1234 traffic 7"
done
for hook in "${returns[@]}"; do
    expect "$hook, what is returned" "$(final_cells "out_$hook")" "1234 traffic 7"
done

# Without a name for the argument there is none at the return; each hook of a function that is not there says so.
run_ntrace -e 'on kretprobe:inet_sendmsg { count() by size }'
expect "exit code of an argument at the return" "$status" 1
for hook in "${entries[@]}" kretprobe; do
    run_ntrace -e "on $hook:no_such_function { count() }"
    expect "exit code of $hook:no_such_function" "$status" 1
    grep -q "'$hook:no_such_function' can't be had on this kernel" "$work/err" || fail "what it says of $hook"
done
