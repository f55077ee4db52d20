#!/usr/bin/env bash
# Programs that some tests use: real shells for their completions, a pager, a formatter of manual pages, a tracer.
# As root on a Debian-like system those that are missing are installed from the distribution's packages; elsewhere
# the tests that need them say so.
set -euo pipefail

declare -A package=([zsh]=zsh [fish]=fish [less]=less [groff]=groff-base [strace]=strace)
missing=()
for program in "${!package[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package[$program]}")
done
if [ "${#missing[@]}" = 0 ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then exit 0; fi
echo "test: installing ${missing[*]} from the distribution's packages" >&2
apt-get update -qq >&2 || true
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
