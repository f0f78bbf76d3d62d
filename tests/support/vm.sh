# shellcheck shell=bash
# A virtual machine on a real hypervisor, as users run it: QEMU with KVM, virtio-net, vhost-net and a
# tap, on an Open vSwitch bridge in the kernel's datapath. `source "$SUPPORT/vm.sh"` after e2e.sh; the
# test says `# needs: root vm`.
#
#   the wire (a namespace)          this host                        the machine
#   wire0 $wire_ip $wire_mac ---- nic0 [br-vm] vnet0 == vhost == eth0 $vm_ip $vm_mac
#
#   vm_up            boots it, or takes the one that a test before has left; it is this test's alone
#                    until that ends. Both sides know each other: nothing asks by ARP.
#   vm CMD...        runs CMD in it, in the tree, with ntrace and the helpers where they are here;
#                    output (both streams) and exit code are CMD's
#   vm_traffic ARGS  makes traffic there: arguments of traffic.c
#   vm_start_ntrace ARGS   starts ntrace in it, and waits until all its probes are attached
#   vm_stop_ntrace   ends that as Ctrl-C does, then as stop_ntrace: $status, $work/out and $work/err
#   in_wire CMD...   runs CMD in the namespace
#   vm_pid           process id of its QEMU
#
# Its kernel is the host's own. What it is told goes through a port that wakes neither vhost, irqfd nor
# ioeventfd. It has one CPU; vhost-net's thread is called vhost-PID.
# shellcheck disable=SC2154,SC2034 # names of e2e.sh; names for the test
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

vm_dir=/run/nt-vm
wire=nt-wire
wire_ip=10.9.0.1 wire_mac=02:00:00:09:00:01
vm_ip=10.9.0.2 vm_mac=52:54:00:09:00:02

in_wire() {
    in_netns $wire "$@"
}

vm_pid() {
    cat $vm_dir/pid
}

vm() { # CMD...
    local status='' size i

    printf '%q ' "$@" >&"$vm_in"
    echo >&"$vm_in"
    # Its boot takes 10 s on an idle machine. Who has ended will not answer.
    for ((i = 0; i < 100; i++)); do
        ! read -r -t 3 -u "$vm_out" status size || break
        kill -0 "$(vm_pid)" 2>/dev/null || break
    done
    [[ -n $status ]] || fail "the machine does not answer: $(tail -c 2000 $vm_dir/console)"
    head -c "$size" <&"$vm_out"
    return "$status"
}

vm_traffic() {
    vm "$TRAFFIC" "$@"
}

vm_ntrace_is_ready() {
    vm cat /run/ntrace.err >"$work/err"
    [[ ! -s $work/err ]] || vm test -e "/proc/$vm_ntrace" || fail "ntrace in the machine ended before it was ready"
    grep -q '^ntrace: ready' "$work/err"
}

vm_start_ntrace() { # ARGS...
    # shellcheck disable=SC2016 # for the machine to expand
    vm bash -c '(env --default-signal=INT sh -c '\''echo $$ >/run/ntrace.pid; exec ntrace "$@"'\'' ntrace "$@"
        echo $? >/run/ntrace.status) >/run/ntrace.out 2>/run/ntrace.err &' ntrace "$@"
    wait_until "ntrace in the machine has started" vm test -s /run/ntrace.pid
    vm_ntrace=$(vm cat /run/ntrace.pid)
    wait_until "ntrace in the machine is ready" vm_ntrace_is_ready
}

vm_stop_ntrace() {
    vm kill -INT "$vm_ntrace"
    wait_until "ntrace in the machine ends" vm test -s /run/ntrace.status
    status=$(vm cat /run/ntrace.status)
    vm cat /run/ntrace.out >"$work/out"
    vm cat /run/ntrace.err >"$work/err"
    vm rm -f /run/ntrace.pid /run/ntrace.status
}

vm_wire() {
    ovs-vsctl --may-exist add-br br-vm
    ip link set br-vm addrgenmode none up
    ip tuntap add dev vnet0 mode tap
    ip link set vnet0 addrgenmode none up
    ovs-vsctl --may-exist add-port br-vm vnet0
    net_make_namespace $wire
    ip link add nic0 type veth peer name wire0 netns $wire
    ip link set nic0 addrgenmode none up
    ovs-vsctl --may-exist add-port br-vm nic0
    ip -n $wire link set wire0 address $wire_mac addrgenmode none
    ip -n $wire addr add $wire_ip/24 dev wire0
    ip -n $wire link set lo up
    ip -n $wire link set wire0 up
    ip -n $wire neigh replace $vm_ip lladdr $vm_mac dev wire0 nud permanent
}

# Its root is this guest's own disk, which it only reads: what is there already is written out first.
# The port's name is that of the first virtio device. Without ACPI it boots in half the time, but in a guest
# that is emulated itself its timer stops then, on 5.10 always, on 6.1 at times. Its CPU is a plain one: the state
# of newer CPUs' registers is not what kernels expect.
vm_start() {
    local images disk disks=() number=0

    images=/usr/lib/modules/$(uname -r)
    for disk in /dev/vda /dev/vdb; do
        disks+=(-drive "file=$disk,format=raw,if=none,id=disk$number,readonly=on,cache=none"
            -device "virtio-blk-pci,drive=disk$number,ioeventfd=off")
        number=$((number + 1))
    done
    cat "$images/initrd" /lab/init.cpio.gz >$vm_dir/initrd
    mkfifo $vm_dir/agent.in $vm_dir/agent.out
    sync
    setsid qemu-system-x86_64 -M pc -accel kvm -cpu kvm64 -m 256 -no-reboot -nodefaults -display none \
        -kernel "$images/vmlinuz" -initrd $vm_dir/initrd -serial "file:$vm_dir/console" \
        -append "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on norandmaps nokaslr \
            no_timer_check nowatchdog init_on_alloc=0 lab=vm vm_ip=$vm_ip vm_wire_ip=$wire_ip vm_wire_mac=$wire_mac" \
        -device virtio-serial-pci,ioeventfd=off -chardev "pipe,id=agent,path=$vm_dir/agent" \
        -device virtserialport,chardev=agent,nr=1 "${disks[@]}" \
        -netdev tap,id=net,ifname=vnet0,script=no,downscript=no,vhost=on \
        -device "virtio-net-pci,netdev=net,mac=$vm_mac,romfile=" \
        >$vm_dir/log 2>&1 </dev/null &
    echo $! >$vm_dir/pid
}

vm_make() {
    modprobe -a kvm_amd tun vhost_net
    start_ovs
    vm_wire
    vm_start
}

# On a hypervisor that is emulated itself a machine ends at times by itself (QEMU with it, by -no-reboot)
# before its first word: it is started anew, once.
vm_again() {
    tail -5 $vm_dir/log $vm_dir/console >&2
    rm -f $vm_dir/agent.in $vm_dir/agent.out
    vm_start 8>&-
}

vm_open() {
    exec {vm_in}<>$vm_dir/agent.in {vm_out}<>$vm_dir/agent.out
}

vm_up() {
    mkdir -p $vm_dir
    exec 8>$vm_dir/lock
    flock 8
    [[ -e $vm_dir/pid ]] || vm_make 8>&-
    vm_open
    (vm true) && return
    ! kill -0 "$(vm_pid)" 2>/dev/null || fail "the machine does not answer"
    vm_again
    vm_open
    vm true
}
