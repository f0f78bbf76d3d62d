# shellcheck shell=bash
# Makes what guests boot from, once, outside the tree, in $lab_cache:
#
#   root-HASH.img          Debian's minimal system with tests/lab/packages
#   kernel-NAME-HASH/      one of tests/lab/kernels: vmlinuz, initrd, modules.img, version
#
#   images_make KERNEL     makes what is not there yet; sets $root_image, $kernel_dir and, where another
#                          kernel stands in for it, $profile
#   images_update KERNEL   makes the kernel anew when the mirror has a newer one
#   images_made KERNEL     are they there?
#
# A HASH is that of the list or row and of the functions here that make the file, so what changed is
# made anew. Everything comes from the mirror that apt is configured with. Guests only read these files.
# shellcheck disable=SC2034 # $profile is for guest.sh

lab_cache=${NTRACE_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ntrace-lab}
lab=tests/lab

# The suite of this machine, whose packages the guests use.
own_suite() {
    (. /etc/os-release && echo "$VERSION_CODENAME")
}

mirror() {
    # shellcheck disable=SC2016 # apt replaces these
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
        awk -v suite="$(own_suite)" '$1 == suite { print $2; exit }'
}

kernel_row() { # KERNEL: its suite and packages
    awk -v name="$1" '$1 == name { $1 = ""; print }' $lab/kernels
}

# The kernel that is booted for it: itself but for those that another stands in for.
booted_kernel() { # KERNEL
    awk -v name="$1" '$1 == name { print $2 == "as" ? $3 : $1 }' $lab/kernels
}

lab_kernels() {
    awk '!/^#/ && NF { print $1 }' $lab/kernels
}

hash_of() {
    sha256sum | cut -c1-12
}

root_hash() {
    { own_suite; cat $lab/packages; declare -f make_root make_jq; } | hash_of
}

kernel_hash() { # KERNEL
    { kernel_row "$1"; declare -f make_kernel make_modules_image make_initrd; } | hash_of
}

# Where the images of a kernel are or will be.
find_images() { # KERNEL
    local booted

    booted=$(booted_kernel "$1")
    root_image=$lab_cache/root-$(root_hash).img
    kernel_dir=$lab_cache/kernel-$booted-$(kernel_hash "$booted")
    profile=
    [[ $booted == "$1" ]] || profile=$1
}

images_made() { # KERNEL
    find_images "$1"
    [[ -e $root_image && -e $kernel_dir/version ]]
}

# apt with lists of its own: those of another suite than this machine's.
apt_of() { # SUITE TOOL ARGS...
    local dir=$lab_cache/apt-$1

    "$2" -qq -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State="$dir" -o Dir::State::status=/dev/null -o Dir::Cache="$dir" \
        -o APT::Sandbox::User=root -o Acquire::Languages=none "${@:3}"
}

apt_refresh() { # SUITE
    local dir=$lab_cache/apt-$1

    mkdir -p "$dir/lists/partial" "$dir/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $1 main" \
        >"$dir/sources.list"
    apt_of "$1" apt-get update
}

newest_package() { # SUITE REGEX
    apt_of "$1" apt-cache search --names-only "^$2\$" | cut -d' ' -f1 | sort -V | tail -1
}

# A kernel's modules as a file system of their own, to be mounted on /usr/lib/modules. The kernel and its
# initrd are beside them, for a machine in the machine (tests/support/vm.sh).
make_modules_image() { # TREE VERSION IMAGE
    local modules=$1/usr/lib/modules

    if [[ ! -d $modules ]]; then
        mkdir -p "$1/usr/lib"
        mv "$1/lib/modules" "$modules"
        rmdir "$1/lib"
    fi
    [[ -e $1/lib ]] || ln -s usr/lib "$1/lib"
    # Some suites ship no list of what is built in.
    touch "$modules/$2/modules.builtin" "$modules/$2/modules.order"
    depmod -b "$1" "$2"
    make_initrd "$1" "$2" "$modules/$2/initrd"
    cp "$(dirname "$3")/vmlinuz" "$modules/$2/vmlinuz"
    mke2fs -q -F -t ext4 -O ^has_journal -d "$modules" "$3" \
        "$(($(du -sm "$modules" | cut -f1) * 12 / 10 + 32))M"
}

# Just enough to find the disks, but for the program that does: boot adds that.
make_initrd() { # TREE VERSION INITRD
    local dir module path number=10

    dir=$(mktemp -d)
    mkdir "$dir/bin" "$dir/modules"
    cp "$(command -v busybox)" "$dir/bin/busybox"
    # Modules are numbered in the order in which they are loaded; what is built in is none.
    while read -r path; do
        case $path in
        *.xz) xz -dc "$path" >"$dir/modules/$number" ;;
        *) cp "$path" "$dir/modules/$number" ;;
        esac
        number=$((number + 1))
    done < <(for module in virtio_pci virtio_blk ext4; do
        modprobe --show-depends -d "$1" -S "$2" $module 2>/dev/null || true # built in
    done | awk '$1 == "insmod" && !known[$2]++ { print $2 }')
    (cd "$dir" && find . | cpio --quiet -o -H newc | gzip -1) >"$3"
    rm -rf "$dir"
}

