#!/usr/bin/env bash
# Makes the wheels for some targets, from dist/natives, and the source distribution, in dist/python.
#   python.sh [NAME…] [sdist]    targets of packaging/targets.txt; all, and the source distribution, if you name nothing
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
source packaging/common.sh

work=$root/target/dist/python
out=$root/dist/python
python=$tools/bin/python
mkdir -p "$out"
given=("$@")
[ $# -gt 0 ] || mapfile -t given < <(target_names elf musl pe macho; echo sdist)

copy_source() { # FOLDER
  rm -rf "$1"
  mkdir -p "$1"
  cp -R bindings/python/{src,pyproject.toml,setup.py} LICENSE-MIT LICENSE-APACHE dist/THIRD-PARTY-NOTICES "$1"
  find "$1" -name __pycache__ -prune -exec rm -r {} +
  python3 packaging/readme.py bindings/python/README.md >"$1/README.md"
}

build() { # --wheel|--sdist FOLDER
  "$python" -m build "$1" --no-isolation --outdir "$out" "$2" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

check() { # FILES…
  "$tools/bin/twine" check --strict "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

wheel() {
  local library file=$out/paywall-$version-py3-none-$wheel.whl
  library=$(library_file)
  rm -f "$file"
  copy_source "$work/source"
  PAYWALL_BUNDLE=$root/$library PAYWALL_PLATFORM=$wheel build --wheel "$work/source"
  [ -f "$file" ] || die "no $file was made"
  check "$file"
  # It has no reason to complain of a library in a package: that is what the package is for.
  "$tools/bin/check-wheel-contents" --ignore W004 "$file" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  case $kind in
    elf | musl) audit ;;
  esac
}

# Whether the library needs no more than its tag promises.
audit() {
  local tag=${wheel/manylinux2014/manylinux_2_17} said
  said=$("$tools/bin/auditwheel" show "$file" 2>&1) || die "$said"
  [[ ${said//$'\n'/ } == *"\"$tag\""* ]] || die "$file is not for $tag: $said"
}

# It has the source of the library, to compile where no wheel fits. The lock file is the one of the repository, without the
# sandbox's crates.
sdist() {
  local folder=$work/sdist
  copy_source "$folder"
  mkdir "$folder/core"
  cp -R src include build.rs Cargo.lock "$folder/core"
  rm -f "$folder"/core/src/*/tests.rs
  sed '/^\[workspace\]/,/^$/{/^members/d}' Cargo.toml >"$folder/core/Cargo.toml"
  (cd "$folder/core" && cargo metadata --offline --format-version 1 >/dev/null)
  printf 'graft core\nprune core/target\n' >"$folder/MANIFEST.in"
  rm -f "$out/paywall-$version.tar.gz"
  build --sdist "$folder"
  # setuptools gives the files the time of now.
  rm -rf "$work/packed"
  mkdir "$work/packed"
  tar -xzf "$out/paywall-$version.tar.gz" -C "$work/packed" --strip-components=1
  python3 packaging/archive.py tar "$work/packed" "$out/paywall-$version.tar.gz" "paywall-$version"
  check "$out/paywall-$version.tar.gz"
}

for name in "${given[@]}"; do
  if [ "$name" = sdist ]; then sdist; else target "$name"; wheel; fi
done
