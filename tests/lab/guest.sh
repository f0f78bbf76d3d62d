# shellcheck shell=bash
# Boots a guest with the tree and the build under test inside, at the paths that they have here.
#
#   guest_run KERNEL CMD...    standard output and error are the command's; its exit code too.
#                              125 when the guest ended without one: its console is shown then.
#   guest_shell KERNEL         a shell on this terminal; its exit code
#
# Settings: $build its build directory, $timeout in seconds, $files where what the command leaves in
# /lab/out is put (nowhere when empty). The images are of images.sh.
# shellcheck disable=SC2154 # the settings are the caller's

# What goes in, as one archive: the sources, what tests use of the build, and what to run.
pack_tree() { # WORK CMD...
    local tree=$PWD lab_dir=$1/lab

    mkdir -p "$lab_dir"
    echo "$tree" >"$lab_dir/tree"
    printf '%q ' "${@:2}" >"$lab_dir/command"
    {
        printf 'export NTRACE=%q TRAFFIC=%q SUPPORT=%q FIXTURE=%q\n' "$build/ntrace" \
            "$build/tests/programs/traffic" "$tree/tests/support" "$build/fixture"
        # shellcheck disable=SC2016 # for the guest to expand
        printf 'PATH=%q:$PATH NTRACE_LAB=%q\n' "$build" "$kernel"
        printf 'NTRACE_PROFILE=%q LAB_TIMEOUT=%q\n' "$profile" "$timeout"
        echo 'export NTRACE_LAB NTRACE_PROFILE'
    } >"$lab_dir/env"
    pack_first_program "$1" >"$lab_dir/init.cpio.gz" # for a machine in the machine
    {
        git ls-files -co --exclude-standard -z | sed -z "s,^,${tree#/}/,"
        for path in ntrace ntrace-codegen.so ntrace-random ntrace-meaning tests/programs tests/bpf fixture \
            "random/$kernel.objects"; do
            printf '%s\0' "${build#/}/$path"
        done
    } | tar -cf "$1/tree.tar" --ignore-failed-read --null -C / -T - -C "$1" lab 2>/dev/null
    # A disk has whole sectors, and some room behind the archive's end does no harm.
    truncate -s %1M "$1/tree.tar"
}

pack_first_program() { # WORK
    cp tests/lab/initramfs-init "$1/init"
    (cd "$1" && echo init | cpio --quiet -o -H newc | gzip -1)
}

drive() { # FILE
    echo "-drive file=$1,format=raw,if=virtio,snapshot=on,cache=unsafe"
}

# With cmpxchg16b kernels from 6.12 on panic under qemu 7.2's TCG. What else the CPU lacks costs more than it
# gives where it is emulated: strings are copied byte by byte (erms), pages have one level more (la57), each
# access to a user's memory ends what is translated at once (smap). Nor need the kernel clear what it gives out,
# count memory by groups, ask a security module, or panic when a timer does not tick within 40 ms of a busy host.
# Where programs always lie at the same addresses, what was once translated of them is used again: a start takes
# half the time.
boot() { # WORK QEMU-OPTION...
    local append="console=ttyS0 quiet mitigations=off panic=-1 random.trust_cpu=on norandmaps \
init_on_alloc=0 cgroup_disable=memory security=none nowatchdog no_timer_check"
    local cpu=max,cx16=off,erms=off,fsrm=off,la57=off,smap=off,pku=off,mpx=off,avx=off,avx2=off

    # An initramfs may be several archives, one after the other.
    cat "$kernel_dir/initrd" "$1/lab/init.cpio.gz" >"$1/initrd"
    # shellcheck disable=SC2046 # drive gives two words
    timeout --foreground -k 10 "$timeout" qemu-system-x86_64 -accel tcg,thread=multi \
        -cpu "$cpu" -smp 2 -m 2048 -no-reboot -nic none -display none -monitor none \
        -kernel "$kernel_dir/vmlinuz" -initrd "$1/initrd" -append "$append" \
        $(drive "$root_image") $(drive "$kernel_dir/modules.img") $(drive "$1/tree.tar") "${@:2}"
}

port() { # WORK NUMBER FILE
    echo "-chardev file,id=port$2,path=$1/$3 -device virtserialport,chardev=port$2,nr=$2"
}

show_console() { # WORK WHY
    echo "lab: the guest $2; the end of its console:" >&2
    tail -c 16000 "$1/console" | tr -d '\r' | tail -100 >&2
}

# Puts what came back where it is wanted. The command's exit code; 125 when there is none.
unpack_files() { # WORK
    local status=125

    mkdir "$1/files"
    tar -xf "$1/files.tar" -C "$1/files" 2>/dev/null || true
    [[ ! -s $1/files/status ]] || status=$(cat "$1/files/status")
    rm -f "$1/files/status"
    if [[ -n $files ]]; then
        mkdir -p "$files"
        cp -r "$1/files/." "$files"
    fi
    return "$status"
}

guest_run() { # KERNEL CMD...
    local kernel=$1 work ended=0 status=0

    images_make "$kernel" || return
    work=$(mktemp -d)
    pack_tree "$work" "${@:2}"
    mkfifo "$work/out.pipe" "$work/err.pipe"
    cat "$work/out.pipe" &
    cat "$work/err.pipe" >&2 &
    # shellcheck disable=SC2046 # words
    boot "$work" -serial "file:$work/console" -device virtio-serial $(port "$work" 1 out.pipe) \
        $(port "$work" 2 err.pipe) $(port "$work" 3 files.tar) </dev/null || ended=$?
    wait
    unpack_files "$work" || status=$?
    if [[ $ended -eq 124 || $ended -eq 137 ]]; then
        show_console "$work" "did not end within $timeout s"
        status=125
    elif [[ $status -eq 125 ]]; then
        show_console "$work" "ended without an exit code"
    fi
    rm -rf "$work"
    return "$status"
}

guest_shell() { # KERNEL
    local kernel=$1 work status=0 state size

    images_make "$kernel" || return
    timeout=infinity
    work=$(mktemp -d)
    mkdir -p "$work/lab"
    touch "$work/lab/shell"
    size=$(stty size)
    pack_tree "$work" stty -F /dev/ttyS0 rows "${size% *}" cols "${size#* }"
    state=$(stty -g)
    stty raw -echo isig intr '' quit '' susp ''
    # shellcheck disable=SC2046 # words
    boot "$work" -serial stdio -device virtio-serial $(port "$work" 3 files.tar) || true
    stty "$state"
    unpack_files "$work" || status=$?
    rm -rf "$work"
    return "$status"
}
