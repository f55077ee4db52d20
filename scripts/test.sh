#!/usr/bin/env bash
# All tests, from nothing: sets up this clone, makes sure of a container engine where one can be had, runs the suite.
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

report=$(mktemp)
trap 'rm -f "$report"' EXIT
passed=0 failed=0 pending=0 code=0

count() { awk -v word="$1" '$2 == word && $1 ~ /^[0-9]+$/ {n = $1} END {print n + 0}' "$report"; }
run() { # a command that ends in mocha's summary
  "$@" 2>&1 | tee "$report"
  local ended=${PIPESTATUS[0]} failing
  failing=$(count failing)
  # A crash of the runner, or coverage below its bound, fails too.
  [ "$ended" = 0 ] || code=1
  [ "$ended" = 0 ] || [ "$failing" != 0 ] || failing=1
  passed=$((passed + $(count passing)))
  failed=$((failed + failing))
  pending=$((pending + $(count pending)))
}

if [ $# -gt 0 ]; then
  run npx mocha "$@"
else
  pure=('test/core/**/*.test.ts' 'test/store/**/*.test.ts' 'test/formats/**/*.test.ts')
  run npx c8 mocha "${pure[@]}"
  run npx mocha 'test/**/*.test.ts' "${pure[@]/#/--ignore=}"
fi
[ "$pending" = 0 ] || echo "test: $pending tests could not run on this machine (said above)"
echo "$passed passed, $failed failed"
exit "$code"
