#!/usr/bin/env bash
# Signs what is delivered, with keys that are given from outside. Without them it signs nothing.
#   sign.sh dlls FILE…     AUTHENTICODE: a command that signs the DLL that it is given as its argument, in place
#   sign.sh sums FOLDER    writes FOLDER/SHA256SUMS, of all packages there
#                          MINISIGN_KEY: the file with a secret key of minisign's, which signs the sums
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/common.sh

# A hook that does nothing must not pass for one that signs.
is_signed() { # FILE: it has a table of certificates
  x86_64-w64-mingw32-objdump -p "$1" | awk '/^Entry 4 / { found = $4 } END { exit found !~ /[1-9a-f]/ }'
}

dlls() {
  local file
  [ -n "${AUTHENTICODE:-}" ] || return 0
  for file; do
    $AUTHENTICODE "$file"
    is_signed "$file" || die "'$AUTHENTICODE' has not signed $file"
  done
}

sums() {
  (cd "$1" && find . -type f ! -path './natives/*' ! -name 'SHA256SUMS*' ! -name TESTED.md ! -name '*.made' | sed 's#^\./##' |
    LC_ALL=C sort | xargs -d '\n' sha256sum) >"$work/sums"
  rm -f "$1/SHA256SUMS.minisig"
  mv "$work/sums" "$1/SHA256SUMS"
  [ -z "${MINISIGN_KEY:-}" ] || minisign -S -s "$MINISIGN_KEY" -m "$1/SHA256SUMS" -t "libpaywall $version"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case ${1:-} in
  dlls | sums) "$@" ;;
  *) echo "usage: sign.sh dlls FILE… | sums FOLDER" >&2; exit 2 ;;
esac
