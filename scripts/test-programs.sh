#!/usr/bin/env bash
# Programs that some tests use: real shells for their completions, a pager, a formatter of manual pages, a tracer, a
# directory server.
# As root on a Debian-like system those that are missing are installed from the distribution's packages; elsewhere
# the tests that need them say so.
set -euo pipefail

declare -A package=([zsh]=zsh [fish]=fish [less]=less [groff]=groff-base [strace]=strace
  [slapd]=slapd [ldapmodify]=ldap-utils [openssl]=openssl)
missing=()
for program in "${!package[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package[$program]}")
done
if [ "${#missing[@]}" = 0 ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then exit 0; fi
echo "test: installing ${missing[*]} from the distribution's packages" >&2
apt-get update -qq >&2 || true
# A server that is installed starts at once, and none is wanted: the tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
