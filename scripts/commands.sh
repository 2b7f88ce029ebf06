#!/usr/bin/env bash
# The commands that the Makefile and the READMEs name and that no other part runs, for a moment each, so that they keep
# working. What they measure here is worth nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

part=commands
source scripts/steps.sh

scripts/build.sh

# "static" in README.md, as it stands there.
static_till() {
  local status=0
  mkdir -p target/c-tests
  eval "$(sed -n 's/^| static | `\(.*\)` |$/\1/p' README.md) -o target/c-tests/till-readme" || return
  # Nobody listens there: not sent.
  PAYWALL_BASE_URL=https://localhost:1 PAYWALL_API_KEY=k PAYWALL_API_CLIENT=c target/c-tests/till-readme check || status=$?
  [ "$status" -eq 2 ]
}

run static_till
run examples/run.sh
run scripts/own-network.sh sandbox/readme-test.sh
run bench/figures.sh
run bench/run.sh --smoke
all_ran
