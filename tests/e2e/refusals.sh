#!/usr/bin/env bash
# What can't be run is refused with its message and exit code, before anything is attached; nobody reads
# words of the libraries beneath.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

refuses() { # EXIT-CODE MESSAGE ARGS...
    run_ntrace "${@:3}"
    expect "exit code of ${*:3}" "$status" "$1"
    grep -qF "$2" "$work/err" || fail "'${*:3}' is not refused with: $2"
    ! grep -q ready "$work/err" || fail "it ran"
    ! grep -aqiE 'llvm|libbpf|bpf_' "$work/err" || fail "a library speaks"
    expect "output" "$(cat "$work/out")" ""
}

cd "$work"
: >empty.nt
printf '# nothing here\n' >comment.nt
head -c 10000000 /dev/urandom >random.nt
head -c 3000000 /dev/urandom >small_random.nt
mkdir directory

# the command line
refuses 2 "error[E606]: there is no script to work on"
refuses 2 "error[E606]: unknown option '-x'" -x
refuses 2 "error[E606]: there is no output format 'xml'" --format xml drops
refuses 2 "error[E606]: '5' is no duration for --duration" --duration 5 drops
refuses 2 "error[E606]: --where is given more than once" drops --where tcp --where udp
refuses 2 "error[E606]: --expression needs a value" -e
refuses 2 "error[E602]: the script has no option '--dts'" drops --dts 10.0.0.1
refuses 2 "did you mean '--dst'?" drops --dts 10.0.0.1
refuses 2 "error[E602]: --dst is given more than once" drops --dst 10.0.0.1 --dst 10.0.0.2
refuses 2 "error[E603]: --dport takes a port, not '70000'" drops --dport 70000
refuses 2 "error[E603]: --top takes a number of rows, 1 or more" drops --top 0
refuses 1 "error[E101]: expected an expression before the end of the script" drops --where 'dst =='

# files
refuses 1 "error[E601]: can't read the script './none.nt': No such file or directory" ./none.nt
refuses 1 "error[E601]: can't read the script './directory': Is a directory" ./directory
refuses 1 "error[E601]: the script 'empty.nt' is empty" empty.nt
refuses 1 "error[E502]: the script has nothing to run" comment.nt
refuses 1 "error[E601]: 'random.nt' is too large for a script" random.nt
refuses 1 "error[E" small_random.nt
refuses 1 "error[E607]: there is no script 'drps'" drps
refuses 1 "did you mean 'drops'?" drps
refuses 1 "error[E601]: can't write './none/out': No such file or directory" drops -o ./none/out

# the script
refuses 1 "error[E103]: '{' is not closed" -e 'on skb_drop {'
refuses 1 "error[E201]: there is no event 'skb_drp'" -e 'on skb_drp { count() }'
refuses 1 "did you mean 'skb_drop'?" -e 'on skb_drp { count() }'
refuses 1 "error[E202]: 'reson' is not known here" -e 'on skb_drop { count() by reson }'
refuses 1 "error[E203]: " -e 'on skb_drop { count() by ip.tll }'
refuses 1 "error[E301]: an ip and a string can never be equal" -e 'on rx where dst == "a" { count() }'
refuses 1 "error[E302]: sum() is of numbers: this is an ip" -e 'on skb_drop { sum(src) }'
refuses 1 "error[E401]: a port is a number from 0 to 65535" -e 'on rx where dport == 70000 { count() }'

# Several mistakes are said in one run, each at its place.
refuses 1 "error[E201]" -e $'on nothing { count() }\non rx { sum(dev) }\non tx { count() by nobody }'
expect "places" "$(grep -- '-->' "$work/err" | sort)" "  --> -e:1:4
  --> -e:2:13
  --> -e:3:20"
