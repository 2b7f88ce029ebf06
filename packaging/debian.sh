#!/usr/bin/env bash
# Makes Debian packages in dist/debian, from dist/natives: libpaywall1, libpaywall-dev, and paywall, the command, where the
# table has one. They are for Debian 8 and newer, and for Ubuntu 14.04 and newer.
#   debian.sh [NAME…]    targets of packaging/targets.txt; all for Linux with glibc if you name none
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/common.sh

work=target/dist/debian
out=dist/debian
mkdir -p "$out"

pack() { # PACKAGE FIELDS…: from the folder of that name
  local package=$1 root=$work/$1 file=$out/$1_$version-1_$architecture.deb
  shift
  install -D -m 644 packaging/debian.copyright "$root/usr/share/doc/$package/copyright"
  gzip -9nc dist/THIRD-PARTY-NOTICES >"$root/usr/share/doc/$package/THIRD-PARTY-NOTICES.gz"
  printf 'libpaywall (%s-1) stable; urgency=medium\n\n  * The changes are in CHANGELOG.md of the sources.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$root/usr/share/doc/$package/changelog.Debian.gz"
  mkdir -p "$root/DEBIAN"
  {
    printf '%s\n' "Package: $package" "Source: libpaywall" "Version: $version-1" "Architecture: $architecture" \
      "Maintainer: $maintainer" "Installed-Size: $(du -sk --apparent-size "$root" | cut -f1)" "Priority: optional" "$@"
  } >"$root/DEBIAN/control"
  (cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
  find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  # Debian 11 reads no zstd.
  dpkg-deb --root-owner-group -Zxz --build "$root" "$file" >/dev/null
}

packages() {
  local triple command file
  case $name in
    linux-x64) architecture=amd64 triple=x86_64-linux-gnu command=command-x64 ;;
    linux-arm64) architecture=arm64 triple=aarch64-linux-gnu command=command-arm64 ;;
    linux-armhf) architecture=armhf triple=arm-linux-gnueabihf command='' ;;
    linux-x86) architecture=i386 triple=i386-linux-gnu command='' ;;
  esac
  rm -rf "$work"
  mkdir -p "$work"
  DESTDIR=$work/all PREFIX=/usr LIBDIR=lib/$triple packaging/install.sh "$name" >/dev/null
  rm -r "$work/all/usr/share"

  file=$(basename "$(readlink -f "$work/all/usr/lib/$triple/libpaywall.so.1")")
  mkdir -p "$work/libpaywall1/usr/lib/$triple" "$work/libpaywall1/DEBIAN"
  mv "$work/all/usr/lib/$triple"/{libpaywall.so.1,"$file"} "$work/libpaywall1/usr/lib/$triple"
  echo "libpaywall 1 libpaywall1 (>= $version)" >"$work/libpaywall1/DEBIAN/shlibs"
  echo 'activate-noawait ldconfig' >"$work/libpaywall1/DEBIAN/triggers"
  pack libpaywall1 'Section: libs' 'Multi-Arch: same' 'Depends: libc6 (>= 2.17)' 'Recommends: ca-certificates' \
    "Description: Paywall's Masterpass \"Resend OTP\" (shared library)" \
    ' A client for one call of a payment service: the "send the code again" button' \
    ' of a checkout. It sends at most one request per call, and tells whether it' \
    ' was accepted, refused, not sent, or is in doubt.'

  mv "$work/all" "$work/libpaywall-dev"
  pack libpaywall-dev 'Section: libdevel' 'Multi-Arch: same' "Depends: libpaywall1 (= $version-1)" \
    "Description: Paywall's Masterpass \"Resend OTP\" (development files)" \
    ' The headers for C and C++, the static library, and what pkg-config and CMake' \
    ' read.'

  [ -n "$command" ] || return 0
  install -D -m 755 "dist/natives/$command/paywall" "$work/paywall/usr/bin/paywall"
  install -D -m 644 packaging/paywall.1 "$work/paywall/usr/share/man/man1/paywall.1"
  gzip -9n "$work/paywall/usr/share/man/man1/paywall.1"
  mkdir -p "$work/paywall/usr/share/lintian/overrides"
  printf '%s\n' '# So that one program serves every release, whatever its C library.' 'paywall: shared-library-lacks-prerequisites *' \
    >"$work/paywall/usr/share/lintian/overrides/paywall"
  pack paywall 'Section: utils' 'Multi-Arch: foreign' 'Recommends: ca-certificates' \
    "Description: command for Paywall's Masterpass \"Resend OTP\"" \
    ' A program that makes one call: a JSON document in, the result document out.' \
    ' For hosts that can start a program and cannot load a library.'
}

maintainer='libpaywall contributors <maintainers@libpaywall.invalid>'
names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(target_names elf)
for name in "${names[@]}"; do
  target "$name"
  packages
done
