#!/usr/bin/env bash
# Format, clippy, and what the library is made of.
set -euo pipefail
cd "$(dirname "$0")/.."

part=lint
source scripts/steps.sh
run cargo fmt --all --check
run cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
run scripts/supply-chain.sh
run scripts/supply-chain.sh rehearse
all_ran