make_kernel() { # KERNEL PACKAGE...
    local new tree suite version

    read -r suite _ <<<"$(kernel_row "$1")"
    new=$(mktemp -d "$lab_cache/new.XXXXXX")
    tree=$new/tree
    mkdir "$tree"
    (cd "$new" && apt_of "$suite" apt-get download "${@:2}")
    for package in "$new"/*.deb; do
        dpkg-deb -x "$package" "$tree"
    done
    version=$(basename "$(find "$tree" -path '*/lib/modules/*' -prune)")
    find "$tree" -name 'vmlinuz*' -type f -exec mv {} "$new/vmlinuz" ';'
    make_modules_image "$tree" "$version" "$new/modules.img"
    cp "$tree/usr/lib/modules/$version/initrd" "$new/initrd"
    rm -rf "$tree" "$new"/*.deb
    echo "${*:2}" >"$new/packages"
    echo "$version" >"$new/version"
    rm -rf "$kernel_dir"
    mv "$new" "$kernel_dir"
}

images_update() { # KERNEL
    local suite regexes regex packages=()

    find_images "$1"
    read -r suite regexes <<<"$(kernel_row "$1")"
    apt_refresh "$suite"
    for regex in $regexes; do
        packages+=("$(newest_package "$suite" "$regex")")
        [[ -n ${packages[-1]} ]] || {
            echo "lab: suite $suite has no package $regex" >&2
            return 1
        }
    done
    if [[ $(cat "$kernel_dir/packages" 2>/dev/null) != "${packages[*]}" ]]; then
        echo "lab: making kernel $1 from ${packages[*]}" >&2
        make_kernel "$1" "${packages[@]}"
    fi
}

# Tests start jq hundreds of times, and before 1.7 it compiles its own library at each start: 0.2 s in a
# guest. A later suite's, with the libraries that it needs.
make_jq() { # TREE
    local dir=$1/opt/jq new package

    new=$(mktemp -d)
    mkdir -p "$dir"
    apt_refresh trixie
    (cd "$new" && apt_of trixie apt-get download jq libjq1 libonig5 libc6)
    for package in "$new"/*.deb; do
        dpkg-deb -x "$package" "$new/tree"
    done
    cp "$new/tree/usr/bin/jq" "$new"/tree/usr/lib/x86_64-linux-gnu/{ld-linux-x86-64,libjq,libonig,libc,libm}.so.[0-9] "$dir"
    cat >"$1/usr/bin/jq" <<'END'
#!/bin/sh
exec /opt/jq/ld-linux-x86-64.so.2 --library-path /opt/jq /opt/jq/jq "$@"
END
    chmod +x "$1/usr/bin/jq"
    rm -rf "$new"
}

make_root() { # IMAGE
    local new packages

    echo "lab: making the guests' root file system" >&2
    new=$(mktemp -d "$lab_cache/new.XXXXXX")
    packages=$(grep -v '^#' $lab/packages | paste -sd,)
    debootstrap --variant=minbase --include="$packages" "$(own_suite)" "$new/tree" "$(mirror)" \
        >"$new/log" 2>&1 || {
        tail -20 "$new/log" >&2
        return 1
    }
    rm -rf "$new"/tree/var/cache/apt/* "$new"/tree/var/lib/apt/lists/* "$new"/tree/usr/share/{doc,man,locale}
    make_jq "$new/tree"
    # Room for the build under test and for what it writes.
    mke2fs -q -F -t ext4 -O ^has_journal -d "$new/tree" "$new/image" \
        "$(($(du -sm "$new/tree" | cut -f1) * 12 / 10 + 1024))M"
    mv "$new/image" "$1"
    rm -rf "$new"
}

images_make() { # KERNEL
    local booted

    [[ -n $(kernel_row "$1") ]] || {
        echo "lab: no kernel '$1'; there are: $(lab_kernels | xargs)" >&2
        return 2
    }
    mkdir -p "$lab_cache"
    ! images_made "$1" || return 0
    booted=$(booted_kernel "$1")
    [[ $(id -u) -eq 0 ]] || {
        echo "lab: it takes root to make the guests' file systems" >&2
        return 1
    }
    (
        flock 9
        [[ -e $root_image ]] || make_root "$root_image"
        [[ -e $kernel_dir/version ]] || images_update "$booted"
    ) 9>"$lab_cache/lock"
}
