#!/usr/bin/env bash
# make demo and make test in a Debian that has nothing but what README.md tells its reader to install, and this machine's
# Rust, as an ordinary user with sudo; then the demonstration as root. It tests what is committed. Needs root; all of it is
# in target/fresh.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
source scripts/debian.sh

kept=$root/target/fresh
can_make_debian "a fresh Debian" "$kept" 16
scripts/setup.sh fresh
exec 8>"$kept/lock"
flock --nonblock 8 || debian_failed "its turn: another run is at work in $kept"

toolchain=$(rustc --print sysroot)
[ -x "$toolchain/bin/cargo" ] || debian_failed "a Rust toolchain in a folder of its own, as rustup has it: $toolchain has no cargo"

# What README.md says before `make demo`; nothing else.
read -ra packages <<<"$(sed -n 's/.*after `apt-get install \([a-z -]*\)`.*/\1/p' README.md)"
[ "${#packages[@]}" -gt 0 ] || debian_failed "the packages in README.md that its reader has to install"

part() { printf '\n#### %s\n' "$*"; }

part "a Debian 12 with ${packages[*]}"
begun=$SECONDS
base=$kept/debian
# What it is made of decides whether the one of an earlier run serves.
sum=$(cat scripts/debian.sh <(echo "${packages[@]}") | sha256sum)
[ "$(cat "$base.sum" 2>/dev/null)" = "$sum" ] || rm -rf --one-file-system "$base" "$base.sum"
make_debian "$base" bookworm "$(dpkg --print-architecture)" "${packages[@]}" 8>&-
echo "$sum" >"$base.sum"
debian=$kept/run
rm -rf --one-file-system "$debian"
cp -a "$base" "$debian"
git clone --quiet "file://$root" "$debian/opt/libpaywall"
git -C "$debian/opt/libpaywall" checkout --quiet --detach "$(git rev-parse HEAD)"
[ -z "$(git status --porcelain)" ] || echo "note: what is not committed is not tested"
echo "#### made in $((SECONDS - begun)) s"

status=0
with_client_settings scripts/in-debian.sh --apart "$debian" "$toolchain:/opt/rust:ro" -- \
  /opt/libpaywall/scripts/fresh-inside.sh </dev/null 8>&- || status=$?
# From out here, where none of its mounts was ever seen.
rm -rf --one-file-system "$debian"
exit "$status"
