#!/usr/bin/env bash
# Guards the binary interface. docs/releasing-an-abi.md says what to do when it changes.
#   run.sh            prints what today's shared library shows, and what the shared and the static one need
#   run.sh check      compares that with tests/abi/interface.txt; and for each interface ever released, in tests/abi:
#                     compares the types of its functions, and runs a program that was built with its header
#   run.sh freeze     records today's interface as tests/abi/<major>.<minor>
set -euo pipefail
cd "$(dirname "$0")/../.."
library=target/release/libpaywall.so
# The same code, with the debugging information that abidiff reads.
typed=target/memcheck/libpaywall.so
header=include/paywall.h

die() { echo "abi: $*" >&2; exit 1; }

describe() {
  readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/soname \1/p'
  readelf -d "$library" | sed -n 's/.*(FLAGS_1).*\(NODELETE\).*/flag \1/p'
  # The loader's own name differs between architectures and is no dependency.
  readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/needed \1/p' | grep -v 'needed ld-' | sort
  cargo rustc --locked -p paywall --lib --crate-type staticlib -- --print native-static-libs 2>&1 |
    sed -n 's/^note: native-static-libs: /needed by the static library: /p'
  nm -D --defined-only "$library" | sed 's/^[0-9a-f]* . /export /' | sort
  sed -n 's/^#define \(PW_[A-Z_]* [0-9]*\)$/define \1/p' "$header"
  sed -n 's/^typedef \([a-z0-9_]* pw_status\);$/typedef \1/p' "$header"
}

build_typed() { cargo build --profile memcheck --quiet --locked -p paywall; }

check_release() { # FOLDER
  local changes status=0
  # Functions may be added, so only what became of those that were there counts.
  changes=$(abidiff --suppressions tests/abi/opaque.suppr --no-added-syms "$1/libpaywall.abi" "$typed") || status=$?
  [ "$status" -eq 0 ] || die "not compatible with $1 (abidiff: $status)"$'\n'"$changes"
  cc -std=c11 -Wall -Wextra -Werror -pedantic -I"$1" "$1/program.c" -o "$till/abi-program" -L"$till" -lpaywall -Wl,-rpath,"$till"
  "$till/abi-program"
}

case "${1:-}" in
  "") describe ;;
  check)
    diff -u tests/abi/interface.txt <(describe) || die "not the interface of tests/abi/interface.txt"
    others=$(nm -D --defined-only "$library" | awk '$3 !~ /^pw_/')
    [ -z "$others" ] || die "exported besides pw_*: $others"
    size=$(stat -c %s "$library")
    [ "$size" -le 2600000 ] || die "the library has $size bytes, more than 2,600,000"
    build_typed
    till=$(dirname "$(scripts/build-till.sh)")
    source scripts/sandbox.sh
    start_sandbox
    releases=(tests/abi/[0-9]*.[0-9]*)
    for release in "${releases[@]}"; do
      check_release "$release"
    done
    echo "abi: as in tests/abi/interface.txt, compatible with ${releases[*]##*/}; $size bytes"
    ;;
  freeze)
    build_typed
    number() { sed -n "s/^#define PW_ABI_$1 //p" "$header"; }
    release=tests/abi/$(number MAJOR).$(number MINOR)
    [ ! -e "$release/libpaywall.abi" ] || die "$release is there already: what was released does not change"
    mkdir -p "$release"
    cp "$header" "$release/"
    # Folders tell where it was built, which is nobody's business.
    abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed "$typed" |
      sed "s# path='[^']*/# path='#" >"$release/libpaywall.abi"
    describe >tests/abi/interface.txt
    echo "abi: recorded $release; write its program.c"
    ;;
  *) echo "usage: run.sh [check | freeze]" >&2; exit 2 ;;
esac
