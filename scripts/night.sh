#!/usr/bin/env bash
# The fault programme at its large counts: all rows, or those that are named (`npm run test:night -- R05 R06`).
# Each file of tests runs by itself, so one that ends badly costs no other. The end tells what was tried:
# `Rnn: N cases, M faults fired`. Full output: GOD_NIGHT_LOG, or a folder of its own that is named at the end.
set -uo pipefail
. "$(dirname "$0")/setup.sh" || exit 1

for row in "$@"; do
  [[ $row =~ ^R[0-9][0-9]$ ]] || { echo "night: '$row' is no row; expected R01, R02 ..." >&2; exit 2; }
done
if url=$(bash scripts/engine.sh up); then
  export DOCKER_HOST=$url
else
  echo "night: no container engine: the tests that need one say so" >&2
fi
bash scripts/test-programs.sh || echo "night: not all of them could be installed: the tests that need them say so" >&2
unset NODE_EXTRA_CA_CERTS
export GOD_AMOUNT=night

rows=$(IFS='|'; echo "${*:-R[0-9][0-9]}")
logs=${GOD_NIGHT_LOG:-$(mktemp -d)}
mkdir -p "$logs"
code=0
# A row's title begins with its id, wherever its test lies.
while read -r file; do
  log=$logs/$(echo "$file" | tr / -).log
  echo "night: $file, $(date +%T)" >&2
  npx mocha --timeout 7200000 --grep "(^|[^A-Z])($rows)[: ]" "$file" 2>&1 | tee "$log"
  [ "${PIPESTATUS[0]}" = 0 ] || { code=1; echo "night: $file failed" >&2; }
done < <(grep -rlE --include='*.test.ts' "(describe|it)\([\`'\"]($rows)[: ]" test | sort)

echo
grep -hE "^ +($rows): [0-9]+ cases" "$logs"/*.log | sed 's/^ *//' | sort
grep -hE '^ +skipped:' "$logs"/*.log | sed 's/^ */night: /' | sort -u
[ "$code" = 0 ] && echo "night: all passed; output in $logs" || echo "night: FAILED; output in $logs"
exit "$code"
