#!/usr/bin/env bash
# Runs a command in a Debian that scripts/debian.sh has made, with the caller's environment and, where the Debian has it, the
# caller's folder. Needs root.
#   in-debian.sh [--apart] DEBIAN [FOLDER[:PLACE[:ro]]…] -- COMMAND…
# Each FOLDER of this machine is seen there, at the same place or at PLACE. Nothing else of this machine is: its own root is
# out of reach, so that nothing in there can be removed out here.
#   --apart    all processes that the command leaves behind end with it
#
# All mounts live in a mount namespace of this run, and end with it however it ends.
set -euo pipefail

if [ "${1:-}" != --inside ]; then
  namespaces=(--mount)
  if [ "${1:-}" = --apart ]; then
    shift
    namespaces+=(--pid --fork --kill-child)
  fi
  exec unshare "${namespaces[@]}" "$0" --inside "$@"
fi

# As Debian has them; this machine's may be for root alone.
devices() { # FOLDER
  local name major minor
  mount -t tmpfs -o mode=755 tmpfs "$1"
  mkdir "$1/pts" "$1/shm" "$1/net"
  while read -r name major minor; do
    mknod -m 666 "$1/$name" c "$major" "$minor"
  done <<<'null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
net/tun 10 200'
  ln -s pts/ptmx "$1/ptmx"
  ln -s /proc/self/fd "$1/fd"
  ln -s fd/0 "$1/stdin"
  ln -s fd/1 "$1/stdout"
  ln -s fd/2 "$1/stderr"
  mount -t devpts -o newinstance,ptmxmode=666,gid=5,mode=620 devpts "$1/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$1/shm"
}

debian=$2
shift 2
at=$PWD
# The new root has to be a mount point.
mount --bind "$debian" "$debian"
mount -t proc proc "$debian/proc"
mount --rbind /sys "$debian/sys"
devices "$debian/dev"
while [ "$1" != -- ]; do
  IFS=: read -r folder place mode <<<"$1"
  place=${place:-$folder}
  mkdir -p "$debian$place"
  mount --bind "$folder" "$debian$place"
  [ -z "$mode" ] || mount -o "remount,bind,$mode" "$debian$place"
  shift
done
shift

cd "$debian"
pivot_root . .
umount --lazy .
cd "$at" 2>/dev/null || cd /
# As the first process of all, a shell that stays takes in those that others leave behind.
[ $$ -ne 1 ] || { "$@"; exit; }
exec "$@"
