#!/usr/bin/env bash
# Builds the library and the sandbox for release; each by itself, so that the library is the one that its users build.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --quiet --locked -p paywall
cargo build --release --quiet --locked -p paywall-sandbox
