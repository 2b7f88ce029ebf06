#!/usr/bin/env bash
# Prints what a program that is linked with the shared library depends on, and what the library itself depends on.
#   abi.sh            prints it
#   abi.sh check      compares it with tests/abi.txt
set -euo pipefail
cd "$(dirname "$0")/.."
library=target/release/libpaywall.so
header=include/paywall.h

describe() {
  readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/soname \1/p'
  readelf -d "$library" | sed -n 's/.*(FLAGS_1).*\(NODELETE\).*/flag \1/p'
  # The loader's own name differs between architectures and is no dependency.
  readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/needed \1/p' | grep -v 'needed ld-' | sort
  nm -D --defined-only "$library" | sed 's/^[0-9a-f]* . /export /' | sort
  sed -n 's/^#define \(PW_[A-Z_]* [0-9]*\)$/define \1/p' "$header"
  sed -n 's/^typedef \([a-z0-9_]* pw_status\);$/typedef \1/p' "$header"
}

case "${1:-}" in
  "") describe ;;
  check)
    diff -u tests/abi.txt <(describe) || { echo "the binary interface is not that of tests/abi.txt" >&2; exit 1; }
    others=$(nm -D --defined-only "$library" | awk '$3 !~ /^pw_/')
    [ -z "$others" ] || { echo "exported besides pw_*: $others" >&2; exit 1; }
    size=$(stat -c %s "$library")
    [ "$size" -le 2600000 ] || { echo "the library has $size bytes, more than 2,600,000" >&2; exit 1; }
    echo "abi: as in tests/abi.txt; $size bytes"
    ;;
  *) echo "usage: abi.sh [check]" >&2; exit 2 ;;
esac
