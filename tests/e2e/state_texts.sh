#!/usr/bin/env bash
# State whose first value is the name of a device keeps longer texts whole, as keys and as values.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

text="a name of a device that is long"
ip -n "$right" link set right0 alias "$text"
start_ntrace --format json -e '
    on rx where src == '"$left_ip"' and udp {
        @said[1] = dev
        @said[2] = str(skb.dev.ifalias + 16, 40)
        @by[dev] = 1
        @by[str(skb.dev.ifalias + 16, 40)] = 2
        emit one = @said[1], two = @said[2], three = @by[dev], four = @by[str(skb.dev.ifalias + 16, 40)]
    }
    end { emit one = @said[1], two = @said[2] }'
left_sends udp "$right_ip" 9 1
stop_ntrace
expect "exit code" "$status" 0
expect "texts" "$(event_cells)" "right0 $text
right0 $text 1 2"
