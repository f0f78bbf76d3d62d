#!/usr/bin/env bash
# start() runs a command once at a time, with the script's parameters in its environment; stop() ends it, and so does
# the end of ntrace. Without --allow-exec nothing runs.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

cat >"$work/commands.nt" <<'END'
param file: string = "none"
param ports: {port} = {80, 443}
on rx where src == 10.255.255.255 { count() }
begin {
    start("echo \"$file $ports $HOME\" >>\"$file.said\"; echo out; echo $$ >\"$file.pid\"; exec sleep 1000")
    start("echo \"$file $ports $HOME\" >>\"$file.said\"; echo out; echo $$ >\"$file.pid\"; exec sleep 1000")
    start("trap '' TERM; echo $$ >\"$file.deaf\"; while :; do sleep 0.1; done")
    stop("never started")
}
every 1s { @n += 1; if @n == 1 { stop("trap '' TERM; echo $$ >\"$file.deaf\"; while :; do sleep 0.1; done") } }
END
code=0
in_left "$NTRACE" "$work/commands.nt" --file "$work/cmd" 2>"$work/err" || code=$?
expect "refused" "$code" 2
grep -q -- --allow-exec "$work/err" || fail "it is not said how: $(cat "$work/err")"
[[ ! -e $work/cmd.said ]] || fail "a command ran that was not allowed"

HOME=/home/of start_ntrace --allow-exec "$work/commands.nt" --file "$work/cmd"
wait_until "the command runs" test -s "$work/cmd.pid"
wait_until "the other runs" test -s "$work/cmd.deaf"
pid=$(cat "$work/cmd.pid") deaf=$(cat "$work/cmd.deaf")
kill -0 "$pid" || fail "the command has ended"
gone() { ! kill -0 "$1" 2>/dev/null; }
wait_until "what is deaf to SIGTERM is killed" gone "$deaf"
kill -0 "$pid" || fail "the command has ended"
stop_ntrace
expect "exit code" "$status" 0
gone "$pid" || fail "the command outlives ntrace"
expect "said once" "$(cat "$work/cmd.said")" "$work/cmd 80,443 /home/of"
! grep -qx out "$work/out" || fail "what a command says is among the results"
grep -qx out "$work/err" || fail "what a command says is lost"
