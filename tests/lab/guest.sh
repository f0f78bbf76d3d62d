# shellcheck shell=bash
# Boots a guest with the tree and the build under test inside, at the paths that they have here.
#
#   guest_run KERNEL CMD...    standard output and error are the command's; its exit code too.
#                              125 when the guest ended without one: its console is shown then.
#   guest_shell KERNEL         a shell on this terminal
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
            "$build/tests/traffic" "$tree/tests/support" "$build/fixture"
        # shellcheck disable=SC2016 # for the guest to expand
        printf 'PATH=%q:$PATH NTRACE_LAB=%q\n' "$build" "$kernel"
        echo 'export NTRACE_LAB'
    } >"$lab_dir/env"
    {
        git ls-files -co --exclude-standard -z | sed -z "s,^,${tree#/}/,"
        for path in ntrace ntrace-codegen.so ntrace-random tests/traffic tests/abnormal_gso tests/called tests/bpf fixture; do
            printf '%s\0' "${build#/}/$path"
        done
    } | tar -cf "$1/tree.tar" --ignore-failed-read --null -C / -T - -C "$1" lab 2>/dev/null
    # A disk has whole sectors, and some room behind the archive's end does no harm.
    truncate -s %1M "$1/tree.tar"
}

# An initramfs may be several archives, one after the other.
pack_initrd() { # WORK
    cp tests/lab/initramfs-init "$1/init"
    cp "$kernel_dir/initrd" "$1/initrd"
    (cd "$1" && echo init | cpio --quiet -o -H newc | gzip -1) >>"$1/initrd"
}

drive() { # FILE
    echo "-drive file=$1,format=raw,if=virtio,snapshot=on,cache=unsafe"
}

# With cmpxchg16b kernels from 6.12 on panic under qemu 7.2's TCG. Where programs always lie at the same
# addresses, what was once translated of them is used again: a start takes half the time.
boot() { # WORK QEMU-OPTION...
    local append="console=ttyS0 quiet mitigations=off panic=-1 random.trust_cpu=on norandmaps"

    pack_initrd "$1"
    # shellcheck disable=SC2046 # drive gives two words
    timeout --foreground -k 10 "$timeout" qemu-system-x86_64 -accel tcg,thread=multi \
        -cpu max,cx16=off -smp 2 -m 1536 -no-reboot -nic none -display none -monitor none \
        -kernel "$kernel_dir/vmlinuz" -initrd "$1/initrd" -append "$append" \
        $(drive "$root_image") $(drive "$kernel_dir/modules.img") $(drive "$1/tree.tar") "${@:2}"
}

ports() { # WORK: standard output, standard error, files
    echo "-device virtio-serial
        -chardev file,id=out,path=$1/out.pipe -device virtserialport,chardev=out,nr=1
        -chardev file,id=err,path=$1/err.pipe -device virtserialport,chardev=err,nr=2
        -chardev file,id=files,path=$1/files.tar -device virtserialport,chardev=files,nr=3"
}

show_console() { # WORK WHY
    echo "lab: the guest $2; the end of its console:" >&2
    tail -c 6000 "$1/console" | tr -d '\r' | tail -60 >&2
}

guest_run() { # KERNEL CMD...
    local kernel=$1 work status=0

    images_make "$kernel" || return
    work=$(mktemp -d)
    pack_tree "$work" "${@:2}"
    mkfifo "$work/out.pipe" "$work/err.pipe"
    cat "$work/out.pipe" &
    cat "$work/err.pipe" >&2 &
    # shellcheck disable=SC2046 # words
    boot "$work" -serial "file:$work/console" $(ports "$work") </dev/null || status=$?
    wait
    mkdir "$work/files"
    tar -xf "$work/files.tar" -C "$work/files" 2>/dev/null || true
    if [[ -s $work/files/status ]]; then
        status=$(cat "$work/files/status")
        rm "$work/files/status"
        if [[ -n $files ]]; then
            mkdir -p "$files"
            cp -r "$work/files/." "$files"
        fi
    elif [[ $status -eq 124 || $status -eq 137 ]]; then
        show_console "$work" "did not end within $timeout s"
        status=125
    else
        show_console "$work" "ended without an exit code"
        status=125
    fi
    rm -rf "$work"
    return "$status"
}

guest_shell() { # KERNEL
    local kernel=$1 work status=0 state size

    images_make "$kernel" || return
    work=$(mktemp -d)
    pack_tree "$work" true
    touch "$work/lab/shell"
    size=$(stty size)
    echo "stty -F /dev/ttyS0 rows ${size% *} cols ${size#* }" >>"$work/lab/env"
    tar -rf "$work/tree.tar" -C "$work" lab
    truncate -s %1M "$work/tree.tar"
    state=$(stty -g)
    stty raw -echo isig intr '' quit '' susp ''
    timeout=infinity boot "$work" -serial stdio || status=$?
    stty "$state"
    rm -rf "$work"
    return "$status"
}
