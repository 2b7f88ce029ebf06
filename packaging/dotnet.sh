#!/usr/bin/env bash
# Makes the package for NuGet and its symbols in dist/dotnet, with the libraries of some targets, from dist/natives.
#   dotnet.sh [NAME…]    targets of packaging/targets.txt; all if you name none
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/common.sh

work=$PWD/target/dist/dotnet
rm -rf "$work" dist/dotnet
mkdir -p "$work/files" dist/dotnet
names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(target_names elf musl pe macho)
for name in "${names[@]}"; do
  target "$name"
  file=$(library_file)
  # The names that the runtime looks for, which knows no sonames.
  case $kind in
    pe) as=paywall.dll ;;
    macho) as=libpaywall.dylib ;;
    *) as=libpaywall.so ;;
  esac
  install -D -m 644 "$file" "$work/files/runtimes/$rid/native/$as"
done
cp dist/THIRD-PARTY-NOTICES "$work/files/"
python3 packaging/readme.py bindings/dotnet/README.md >"$work/files/README.md"

bindings/dotnet/test.sh pack "$work" "$work/files" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
for suffix in nupkg snupkg; do
  python3 packaging/nupkg.py "$work/feed/Paywall.$version.$suffix" "dist/dotnet/Paywall.$version.$suffix"
done
