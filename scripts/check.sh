#!/usr/bin/env bash
# What must hold at any moment while one works: format, clippy, and the Rust tests without the long matrices.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check
cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
cargo clippy --locked --quiet --test peers -- -D warnings
exec scripts/rust-tests.sh short
