#!/usr/bin/env bash
# Makes the archives for C and C++, the command, and for COM and Pascal, from dist/natives.
#   archives.sh [NAME…]    targets of packaging/targets.txt; all if you name none
# dist/c/libpaywall-VERSION-NAME.tar.gz (zip for Windows) has what `make install` installs.
# dist/command/paywall-VERSION-linux-MACHINE.tar.gz has the command.
# dist/com/paywall-com-VERSION.zip has the COM class, the Pascal unit and the till, if both targets for Windows are made.
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/common.sh
work=target/dist/archives

pages() { # FOLDER
  cp LICENSE-MIT LICENSE-APACHE dist/THIRD-PARTY-NOTICES "$1/"
}

c_archive() {
  local top=libpaywall-$version-$name
  DESTDIR=$work/$top PREFIX=/ packaging/install.sh "$name" >/dev/null
  if [ "$kind" = pe ]; then
    python3 packaging/archive.py zip "$work/$top" "dist/c/$top.zip" "$top"
  else
    python3 packaging/archive.py tar "$work/$top" "dist/c/$top.tar.gz" "$top"
  fi
}

command_archive() {
  local top=paywall-$version-linux-${name#command-}
  install -D -m 755 "dist/natives/$name/paywall" "$work/$top/paywall"
  cp packaging/paywall.1 "$work/$top/"
  pages "$work/$top"
  python3 packaging/archive.py tar "$work/$top" "dist/command/$top.tar.gz" "$top"
}

com_archive() {
  local top=paywall-com-$version
  mkdir -p "$work/$top"
  for name in "${com[@]}"; do
    install -D -m 644 "dist/natives/$name/paywall.dll" "$work/$top/${name#win-}/paywall.dll"
    install -D -m 644 "dist/natives/$name/paywall_com.dll" "$work/$top/${name#win-}/paywall_com.dll"
    for file in register.cmd unregister.cmd; do
      sed 's/$/\r/' "packaging/windows/$file" >"$work/$top/${name#win-}/$file"
    done
  done
  install -D -m 644 bindings/com/paywall_com.manifest "$work/$top/paywall_com.manifest"
  for file in paywall.pas till.pas; do install -D -m 644 "bindings/pascal/$file" "$work/$top/pascal/$file"; done
  for language in '' .tr; do
    python3 packaging/readme.py "bindings/com/README$language.md" README.md README.tr.md >"$work/$top/README$language.md"
    python3 packaging/readme.py "bindings/pascal/README$language.md" README.md README.tr.md >"$work/$top/pascal/README$language.md"
  done
  pages "$work/$top"
  python3 packaging/archive.py zip "$work/$top" "dist/com/$top.zip" "$top"
}

rm -rf "$work"
names=("$@") com=()
[ $# -gt 0 ] || mapfile -t names < <(target_names all)
for one in "${names[@]}"; do
  target "$one"
  case $kind in
    command) command_archive ;;
    *) c_archive ;;
  esac
  [ "$kind" != pe ] || com+=("$one")
done
[ ${#com[@]} -eq 0 ] || com_archive
