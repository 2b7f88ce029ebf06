# shellcheck shell=bash disable=SC2034 # the sourcers use these
# Sourced by the scripts in packaging/, in the repository's folder.

source packaging/targets.sh
source scripts/once.sh

tools=$PWD/target/dist/tools
# The one place that has it: packaging/version.sh compares the others.
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
# All files in packages have the time of the last commit, so that the same sources give the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
umask 022

die() { echo "$(basename "$0" .sh): $*" >&2; exit 1; }

# The library of the target that `target` has set.
library_file() {
  local file
  case $kind in
    pe) file=paywall.dll ;;
    macho) file=libpaywall.1.dylib ;;
    *) file=libpaywall.so.1 ;;
  esac
  file=dist/natives/$name/$file
  [ -f "$file" ] || die "missing: $file (packaging/natives.sh $name)"
  echo "$file"
}


# What is compiled in, with its licences. Several packages have it inside.
notices() {
  once dist/THIRD-PARTY-NOTICES write_notices Cargo.lock packaging/components.py
}
write_notices() {
  mkdir -p dist
  python3 packaging/components.py notices >dist/THIRD-PARTY-NOTICES
}
