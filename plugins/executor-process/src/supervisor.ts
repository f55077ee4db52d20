/**
 * The supervisor: a small sh program that starts one job, waits for it and writes down how it ended.
 *
 * It lives in its own session and survives the death of god. Its first act is the fence `run`, made by link with
 * its own pid, start time and boot id in it: of two supervisors of a container one goes on. The job gets a session
 * of its own (setsid), started in the foreground because a shell lets background jobs ignore INT and QUIT for ever.
 * When the job is over, the supervisor kills what it left behind, copies the counters, and only then writes `exit`:
 * what is exited runs no more, but for what the kernel does not let die within two seconds. A full disk delays
 * the exit code and does not lose it.
 * Arguments: name (for `ps`), job directory, cgroup.procs files, counter files, the program that drops rights.
 */
export const SUPERVISOR = `trap : TERM INT HUP QUIT USR1 USR2 ALRM PIPE
umask 077
work=$2 procs=$3 counters=$4
shift 4
read -r boot </proc/sys/kernel/random/boot_id
mark() {
  read -r stat </proc/self/stat
  pid=\${stat%% *}
  set -- \${stat##*) }
  echo "$pid \${20} $boot"
}
[ -e run ] && exit 0
mark >"run.$$" && ln "run.$$" run || exit 0
(
  mark >child
  trap : PIPE
  echo
  trap - PIPE
  exec <launch 3>passed >/dev/null 2>fault
  [ -e killed ] && exit 137
  for file in $procs; do echo 0 >"$file" || exit 125; done
  ulimit -c 0
  umask 022
  cd "$work" || exit 125
  exec setsid "$@" /bin/sh -s
)
code=$?
child=
read -r child rest <child
members() {
  if [ -n "$procs" ]; then
    cat \${procs%% *}
    return
  fi
  for file in /proc/[0-9]*/stat; do
    read -r stat <"$file" || continue
    pid=\${stat%% *}
    set -- \${stat##*) }
    if [ "$4" = "$child" ] && [ "$1" != Z ] && [ "$1" != X ]; then echo "$pid"; fi
  done
}
round=0
while [ -n "$child" ] && [ "$round" -lt 100 ]; do
  left=$(members)
  [ -n "$left" ] || break
  for pid in $left; do kill -s KILL "$pid"; done
  sleep 0.02 || sleep 1
  round=$((round + 1))
done
times >times
for file in $counters; do
  while read -r line; do echo "$line"; done <"$file" >"end.\${file##*/}"
done
until { echo "$code" >exit.tmp && mv exit.tmp exit; } || [ ! -e container.json ]; do sleep 1; done
: >bell && mv bell ../bell
`
