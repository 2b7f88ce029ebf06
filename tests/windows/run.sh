#!/usr/bin/env bash
# Builds the DLLs for Windows on Debian (packaging/natives.sh), builds the programs and bindings that use them, and runs them
# all under Wine against the sandbox. docs/windows.md says what that proves and what not.
#
#   run.sh [x64]     `make windows`, a part of `make test`
#   run.sh x86       `make windows-x86`: in a 32-bit Debian of its own; needs root, and what `make windows` left
#
# Leaves in target/windows <arch>/wine, a command that runs a Windows program with the caller's arguments, environment and
# folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD

arch=${1:-x64}
say() { echo "windows $arch: $*" >&2; }
die() { say "$*"; exit 1; }

case $arch in
  x64) tools=x86_64-w64-mingw32 ;;
  x86) tools=i686-w64-mingw32 ;;
  *) echo "usage: run.sh [x64|x86]" >&2; exit 2 ;;
esac
out=dist/natives/win-$arch
run=target/windows/$arch
mkdir -p "$run"
# Wine and mingw leave files behind where they work.
export TMPDIR=$root/target/windows/tmp
rm -rf "$TMPDIR"
mkdir -p "$TMPDIR"

# --- the DLLs ---

# They must run on a bare Windows 7: packaging/check.sh compares what paywall.dll imports and exports.
packaging/natives.sh "win-$arch"

imports() {
  "$tools-objdump" -p "$1" | sed -n 's/^.*DLL Name: //p' | tr '[:upper:]' '[:lower:]' | sort -u
}
# What else runs there may need these system DLLs and no other, above all not mingw's libgcc_s or libwinpthread-1.dll.
system_dlls="advapi32.dll kernel32.dll msvcrt.dll"
check_imports() { # FILE [ALSO ALLOWED]
  local dll found
  found=$(imports "$1")
  [ -n "$found" ] || die "$1: no imports found, which cannot be"
  for dll in $found; do
    [[ " $system_dlls ${2-} " == *" $dll "* ]] ||
      die "$1 imports $dll, which is not on the list of system DLLs"
  done
}
exports() { # The last word of each line of the table of names, whichever binutils printed it.
  "$tools-objdump" -p "$1" |
    sed -n '/^\[Ordinal\/Name Pointer\] Table/,/^$/s/^[[:space:]][[:space:]]*\[.*[[:space:]]//p'
}

# --- the programs ---

# Whatever C and C++ bring along is linked in. mingw's own printf, because msvcrt's does not know C99's %zu and %lld.
strict=(-Wall -Wextra -Werror -pedantic -O2 -static -D__USE_MINGW_ANSI_STDIO=1 -Iinclude -Ibindings/cpp)
c() { "$tools-gcc" -std=c11 "${strict[@]}" "$@"; }
# The posix variant, which has std::thread; what it needs is linked in.
cpp() { "$tools-g++-posix" -std=c++11 "${strict[@]}" "$@"; }
library=$out/libpaywall.dll.a

c bindings/c/till.c -o "$run/till.exe" "$library"
c tests/c/interface.c -o "$run/interface.exe" "$library"
c tests/windows/load.c -o "$run/load.exe"
cpp bindings/cpp/tests/scenarios.cpp -o "$run/scenarios.exe" "$library"
cpp -fno-exceptions -fno-rtti bindings/cpp/tests/scenarios.cpp -o "$run/scenarios-status.exe" "$library"
for program in till interface scenarios scenarios-status; do
  check_imports "$run/$program.exe" paywall.dll
done
check_imports "$out/paywall_com.dll" "paywall.dll ole32.dll oleaut32.dll"
[ "$(exports "$out/paywall_com.dll" | sort | tr '\n' ' ')" = \
  "DllCanUnloadNow DllGetClassObject DllRegisterServer DllUnregisterServer " ] ||
  die "paywall_com.dll exports other names than a COM server's"

# --- Wine ---

source tests/windows/wine.sh
make_wine
make_certificates

say "building the Pascal programs"
case $arch in
  x64) bindings/pascal/windows.sh win64 "$root/$run" ppcx64 ;;
  x86) bindings/pascal/windows.sh win32 "$root/$run" "$root/$run/in" ppc386 ;;
esac

