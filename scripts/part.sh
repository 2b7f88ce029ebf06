#!/usr/bin/env bash
# Runs a part of the tests, and says how long it took; after a failure also how to run that part alone.
#   part.sh NAME COMMAND…    sets up what the part needs, then runs the command
#   part.sh table            the parts that ran since `part.sh begin`
#   part.sh begin
# ONLY=word in the environment runs only those tests of a part whose name has the word.
set -euo pipefail
cd "$(dirname "$0")/.."

kept=target/parts
# Where several run beside each other, `make test` gives descriptor 5 for what must be seen at once.
at_once() { { echo "$1" >&5; } 2>/dev/null || echo "$1"; }

case "$1" in
  begin) rm -rf "$kept"; mkdir -p "$kept"; exit ;;
  table)
    cat "$kept"/* | sort -k2 -n -r |
      awk 'BEGIN { printf "\n%-10s %8s %14s\n", "part", "seconds", "on processors" }
           { printf "%-10s %8d %14d%s\n", $1, $2, $3, $4 ? "   FAILED" : ""; busy += $3 }
           END { printf "%-10s %8s %14d\n", "", "", busy }'
    exit
    ;;
esac

name=$1
shift
unset MAKEFLAGS MFLAGS MAKELEVEL
mkdir -p "$kept"
at_once "### $name"
begun=$SECONDS status=0
{ [ "$name" = installed ] || scripts/setup.sh "$name"; } && "$@" || status=$?
# What this shell's children, and theirs, were on a processor for.
times >"$kept/$name"
busy=$(sed -n '2s/\([0-9]*\)m\([0-9]*\)[^ ]* \([0-9]*\)m\([0-9]*\).*/\1 * 60 + \2 + \3 * 60 + \4/p' "$kept/$name")
echo "$name $((SECONDS - begun)) $((busy)) $status" >"$kept/$name"
if [ "$status" -eq 0 ]; then
  at_once "### $name: $((SECONDS - begun)) s"
else
  at_once "### $name FAILED after $((SECONDS - begun)) s; only this part: make test-$name"
fi
exit "$status"
