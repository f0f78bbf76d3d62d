# shellcheck shell=bash
# What a test needs, and whether this machine has it. A test says it in its header, in words:
#
#   # needs: root kprobe module:openvswitch
#
#   root             (what a test needs that says nothing)
#   btf              the kernel's types are known
#   own-btf          the kernel itself tells them: they are not given by --btf
#   netns            network namespaces can be made
#   kprobe           the kernel has kprobes
#   fentry           the kernel lets functions be traced by fentry (it may have them and refuse)
#   module-btf       types of modules too
#   types:MODULE     types of this one: told by it, or built in
#   long             programs of more than 4,096 instructions, and direct reads, which take less stack
#   ovs              Open vSwitch with the kernel's datapath
#   tap              tap devices
#   vm               KVM, vhost-net, tap and Open vSwitch, in a guest of the lab (vm.sh)
#   module:NAME      a module, loaded, built in or to be loaded
#   tracepoint:SYS:NAME[:FIELD]
#   command:NAME     a program in the path
#   native           the machine itself: not a guest of the lab
#
#   needs_of FILE        the words of a test
#   lacks WORD           says why this machine does not have it, and returns 0; 1 when it has
#   kernel_at_least V    for what only the version tells
#   require WORD...      ends a test with exit code 77 and the reason, when something is lacking

needs_of() {
    local line words=

    while read -r line; do
        [[ $line != '# needs: '* ]] || words+=" ${line#'# needs: '}"
    done <"$1"
    echo "${words:-root}"
}

# What is built in has no directory there when it has no parameters. Where modules.builtin is missing too,
# the kernel's own configuration tells: CONFIG_VETH, CONFIG_VLAN_8021Q, CONFIG_NET_SCH_NETEM.
is_built_in() {
    grep -qs "/$1[.]ko" "/lib/modules/$(uname -r)/modules.builtin" ||
        zgrep -qsiE "^CONFIG_([A-Z0-9_]+_)?$1=y" /proc/config.gz
}

has_module() {
    [[ -d /sys/module/$1 ]] || modprobe -q "$1" 2>/dev/null || is_built_in "$1"
}

# A profile has none of modules.
has_types() {
    [[ -z ${NTRACE_PROFILE:-} ]] && has_module "$1" && { [[ -e /sys/kernel/btf/$1 ]] || is_built_in "$1"; }
}

has_vm() {
    [[ -n ${NTRACE_LAB:-} ]] && has ovs && has tap && has_module vhost_net && has_module kvm_amd &&
        has command:qemu-system-x86_64
}

# A guest refuses nothing; elsewhere the list of functions tells whether it does. A profile has none.
has_fentry() {
    [[ -z ${NTRACE_PROFILE:-} ]] && head -c 1 /sys/kernel/tracing/available_filter_functions >/dev/null 2>&1
}

can_make_namespaces() {
    [[ -n ${NTRACE_LAB:-} ]] || unshare --net true 2>/dev/null
}

has_tracepoint() { # SYS:NAME[:FIELD]
    local system name field

    IFS=: read -r system name field <<<"$1"
    grep -Eqs "^[[:space:]]field:.*${field:+[ *]$field(\[.*)?;}" \
        "/sys/kernel/tracing/events/$system/$name/format"
}

has() { # WORD
    case $1 in
    root) [[ $EUID -eq 0 ]] ;;
    btf) [[ -r ${NTRACE_BTF:-/sys/kernel/btf/vmlinux} ]] ;;
    own-btf) [[ -r /sys/kernel/btf/vmlinux ]] ;;
    netns) can_make_namespaces ;;
    kprobe) [[ -e /sys/bus/event_source/devices/kprobe ]] ;;
    fentry) has_fentry ;;
    long) [[ -z ${NTRACE_PROFILE:-} ]] ;;
    module-btf) [[ -z ${NTRACE_PROFILE:-} ]] && has_module veth && [[ -e /sys/kernel/btf/veth ]] ;;
    types:*) has_types "${1#types:}" ;;
    ovs) command -v ovs-vswitchd >/dev/null && has_module openvswitch ;;
    tap) has_module tun && [[ -c /dev/net/tun ]] ;;
    vm) has_vm ;;
    native) [[ -z ${NTRACE_LAB:-} ]] ;;
    module:*) has_module "${1#module:}" ;;
    tracepoint:*) has_tracepoint "${1#tracepoint:}" ;;
    command:*) command -v "${1#command:}" >/dev/null ;;
    *)
        echo "unknown need: $1" >&2
        exit 1
        ;;
    esac
}

lacks() {
    ! has "$1" || return 1
    case $1 in
    root) echo "needs root" ;;
    btf) echo "this kernel describes no types" ;;
    own-btf) echo "the types are given by --btf here" ;;
    netns) echo "cannot make network namespaces here" ;;
    native) echo "not for guests" ;;
    long) echo "its programs are too large for this kernel" ;;
    kprobe | fentry | module-btf) echo "this kernel has no $1" ;;
    types:*) echo "the types of ${1#types:} are not known here" ;;
    module:* | tracepoint:*) echo "this kernel has no ${1/:/ }" ;;
    command:*) echo "needs ${1#command:}" ;;
    *) echo "needs $1" ;;
    esac
}

kernel_at_least() { # MAJOR.MINOR
    printf '%s\n' "$1" "$(uname -r)" | sort -V -C
}

require() {
    local word why

    for word in "$@"; do
        ! why=$(lacks "$word") || {
            echo "SKIPPED: $why"
            exit 77
        }
    done
}
