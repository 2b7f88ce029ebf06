#!/usr/bin/env bash
# Makes all packages in dist/, from a clean tree, and prints their sizes.
#   dist.sh [quick]    quick: only what `make test` installs
#   PAYWALL_REPOSITORY the address of the repository's pages, for metadata and links; without it there are none
#   MINISIGN_KEY, AUTHENTICODE    what signs: see packaging/sign.sh
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/common.sh

what=${1:-all}
case $what in
  all)
    rm -rf dist
    mapfile -t natives < <(target_names all)
    ;;
  quick) natives=(linux-x64 command-x64 win-x64) ;;
  *) echo "usage: dist.sh [quick]" >&2; exit 2 ;;
esac
libraries=()
for one in "${natives[@]}"; do
  [[ $one == command-* ]] || libraries+=("$one")
done

packaging/version.sh
packaging/natives.sh "${natives[@]}"
notices
VERSION=$version python3 packaging/components.py sbom >"dist/libpaywall-$version.cdx.json"
rm -rf dist/{c,command,com,python,dotnet,debian}
[ "$what" != all ] || packaging/sign.sh dlls dist/natives/win-*/*.dll
packaging/archives.sh "${natives[@]}"
packaging/php.sh dist "${natives[@]}"
packaging/dotnet.sh "${libraries[@]}"
if [ "$what" = all ]; then
  packaging/python.sh
  packaging/debian.sh
else
  packaging/python.sh linux-x64
  packaging/debian.sh linux-x64
  exit
fi

packaging/sign.sh sums dist

echo
printf '%12s  %-14s %s\n' bytes target 'oldest system'
for name in "${natives[@]}"; do
  target "$name"
  printf '%12d  %-14s %s\n' "$(stat -c %s "$(native_file)")" "$name" "$oldest"
done
echo
printf '%12s  %s\n' bytes package
(cd dist && find c command com python php woocommerce opencart3 opencart4 dotnet debian -type f -printf '%12s  %p\n' |
  LC_ALL=C sort -k2)
