#!/usr/bin/env bash
# Numbers at the edges of 64 bits, three times: computed by the kernel from what a packet has, by the compiler
# from constants, and by ntrace from state. All have to be the same, exactly.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# Each expression and its value; z is 0, min the smallest int, max the largest, all the largest uint.
edges='
min / (z - 1)               -9223372036854775808
min % (z - 1)               0
min / (z + 10)              -922337203685477580
min % (z + 10)              -8
max + 1                     -9223372036854775808
min - 1                     9223372036854775807
min * (z - 1)               -9223372036854775808
-min                        -9223372036854775808
max * max                   1
(z - 7) / 2                 -3
(z - 7) % 2                 -1
(z + 7) / (z - 2)           -3
(z + 7) % (z - 2)           1
(z - 7) / (z - 2)           3
7 / z                       null
7 % z                       null
all / z                     null
(7 / z) ?? 5                 5
all / 10                    1844674407370955161
all % 10                    5
all / (z + 3)               6148914691236517205
all + 1                     0
all * 2                     18446744073709551614
(z + 1) << (z + 63)         -9223372036854775808
(z + 1) << (z + 64)         1
(z + 1) << 65               2
(z + 1) << (z - 1)          -9223372036854775808
min >> (z + 63)             -1
min >> (z + 64)             -9223372036854775808
min >> 1                    -4611686018427387904
all >> (z + 63)             1
all >> (z + 65)             9223372036854775807
-9223372036854775808       -9223372036854775808
-(all - 5)                  6
~z                          -1
max ^ min                   -1
max & min                   0
all | z                     18446744073709551615
(z - 1) as uint             18446744073709551615
all as int                  -1
all > min                   true
all == z - 1                false
all != z - 1                true
z - 1 < all                 true
z - 1 > all                 false
all < z - 1                 false
max < all                   true
min < max                   true
max + 1 < min + 1           true
z - 1 in -5..5              true
all in 5..18446744073709551615  true
z == 0 and not z != 0       true
only(z - 8, z != 0) ?? all  -1
only(all, z != 0) ?? z - 8  18446744073709551608
(only(all, z != 0) ?? z - 8) < 5    false
(only(all, z != 0) ?? z - 8) > 100  true
(only(z - 8, z != 0) ?? all) < 5    true
(only(z - 8, z == 0) ?? all) < 5    true
(only(z - 8, z == 0) ?? all) in -9..5  true
(only(all, z != 0) ?? z - 8) in -9..5  false
(only(z - 8, z == 0) ?? all) in {-8, 5}  true
'
expressions=$(awk 'NF { value = $NF; $NF = ""; sub(/ +$/, ""); print }' <<<"$edges")
want=$(awk 'NF { print $NF }' <<<"$edges")

columns=$(awk '{ printf "%sc%d = %s", n++ ? ", " : "", n, $0 }' <<<"$expressions")
# Some at a time: a row's columns wait on the stack of 512 bytes.
rows=$(awk -v RS=', c[0-9]+ = |^c1 = ' 'NF { printf "%sc%d = %s", n % 10 ? ", " : (n ? "\n    emit " : "    emit "), n + 1, $0; n++ }' <<<"$columns")
start_ntrace --format json -e "
fn edges(z) {
    let min = z - 9223372036854775807 - 1
    let max = z + 9223372036854775807
    let all = z + 18446744073709551615
$rows
}
on rx where src == $left_ip and udp { @zero = (dport as int) - 9; edges((dport as int) - 9); edges(0) }
end { edges(@zero) }"
left_sends udp "$right_ip" 9 1
stop_ntrace
expect "exit code" "$status" 0

# Values as they are written: jq would make doubles of them.
values() { # TIMES: the rows of the first, second or third call
    grep '"type":"event"' "$work/out" | awk -v n="$(wc -l <<<"$rows")" -v t="$1" 'NR > (t - 1) * n && NR <= t * n' |
        sed 's/.*"data":{//; s/}}$//; s/"c[0-9]*"://g' | tr ',' '\n'
}
expect "in the kernel" "$(values 1)" "$want"
expect "by the compiler" "$(values 2)" "$want"
expect "in ntrace" "$(values 3)" "$want"
