#!/usr/bin/env bash
# Builds the library and the C till, linked with the shared library, and prints where the till is.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --quiet --locked -p paywall >&2
out=target/till
mkdir -p "$out"
# Installed as a system would have it: the file under the name that programs are linked to.
cp target/release/libpaywall.so "$out/libpaywall.so.1"
ln -sf libpaywall.so.1 "$out/libpaywall.so"
cc -std=c99 -pedantic -Wall -Wextra -Werror -O2 -Iinclude bindings/c/till.c -o "$out/till" \
  -L"$out" -lpaywall -Wl,-rpath,'$ORIGIN'
echo "$PWD/$out/till"
