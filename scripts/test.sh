#!/usr/bin/env bash
# Everything that must hold before a commit is good. Stops at the first failure.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n### %s\n' "$*"; "$@"; }

step cargo fmt --all --check
step cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
step scripts/supply-chain.sh
step cargo test --workspace --locked --quiet
step scripts/fuzz.sh
step scripts/build.sh
step scripts/abi.sh check
step scripts/c-tests.sh
step scripts/demo.sh
step bindings/python/test.sh
step bindings/php/test.sh
step bindings/cpp/test.sh
step bindings/pascal/test.sh
step bindings/dotnet/test.sh
step scripts/hosts.sh --seconds 15 --seed 1
step scripts/hosts.sh soak --seconds 15 --seed 1
step scripts/setup.sh sanitize
step scripts/sanitize.sh
step scripts/setup.sh windows
step scripts/windows.sh x64
printf '\nall is well\n'
