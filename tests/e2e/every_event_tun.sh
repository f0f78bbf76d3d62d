#!/usr/bin/env bash
# needs: root kprobe module:tun
# Every event of taps fires.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/fires.sh
source "$SUPPORT/fires.sh"

in_left ip tuntap add tap0 mode tap
in_left ip addr add 172.20.0.1/24 dev tap0
in_left ip link set tap0 addrgenmode none up
in_left ip neigh replace 172.20.0.2 lladdr 02:00:00:00:00:09 dev tap0

# A tap without a reader has no queue, and no carrier.
make_traffic() {
    in_left python3 - <<'END'
import fcntl, os, struct
tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, 0x400454ca, struct.pack("16sH22x", b"tap0", 0x1002))  # TUNSETIFF: IFF_TAP, IFF_NO_PI
import socket, time
time.sleep(0.5)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(3):
    s.sendto(b"x", ("172.20.0.2", 9))
    os.read(tap, 2000)
os.write(tap, bytes(60))
END
}

fires make_traffic tun
