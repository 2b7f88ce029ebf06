#!/usr/bin/env bash
# Builds the library and the C till, linked with the shared library, and prints where the till is.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/once.sh

out=target/till
build_till() {
  mkdir -p "$out"
  # Installed as a system would have it: the file under the name that programs are linked to. It takes the place of the one
  # before as a whole: a program may be running with that.
  cp target/release/libpaywall.so "$out/libpaywall.so.new"
  mv "$out/libpaywall.so.new" "$out/libpaywall.so.1"
  ln -sf libpaywall.so.1 "$out/libpaywall.so"
  cc -std=c99 -pedantic -Wall -Wextra -Werror -O2 -Iinclude bindings/c/till.c -o "$out/till" \
    -L"$out" -lpaywall -Wl,-rpath,'$ORIGIN'
}

cargo build --release --quiet --locked -p paywall >&2
once "$out/till" build_till target/release/libpaywall.so bindings/c/till.c include/paywall.h scripts/build-till.sh
echo "$PWD/$out/till"
