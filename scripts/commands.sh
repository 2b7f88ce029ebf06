#!/usr/bin/env bash
# The commands that the Makefile and the READMEs name and that no other part runs, for a moment each, so that they keep
# working. What they measure here is worth nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

part=commands
source scripts/steps.sh

scripts/build.sh
till=$(scripts/build-till.sh)

# "static" in README.md, as it stands there.
static_till() {
  local status=0
  mkdir -p target/c-tests
  eval "$(sed -n 's/^| static | `\(.*\)` |$/\1/p' README.md) -o target/c-tests/till-readme" || return
  # Nobody listens there: not sent.
  PAYWALL_BASE_URL=https://localhost:1 PAYWALL_API_KEY=k PAYWALL_API_CLIENT=c target/c-tests/till-readme check || status=$?
  [ "$status" -eq 2 ]
}

bench_python() {
  PAYWALL_SANDBOX=$PWD/target/release/paywall-sandbox "$(bindings/python/wheel.sh)" bindings/python/bench.py 200
}
bench_php() (
  source scripts/sandbox.sh
  start_sandbox
  PAYWALL_BASE_URL=$SANDBOX_HTTPS PAYWALL_LIBRARY=$(dirname "$till")/libpaywall.so.1 PAYWALL_COMMAND=$PWD/target/release/paywall \
    php -d ffi.enable=1 bindings/php/bench.php
)

run static_till
run scripts/own-network.sh sandbox/readme-test.sh
run bench_python
run bench_php
run bindings/cpp/test.sh bench
run scripts/figures.sh
run scripts/bindings-figures.sh --rounds 1
run scripts/bench.sh --smoke
all_ran
