#!/usr/bin/env bash
# Compiles the scenarios and the till for Windows, with a compiler for the same processor and no Windows units of its own:
# the run-time library comes from Free Pascal's sources, and the compiler links by itself. tests/windows/run.sh calls it.
#
#   windows.sh win64|win32 OUT COMPILER…    leaves OUT/pascal-scenarios.exe and OUT/pascal-till.exe
#
# Needs the Debian packages fp-compiler-3.2.2 fpc-source-3.2.2.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$1 out=$2
shift 2
compiler=("$@")
source=/usr/share/fpcsrc/3.2.2
case $target in
  win64) processor=x86_64 ;;
  win32) processor=i386 ;;
esac
[ -d "$source" ] || { echo "missing: $source (see the top of $0)" >&2; exit 1; }

units=$out/pascal
rm -rf "$units"
mkdir -p "$units"
compile() { # FLAGS… SOURCE
  "${compiler[@]}" "-T$target" -n -O2 -v0e -Xi "-FU$units" "-Fu$units" "$@" >"$units/log" 2>&1 ||
    { cat "$units/log" >&2; exit 1; }
}

folders=()
for folder in "$target" inc "$processor" win win/wininc objpas objpas/sysutils objpas/classes common charmaps; do
  folders+=("-Fi$source/rtl/$folder" "-Fu$source/rtl/$folder")
done
compile "${folders[@]}" -Sg -Us "$source/rtl/$target/system.pp"
compile "${folders[@]}" -Sg "$source/rtl/$target/buildrtl.pp"

# What the scenarios use besides.
packages=()
for folder in rtl-objpas/src/inc rtl-objpas/src/win rtl-objpas/src/common fcl-base/src fcl-json/src; do
  packages+=("-Fi$source/packages/$folder" "-Fu$source/packages/$folder")
done
printf 'program Used;\nuses fpjson, jsonparser;\nbegin\nend.\n' >"$units/used.pas"
compile "${packages[@]}" "$units/used.pas"

# -Sew: a warning is an error, in what is ours.
ours=("-Fu$here" -v0ew -Sew)
compile "${ours[@]}" "-o$out/pascal-scenarios.exe" "$here/tests/scenarios.pas"
compile "${ours[@]}" "-o$out/pascal-till.exe" "$here/till.pas"
