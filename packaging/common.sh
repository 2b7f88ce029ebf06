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

# The library, or the command, of the target that `target` has set.
native_file() {
  case $kind in
    command) echo "dist/natives/$name/paywall" ;;
    pe) echo "dist/natives/$name/paywall.dll" ;;
    macho) echo "dist/natives/$name/libpaywall.1.dylib" ;;
    *) echo "dist/natives/$name/libpaywall.so.1" ;;
  esac
}

# The same, for what packs it.
library_file() {
  local file
  file=$(native_file)
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
