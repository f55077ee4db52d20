#!/usr/bin/env bash
# The main job from nothing: sets up this clone, finds or starts an engine, runs a small real batch on it.
set -euo pipefail
. "$(dirname "$0")/setup.sh"

if url=$(bash scripts/engine.sh up); then
  executor=docker
  export DOCKER_HOST=$url
else
  executor=process
  echo "demo: no container engine: falling back to the process executor (no containers, no images)" >&2
fi
exec node scripts/demo.mjs "$executor"
