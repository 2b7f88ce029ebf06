#!/usr/bin/env bash
# Checks files in dist/natives: what they export and need, the oldest system that loads them, their names, and that no path
# of this machine stands in them.
#   check.sh NAME…    targets of packaging/targets.txt
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/targets.sh

die() { echo "check: $file: $*" >&2; exit 1; }

interface=$(sed -n 's/^export //p' tests/abi/interface.txt | sort)

exports_are() { # NAMES, sorted
  diff <(echo "$interface") - <<<"$1" >&2 || die "exports other names than tests/abi/interface.txt (<: expected, >: found)"
}

no_machine_paths() {
  local found
  found=$(strings -a "$file" | grep -E "$PWD|$HOME/|${CARGO_HOME:-$HOME/.cargo}|/home/|/usr/src/|/usr/lib/rustlib|/\.cargo/" | head -n 5) || true
  [ -z "$found" ] || die "tells where it was built: $found"
}

needs_only() { # NAMES…: what the loader must find
  local needed
  for needed in $(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    [[ " $* " == *" $needed "* ]] || die "needs $needed"
  done
}

is_library() {
  local dynamic
  dynamic=$(readelf -d "$file")
  grep -q 'SONAME.*\[libpaywall\.so\.1\]' <<<"$dynamic" || die "has not the soname libpaywall.so.1"
  grep -q 'FLAGS_1.*NODELETE' <<<"$dynamic" || die "is not marked nodelete"
  exports_are "$(nm -D --defined-only "$file" | sed 's/^[0-9a-f]* . //' | sort)"
}

machine_is() { # AS-READELF-SAYS
  local machine
  machine=$(readelf -h "$file" | sed -n 's/ *Machine: *//p')
  [ "$machine" = "$1" ] || die "is for $machine"
}

machine() {
  case ${rust%%-*} in
    x86_64) echo 'Advanced Micro Devices X86-64' ;;
    aarch64) echo AArch64 ;;
    armv7) echo ARM ;;
    i686) echo 'Intel 80386' ;;
  esac
}

elf() {
  local newest oldest_glibc=${rust##*.2.}
  machine_is "$(machine)"
  is_library
  needs_only libc.so.6 libpthread.so.0 libdl.so.2 libm.so.6 librt.so.1 libgcc_s.so.1 \
    ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 ld-linux-armhf.so.3 ld-linux.so.2
  newest=$(readelf -W --dyn-syms "$file" | grep -o 'GLIBC_2\.[0-9]*' | sort -uV | tail -n 1)
  [ "${newest#GLIBC_2.}" -le "$oldest_glibc" ] || die "needs $newest, not only GLIBC_2.$oldest_glibc"
}

musl() {
  machine_is "$(machine)"
  is_library
  needs_only "libc.musl-${rust%%-*}.so.1"
  [[ "$(readelf -W --dyn-syms "$file")" != *GLIBC* ]] || die "needs glibc"
}

command() {
  machine_is "$(machine)"
  needs_only
  [[ "$(readelf -l "$file")" != *INTERP* ]] || die "is not linked statically"
}

# Functions by DLL. Those of Windows 7 are listed by hand: MinGW's headers declare newer ones too.
pe_imports() {
  "$tools-objdump" -p "$file" |
    awk '/DLL Name:/ { dll = tolower($3) } /^\t[0-9a-f]+[ \t]+([0-9]+|<none>)[ \t]+[A-Za-z_0-9]/ { print dll, $3 }' | LC_ALL=C sort -u
}

pe() {
  local tools=${rust%%-*}-w64-mingw32 new
  # The last word of each line of the table of names, whichever binutils printed it.
  exports_are "$("$tools-objdump" -p "$file" |
    sed -n '/^\[Ordinal\/Name Pointer\] Table/,/^$/s/^[[:space:]][[:space:]]*\[.*[[:space:]]//p' | sort)"
  [ -n "$(pe_imports)" ] || die "no imports found, which cannot be"
  new=$(pe_imports | LC_ALL=C comm -23 - <(LC_ALL=C sort packaging/windows-7.txt))
  [ -z "$new" ] || die "imports what is not in packaging/windows-7.txt:"$'\n'"$new"
  [[ "$(strings -el "$file")" == *FileDescription*ProductVersion* ]] || die "has nothing that Explorer shows (VERSIONINFO)"
}

macho() {
  local said
  said=$(llvm-objdump-14 --macho --private-headers "$file")
  grep -q 'name @rpath/libpaywall\.1\.dylib ' <<<"$said" || die "has not the install name @rpath/libpaywall.1.dylib"
  [[ "$said" =~ minos\ 11\.0 ]] || die "is not for macOS 11.0"
  said=$(llvm-objdump-14 --macho --dylibs-used "$file" | sed '1d;s/^[[:space:]]*\([^ ]*\) .*/\1/' |
    grep -vE '^(@rpath/libpaywall\.1\.dylib|/usr/lib/libSystem\.B\.dylib|/System/Library/Frameworks/(Security|CoreFoundation)\.framework/.*)$') || true
  [ -z "$said" ] || die "needs $said"
  # zig's linker cannot be given a list of exports: names of its own and of Rust's standard library stay. macOS looks for a
  # name in the library that a program was linked with, so they meet nobody else's.
  exports_are "$(llvm-nm-14 --defined-only --extern-only "$file" | sed 's/^[0-9a-f]* . _//' |
    grep -vE '^(_mh_dylib_header|__dso_handle|rust_eh_personality|_R.*_3std.*)$' | sort)"
}

for given; do
  target "$given"
  for file in "dist/natives/$name"/{libpaywall.so.1,paywall,paywall.dll,libpaywall.1.dylib}; do
    [ -e "$file" ] || continue
    "$kind"
    no_machine_paths
    echo "check: $file: $(stat -c %s "$file") bytes"
  done
done
