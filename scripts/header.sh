#!/usr/bin/env bash
# Copies the headers that the build generates to include/, and writes tests/contract.json. Tests compare them.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$(cargo build --locked --lib --message-format=json 2>/dev/null |
  sed -n 's/.*"reason":"build-script-executed".*"out_dir":"\([^"]*\/paywall-[0-9a-f]*\/out\)".*/\1/p')
[ -n "$out" ] || { echo "the build script did not run" >&2; exit 1; }
cp "$out/paywall.h" "$out/paywall_php.h" include/
PAYWALL_WRITE_CONTRACT=1 cargo test --quiet --locked -p paywall --lib contract >/dev/null
