#!/usr/bin/env bash
# A container engine for the demo and the tests, and the image busybox:local in it.
#
#   engine.sh up      use the engine that answers; else, as root on a Debian-like system, install docker.io from the
#                     distribution's packages and start it. Prints its address (unix://...). Exit 3: none can be had.
#   engine.sh down    stop the engine that `up` started, with its containers; leave any other alone.
#
# May be run again at any time: what is there is left as it is. Messages go to stderr.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
state=/var/tmp/god-engine
say() { echo "engine: $*" >&2; }
api() { node "$here/engine-api.mjs" "$url" "$@"; }
answers() { api GET /_ping >/dev/null 2>&1; }

none() { say "$*"; exit 3; }

apt_ready=
apt_install() {
  [ -n "$apt_ready" ] || { apt-get update -qq >&2 || true; apt_ready=1; }
  # RUNLEVEL=1: the packages' scripts start no daemon of their own.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

start_dockerd() { # more arguments: "$@"
  setsid dockerd --host "$url" --pidfile "$state/dockerd.pid" "$@" >>"$state/dockerd.log" 2>&1 </dev/null 9>&- &
  local pid=$!
  for _ in $(seq 600); do
    answers && return 0
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.1
  done
  kill "$pid" 2>/dev/null
  return 1
}

install_and_start() {
  [ "$(id -u)" = 0 ] || none "no engine answers on $url, and only root can install one"
  command -v apt-get >/dev/null || none "no engine answers on $url, and this is no Debian-like system"
  mkdir -p "$state" && chmod 700 "$state"
  exec 9>"$state/lock" && flock 9
  if answers; then return; fi
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io)
  command -v iptables >/dev/null || missing+=(iptables)
  if [ "${#missing[@]}" -gt 0 ]; then
    say "installing ${missing[*]} from the distribution's packages"
    apt_install "${missing[@]}" || none "the packages could not be installed"
  fi
  # Without an init system nobody may have mounted the control groups.
  grep -q ' /sys/fs/cgroup[/ ]' /proc/mounts || mount -t cgroup2 cgroup2 /sys/fs/cgroup || true
  rm -f /var/run/docker.sock "$state/dockerd.pid"
  say "starting dockerd (log: $state/dockerd.log)"
  # Some machines let nobody set up packet filters: jobs without a network still work there.
  start_dockerd || {
    say "no; once more without bridge and packet filter"
    start_dockerd --bridge=none --iptables=false --ip6tables=false
  } || { tail -5 "$state/dockerd.log" >&2; none "dockerd does not start here"; }
}

static_busybox() {
  local found
  found=$(command -v busybox || true)
  if [ -n "$found" ] && ! ldd "$found" >/dev/null 2>&1; then echo "$found"; return; fi
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  say "installing busybox-static from the distribution's packages"
  apt_install busybox-static && command -v busybox
}

make_image() {
  if api GET /images/busybox:local/json >/dev/null 2>&1; then return; fi
  local busybox root applet
  if busybox=$(static_busybox); then
    root=$(mktemp -d)
    mkdir -p "$root"/{bin,etc,tmp,root,home}
    chmod 755 "$root" && chmod 1777 "$root/tmp"
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
    printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
    cp -L "$busybox" "$root/bin/busybox" && chmod 755 "$root/bin/busybox"
    for applet in $("$busybox" --list); do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
    tar -C "$root" --numeric-owner --owner=0 --group=0 -c . |
      api POST '/images/create?fromSrc=-&repo=busybox&tag=local' - >/dev/null
    rm -rf "$root"
    say "made the image busybox:local from $busybox"
  else
    say "pulling busybox"
    api POST '/images/create?fromImage=busybox&tag=latest' >/dev/null &&
      api POST '/images/busybox:latest/tag?repo=busybox&tag=local' >/dev/null ||
      none "there is neither a static busybox nor a registry to pull it from"
  fi
}

down() {
  local pid
  pid=$(cat "$state/dockerd.pid" 2>/dev/null || true)
  if [ -z "$pid" ] || ! grep -qs '^dockerd$' "/proc/$pid/comm"; then say "no engine of ours is running"; return; fi
  kill -TERM "$pid"
  for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || { say "stopped"; return; }; sleep 0.1; done
  kill -KILL "$pid"
  say "killed"
}

url=${DOCKER_HOST:-unix:///var/run/docker.sock}
case "${1:-up}" in
up)
  if answers; then say "using the engine on $url"; else
    url=unix:///var/run/docker.sock
    install_and_start
  fi
  make_image
  echo "$url"
  ;;
down) down ;;
*) say "usage: engine.sh up|down"; exit 2 ;;
esac
