#!/usr/bin/env bash
# All tests, from nothing: sets up this clone, makes sure of a container engine where one can be had, runs the suite.
# What mostly waits, for the engine and for processes that were shot, runs beside what computes and beside the rest, which
# are printed after it.
# The pure part runs with coverage of src/core and src/store, which has a bound; the part with real processes runs
# without, for its children must not inherit the measuring. Arguments are test files to run instead.
# The last line is `N passed, N failed`.
set -uo pipefail
. "$(dirname "$0")/setup.sh" || exit 1

if url=$(bash scripts/engine.sh up); then
  export DOCKER_HOST=$url
else
  echo "test: no container engine: the tests that need one say so" >&2
fi
bash scripts/test-programs.sh || echo "test: not all of them could be installed: the tests that need them say so" >&2
# With it set, Node 20 reads a whole certificate file at each start of each child.
unset NODE_EXTRA_CA_CERTS

reports=$(mktemp -d)
aside= open=
# shellcheck disable=SC2329 # by the trap
leave() {
  [ -z "$aside" ] || kill -- -"$aside" 2>/dev/null
  rm -rf "$reports"
  [ -z "$open" ] || { cd / && umount -l "$open" && rmdir "$open"; }
}
trap leave EXIT

# A clone in a folder that is closed to others (root's home, say): the tests of many users start god from it as these. So it
# is shown at a place where all may read it; where that cannot be, they say so.
if [ "$(id -u)" = 0 ] && ! setpriv --reuid=65534 --regid=65534 --clear-groups test -r "$PWD/package.json" 2>/dev/null; then
  place=$(mktemp -d /var/tmp/god-clone.XXXXXX) && chmod 755 "$place"
  if mount --bind "$PWD" "$place" 2>/dev/null; then
    open=$place
    cd "$open" || exit 1
  else
    rmdir "$place"
  fi
fi
trap 'exit 130' INT
trap 'exit 143' TERM
passed=0 failed=0 pending=0 code=0

count() { awk -v word="$1" '$2 == word && $1 ~ /^[0-9]+$/ {n = $1} END {print n + 0}' "$report"; }
add() { # a report of mocha, and how it ended
  local report=$1 ended=$2 failing
  failing=$(count failing)
  # A crash of the runner, or coverage below its bound, fails too.
  [ "$ended" = 0 ] || code=1
  [ "$ended" = 0 ] || [ "$failing" != 0 ] || failing=1
  passed=$((passed + $(count passing)))
  failed=$((failed + failing))
  pending=$((pending + $(count pending)))
}
run() {
  "$@" 2>&1 | tee "$reports/here"
  add "$reports/here" "${PIPESTATUS[0]}"
}

# One part of the suite beside the others: its name, what runs it, its files.
part() {
  local name=$1 program=$2
  shift 2
  # shellcheck disable=SC2086 # two words
  npx $program "$@" >"$reports/$name" 2>&1
  echo $? >"$reports/$name.ended"
}
export -f part
export reports

if [ $# -gt 0 ]; then
  run npx mocha "$@"
else
  pure=('test/core/**/*.test.ts' 'test/store/**/*.test.ts' 'test/formats/**/*.test.ts')
  computing=('test/crash/**/*.test.ts' 'test/fuzz/**/*.test.ts' 'test/model/**/*.test.ts')
  computing+=(test/fault/{clocks,crash-states,damage,disk-errors}.test.ts)
  waiting=('test/real/**/*.test.ts')
  waiting+=(test/fault/{engine-lies,engine-restart,full-disk,signals,stale-locks,system-calls}.test.ts)
  elsewhere=("${pure[@]}" "${computing[@]}" "${waiting[@]}")
  # A group of its own, so that an interrupt ends all of it.
  setsid bash -c 'pure=("${@:2:$1}"); shift $(($1 + 1))
    computing=("${@:2:$1}"); shift $(($1 + 1))
    { part pure "c8 mocha" "${pure[@]}"; part computing mocha "${computing[@]}"; } &
    part rest mocha "test/**/*.test.ts" "${@/#/--ignore=}"
    wait
  ' aside "${#pure[@]}" "${pure[@]}" "${#computing[@]}" "${computing[@]}" "${elsewhere[@]}" &
  aside=$!
  run npx mocha "${waiting[@]}"
  wait "$aside"
  aside=
  for name in pure computing rest; do
    cat "$reports/$name"
    add "$reports/$name" "$(cat "$reports/$name.ended")"
  done
fi
# Again at the end, where a log that was cut still has it: each failed test with its error, and how each part ended.
for report in "$reports"/*; do
  case $report in *.ended) continue ;; esac
  awk '/^ +[0-9]+ failing$/ {on = 1} /^-+\|/ {on = 0} on' "$report"
done
[ "$code" = 0 ] || (cd "$reports" && grep -H . ./*.ended 2>/dev/null | sed 's/^/test: exit code of a part: /')
[ "$pending" = 0 ] || echo "test: $pending tests could not run on this machine (said above)"
echo "$passed passed, $failed failed"
exit "$code"
