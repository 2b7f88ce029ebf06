#!/usr/bin/env bash
# Makes all packages in dist/, from a clean tree, and prints their sizes.
#   dist.sh [quick]    quick: only what `make test` installs
#   PAYWALL_REPOSITORY the address of the repository's pages, for metadata and links; without it there are none
#   MINISIGN_KEY       a key file of minisign's: signs SHA256SUMS
#   AUTHENTICODE       a command that signs the DLL that it is given as its argument, in place
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
if [ -n "${AUTHENTICODE:-}" ]; then
  for file in dist/natives/win-*/*.dll; do $AUTHENTICODE "$file"; done
fi

rm -rf dist/{c,command,com,python,dotnet,debian}
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

(cd dist && find . -type f ! -path './natives/*' ! -name 'SHA256SUMS*' ! -name TESTED.md | sed 's#^\./##' | LC_ALL=C sort |
  xargs sha256sum) >SHA256SUMS.new
mv SHA256SUMS.new dist/SHA256SUMS
if [ -n "${MINISIGN_KEY:-}" ]; then
  minisign -S -s "$MINISIGN_KEY" -m dist/SHA256SUMS -t "libpaywall $version"
fi

echo
printf '%12s  %s\n' bytes package
(cd dist && find c command com python php woocommerce opencart3 opencart4 dotnet debian -type f -printf '%12s  %p\n' |
  LC_ALL=C sort -k2)
