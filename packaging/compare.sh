#!/usr/bin/env bash
# Makes everything again from a clone in another folder, and compares the files with those in dist/. Both must be of the last
# commit.
#   compare.sh            all packages, as in SHA256SUMS
#   compare.sh NAME…      only the libraries of these targets of packaging/targets.txt, in dist/natives
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/common.sh

[ -z "$(git status --porcelain)" ] || die "there are changes that are not committed"
clone=$PWD/target/dist/compare/in-another-folder
rm -rf "$clone"
git clone --quiet --no-local . "$clone"
status=0
if [ $# -eq 0 ]; then
  what='all packages'
  # Signatures differ each time.
  env -u MINISIGN_KEY -u AUTHENTICODE "$clone/packaging/dist.sh" >/dev/null
  diff dist/SHA256SUMS "$clone/dist/SHA256SUMS" || status=1
else
  what=$*
  "$clone/packaging/natives.sh" "$@"
  for one; do
    for file in dist/natives/"$one"/*; do
      [[ $file == *.made ]] || cmp "$file" "$clone/$file" || status=1
    done
  done
fi
[ "$status" -ne 0 ] || echo "the same bytes in both folders: $what"
exit "$status"
