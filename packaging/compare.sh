#!/usr/bin/env bash
# Builds targets again from a clone in another folder, and compares the files with those in dist/natives. Both must be of the
# last commit.
#   compare.sh NAME…    targets of packaging/targets.txt
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/common.sh

[ -z "$(git status --porcelain)" ] || die "there are changes that are not committed"
clone=$PWD/target/dist/compare/in-another-folder
rm -rf "$clone"
git clone --quiet --no-local . "$clone"
"$clone/packaging/natives.sh" "$@"
status=0
for one; do
  for file in dist/natives/"$one"/*; do
    [[ $file != *.made ]] || continue
    cmp "$file" "$clone/$file" || status=1
  done
done
[ "$status" -ne 0 ] || echo "the same bytes in both folders: $*"
exit "$status"
