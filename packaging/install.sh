#!/usr/bin/env bash
# Installs what C and C++ programs need: headers, library, pkg-config file, CMake package, licences; and the command.
#   install.sh          what `make build` has built
#   install.sh NAME     a target of packaging/targets.txt, from dist/natives
# PREFIX (/usr/local), LIBDIR (lib, below PREFIX) and DESTDIR say where.
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/targets.sh
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
minor=$(sed -n 's/^#define PW_ABI_MINOR //p' include/paywall.h)
umask 022

prefix=${PREFIX:-/usr/local} libdir=${LIBDIR:-lib}
to=${DESTDIR:-}$prefix
kind=elf name='' rust=x86_64 from=target/release library=target/release/libpaywall.so
private='-lutil -lrt -lpthread -lm -ldl'
if [ $# -gt 0 ]; then
  target "$1"
  from=dist/natives/$name library=dist/natives/$name/libpaywall.so.1
fi

die() { echo "install: $*" >&2; exit 1; }
put() { # MODE FILE PLACE
  [ -f "$2" ] || die "missing: $2 (first: $([ -n "$name" ] && echo "packaging/natives.sh $name" || echo make build))"
  install -D -m "$1" "$2" "$to/$3"
}
fill() { # TEMPLATE PLACE
  local folder=${2%/*} up
  mkdir -p "$to/$folder"
  # As many steps up as there are folders below PREFIX.
  up=$(tr '/' '\n' <<<"$folder" | sed 's/.*/../' | paste -sd /)
  sed -e "s|@UP@|$up|; s|@LIBDIR@|$libdir|; s|@VERSION@|$version|; s|@PRIVATE@|$private|; s|@PRIVATE_LIST@|${private// /;}|" \
    "packaging/c/$1.in" >"$to/$2"
}
# Everything in one object, with no other global names than the interface's: a program's own crates or compression library
# cannot collide with it. 6 MB instead of 43.
static() { # FILE
  local work binutils='' emulation=() keep
  case ${rust%%-*} in
    aarch64) binutils=aarch64-linux-gnu- ;;
    armv7) binutils=arm-linux-gnueabihf- ;;
    i686) emulation=(-m elf_i386) ;;
  esac
  work=$(mktemp -d)
  keep=$(sed -n 's/^export //p' tests/abi/interface.txt)
  echo "$keep" >"$work/keep"
  # shellcheck disable=SC2046,SC2086 # one option for each name
  "${binutils}ld" -r "${emulation[@]}" --gc-sections $(printf -- '-u %s ' $keep) -e pw_version "$1" -o "$work/all.o"
  "${binutils}objcopy" -R .llvmbc -R .llvmcmd -R .note.rustc --strip-debug --keep-global-symbols="$work/keep" --strip-unneeded \
    "$work/all.o" "$work/paywall.o"
  rm -f "$work/libpaywall.a"
  (cd "$work" && "${binutils}ar" rcsD libpaywall.a paywall.o)
  install -D -m 644 "$work/libpaywall.a" "$to/$libdir/libpaywall.a"
  rm -r "$work"
}

put 644 include/paywall.h include/paywall.h
put 644 bindings/cpp/paywall.hpp include/paywall.hpp
for file in LICENSE-MIT LICENSE-APACHE; do put 644 $file "share/doc/libpaywall/$file"; done
[ -z "$name" ] || put 644 dist/THIRD-PARTY-NOTICES share/doc/libpaywall/THIRD-PARTY-NOTICES

case $kind in
  elf | musl)
    put 644 "$library" "$libdir/libpaywall.so.1.$minor"
    ln -sf "libpaywall.so.1.$minor" "$to/$libdir/libpaywall.so.1"
    ln -sf libpaywall.so.1 "$to/$libdir/libpaywall.so"
    [ "$kind" = musl ] || static "$from/libpaywall.a"
    [ -n "$name" ] || put 755 "$from/paywall" bin/paywall
    ;;
  macho)
    put 644 "$from/libpaywall.1.dylib" "$libdir/libpaywall.1.dylib"
    ln -sf libpaywall.1.dylib "$to/$libdir/libpaywall.dylib"
    ;;
  pe)
    put 644 "$from/paywall.dll" bin/paywall.dll
    for file in libpaywall.dll.a paywall.lib paywall.def; do put 644 "$from/$file" "$libdir/$file"; done
    ;;
esac
[ "$kind" = elf ] || private=
fill paywall.pc "$libdir/pkgconfig/paywall.pc"
fill paywall-config.cmake "$libdir/cmake/paywall/paywall-config.cmake"
fill paywall-config-version.cmake "$libdir/cmake/paywall/paywall-config-version.cmake"
echo "installed in $to"
