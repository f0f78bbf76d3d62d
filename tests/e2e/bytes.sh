#!/usr/bin/env bash
# Bytes of kernel memory as views lay them out: the netlink message by which `ip` makes a device.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

name=nt-b$net_own
peer=nt-c$net_own
mac=02:00:5e:10:20:30
# Each look for an attribute is a walk over all of them: before 5.2 a program has room for few.
script_of() { # STATEMENTS [DECLARATION]
    cat <<END
    view request of nlattr { address: mac = 1; name: string = 3; mtu: int = 4; info: info = 18; wanted: hex = 300 }
    view info of nlattr { kind: string = 1; data: data = 2 }
    view data of nlattr { peer: peer = 1 }
    view peer of bytes { attributes: request = 16 }
    view address of bytes { first: be16 = 0; whole: mac = 0; last: u8 = 5; behind: be32 = 3; host: u16 = 0; host32: u32 = 1; odd = u8(1) + be16(4) }
    ${2:-}
    on raw_tracepoint:consume_skb(skb) where skb.sk.__sk_common.skc_family == 16 {
        let head = skb.head as nlmsghdr
        let request = bytes(skb.head + 32, head.nlmsg_len - 32, 256) as request
        let name = request.name
        if head.nlmsg_type == 16 and head.nlmsg_flags & 1 == 1 and name == "$name" {
            let there = bytes(skb.head + 36, 6, 8) as address
            $1
        }
    }
END
}

traffic() {
    ip -n "$left" link add "$name" address $mac mtu 1404 type veth peer name "$peer"
    ip -n "$left" link del "$name"
}

see() { # ARGS...
    start_ntrace "$@"
    traffic
    traffic
    stop_ntrace
    expect "exit code" "$status" 0
}

see --format json -e "$(script_of "fields = count() by name, request.mtu, request.address, there")"
expect "fields" "$(final_cells fields)" \
    "$name 1404 $mac {\"first\":512,\"whole\":\"$mac\",\"last\":48,\"behind\":null,\"host\":2,\"host32\":537943552} 2"

see --format json -e "$(script_of "kinds = count() by request.info.kind, exists(request.wanted)")"
expect "kinds" "$(final_cells kinds)" "veth false 2"

see --format json -e "$(script_of "more = count() by there.first, there.whole, there.last, there.behind, there.host, there.host32, there.odd, request.info.data.peer.attributes.name")"
expect "more" "$(final_cells more)" "512 $mac 48 null 2 537943552 8240 $peer 2"

rows="
    @request[tid] = request
    emit all = request, mtu = @request[tid].mtu, kept = @request[tid], cut = bytes(skb.head + 36, 6, 4),
        none = bytes(0, 4, 8), address = (skb.head + 36) as address, empty = bytes(skb.head, 0, 8)
    keyed = count() by hex_of_it = bytes(skb.head + 36, 6, 8), cut = bytes(skb.head + 36, 6, 4)"
see --format json -e "$(script_of "$rows" "map @request: max 16")"
expect "keys" "$(final_cells keyed)" '02005e102030 {"bytes":"02005e10","lacking":2} 2'
request="[{\"address\":\"$mac\"},{\"mtu\":1404},{\"name\":\"$name\"},{\"info\":[{\"kind\":\"veth\"},{\"data\":[{\"peer\":{\"attributes\":[{\"name\":\"$peer\"}]}}]}]}]"
row="$request 1404 $request {\"bytes\":\"02005e10\",\"lacking\":2} null"
row+=" {\"first\":512,\"whole\":\"$mac\",\"last\":48,\"behind\":270544896,\"host\":2,\"host32\":537943552} "
expect "rows" "$(event_cells)" "$row"$'\n'"$row"

start_ntrace -e "$(script_of "$rows" "map @request: max 16")"
traffic
stop_ntrace
request="address($mac),mtu(1404),name($name),info(kind(veth),data(peer(attributes=name($peer))))"
expect "text" "$(grep "^[0-9].*$mac),mtu" "$work/out" | sed 's/^[^ ]* *//; s/  */ /g')" \
    "$request 1404 $request 02005e10...+2 - first=512,whole=$mac,last=48,behind=270544896,host=2,host32=537943552 empty"
