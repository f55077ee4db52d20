#!/usr/bin/env bash
# Benchmarks side by side in one run: medians and ratios, never bounds. Needs nothing but Node; containers if an engine
# can be had.
set -euo pipefail
. "$(dirname "$0")/setup.sh"

# With it set, Node 20 reads a whole certificate file at each start: every ratio to bare node would look too good.
unset NODE_EXTRA_CA_CERTS
node --import tsx bench/start.ts
node --import tsx bench/commands.ts
node --import tsx bench/submit-rate.ts
node --import tsx bench/lifecycle.ts
if url=$(bash scripts/engine.sh up); then
  DOCKER_HOST=$url node --import tsx bench/latency.ts
  DOCKER_HOST=$url node --import tsx bench/containers.ts
else
  echo "containers: no engine, not measured"
fi