# What the programs load. The test's copy of the DLL goes through a stand-in that says how Windows verifies certificates
# (tests/windows/cryptwn.c). The names are of equal length, so the import can be renamed in place.
cp "$out/paywall.dll" "$out/paywall_com.dll" "$run/"
sed -i 's/crypt32\.dll/cryptwn.dll/' "$run/paywall.dll"
imports "$run/paywall.dll" | grep -qx cryptwn.dll || die "the test's DLL does not import cryptwn.dll"

# --- the runs ---

# The DLL that is delivered, as the oldest Windows that it is for, and as a new one.
for system in win7 win10; do
  as_windows "$system"
  printed=$("$run/wine" "$root/$run/load.exe" "$root/$out/paywall.dll" | tr -d '\r') || true
  echo "-- load.exe as $system: $printed"
  [[ $printed =~ bit:\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || die "the DLL does not load"
done

# Unix paths need no translation: Wine's Z: is /, and /tmp/ca.pem is looked up on the drive of the current directory.
printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$root/$run/wine" "$root/$run/till.exe" >"$run/till"
chmod +x "$run/till"
TILL=$root/$run/till bash scripts/demo.sh

source scripts/sandbox.sh
start_sandbox
trap 'stop_sandbox; stop_wine' EXIT
export SCENARIOS=$root/tests/scenarios.json CONTRACT=$root/tests/contract.json
wine() { "$run/wine" "$root/$run/$1" "${@:2}"; }
part=windows
source scripts/steps.sh

as_windows win7
run wine scenarios.exe
as_windows win10
run wine interface.exe
for program in scenarios.exe scenarios-status.exe pascal-scenarios.exe; do
  run wine "$program"
  run wine "$program" threads
  run sends_nothing wine "$program" refused
done

echo "-- pascal-till.exe"
keys=$(printf '%s\n' sbx_token_invalid 6489433e-f36b-1410-825e-001264113a90 c r q)
printed=$(PAYWALL_BASE_URL=$SANDBOX_HTTPS "$run/wine" "$root/$run/pascal-till.exe" <<<"$keys" | tr -d '\r')
grep -q 'OK. The service can be reached.' <<<"$printed" && grep -q 'customer reads: Token geçersiz.' <<<"$printed" ||
  die "the till said otherwise: $printed"

# The COM class: by the registry, and by a manifest beside the program; without either it is not there. The script host
# says nothing of a script that fails, so its last line is what counts.
cscript=$run/wine-prefix/drive_c/windows/system32/cscript.exe
script() { # PROGRAM
  "$run/wine" "$1" //nologo bindings/com/tests/client.vbs "$SANDBOX_HTTPS" "Token geçersiz." "Ğ😀" | tr -d '\r'
}
finds_class() { # HOW PROGRAM
  printed=$(script "$2" || true)
  echo "-- paywall_com.dll $1: $printed"
  [[ $printed =~ ^com:\ [1-9][0-9]*\ passed,\ 0\ failed$ ]] || die "the script did not pass"
}
register() { (cd "$run" && "$root/$run/wine" regsvr32 /s "$@" paywall_com.dll); }
no_class() {
  printed=$(script "$cscript" || true)
  [ -z "$printed" ] || die "the class is there without being registered: $printed"
}
register /u # a run that was interrupted leaves it there
no_class
register
finds_class "by the registry" "$cscript"
register /u
no_class
cp "$cscript" "$run/host.exe"
cp bindings/com/paywall_com.manifest "$run/host.exe.manifest"
finds_class "by a manifest" "$run/host.exe"

# DLLs of the right and of the wrong bitness; the system's error for the latter is 193.
loads() { # ARCH DLL
  echo "-- $1 loads $2"
  printed=$("target/windows/$1/wine" "$root/target/windows/$1/load.exe" "$root/$2" | tr -d '\r') || true
  echo "$printed"
}
loads "$arch" "$run/paywall.dll"
[[ $printed =~ bit:\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || die "it does not load"
if [ "$arch" = x86 ]; then
  [ -x target/windows/x64/wine ] || die "the x64 DLL is not there: make windows"
  for pair in "x86 target/windows/x64/paywall.dll" "x64 target/windows/x86/paywall.dll"; do
    loads $pair
    [[ $printed == *"error 193" ]] || die "a DLL of the wrong bitness is not refused as such"
  done
fi

run bindings/dotnet/test.sh windows "$arch" "$root/$run/wine" "$root/$run/paywall.dll" "$tools-gcc"
all_ran
say "all programs ran"
