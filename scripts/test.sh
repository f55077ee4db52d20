#!/usr/bin/env bash
# All tests, from nothing: sets up this clone, makes sure of a container engine where one can be had, runs the suite
# with coverage. Arguments go to mocha. The last line is `N passed, N failed`.
set -uo pipefail
. "$(dirname "$0")/setup.sh" || exit 1

if url=$(bash scripts/engine.sh up); then
  export DOCKER_HOST=$url
else
  echo "test: no container engine: the tests that need one say so" >&2
fi
# With it set, Node 20 reads a whole certificate file at each start of each child.
unset NODE_EXTRA_CA_CERTS

report=$(mktemp)
trap 'rm -f "$report"' EXIT
npx c8 mocha "${@:-test/**/*.test.ts}" 2>&1 | tee "$report"
code=${PIPESTATUS[0]}

count() { grep -E "^ +[0-9]+ $1( |\$)" "$report" | tail -1 | awk '{print $1}'; }
passed=$(count passing)
failed=$(count failing)
pending=$(count pending)
[ -z "$pending" ] || echo "test: $pending tests could not run on this machine (said above)"
# Coverage below its bound fails the run too.
[ "$code" = 0 ] || [ -n "$failed" ] || failed=1
echo "${passed:-0} passed, ${failed:-0} failed"
exit "$code"
