#!/usr/bin/env bash
# Builds paywall.dll for Windows x64 on Debian, checks what it imports and
# exports, builds the C till against it, and runs the demonstration under Wine.
# scripts/setup.sh windows installs what it needs: Debian's Rust comes with the
# source of the standard library, which is compiled for Windows here, so that
# no target has to be downloaded through rustup.
#
# Leaves in target/windows:
#   x86_64-pc-windows-gnu/release/paywall.dll and libpaywall.dll.a, to deliver
#   run/till, a command that runs till.exe under Wine with the caller's
#   arguments, PAYWALL_* variables and current directory
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

say() { echo "windows: $*" >&2; }
die() { say "$*"; exit 1; }

# --- the DLL ----------------------------------------------------------------
target=x86_64-pc-windows-gnu
out=target/windows/$target/release
run=target/windows/run
gcc=x86_64-w64-mingw32-gcc
mkdir -p "$run"
# Wine and mingw leave files behind where they work.
export TMPDIR=$root/target/windows/tmp
rm -rf "$TMPDIR"
mkdir -p "$TMPDIR"

# /usr/bin comes first, so that cargo and rustc are Debian's and not rustup's;
# none of these variables may lead them, or the flags for this machine, back.
# RUSTC_BOOTSTRAP lets a stable compiler accept -Zbuild-std.
# The linker and ring's C and assembly all go through mingw's gcc.
say "building paywall.dll"
(
    unset RUSTC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTDOC RUSTUP_TOOLCHAIN CARGO
    unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS CARGO_BUILD_TARGET
    export PATH=/usr/bin:$PATH
    export RUSTC_BOOTSTRAP=1
    export CARGO_TARGET_DIR=$root/target/windows
    export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=$gcc
    export CC_x86_64_pc_windows_gnu=$gcc
    export AR_x86_64_pc_windows_gnu=x86_64-w64-mingw32-ar
    # Only the cdylib: the other crate types would each be optimised once more.
    cargo rustc --locked --release -Zbuild-std=std,panic_unwind \
        --target "$target" -p paywall --lib --crate-type cdylib
)

# --- what it needs and what it shows ------------------------------------------
# The DLL must run on a bare Windows: it may need these system DLLs and no other,
# above all not mingw's libgcc_s_seh-1.dll or libwinpthread-1.dll.
system_dlls="advapi32.dll api-ms-win-core-synch-l1-2-0.dll bcrypt.dll
    bcryptprimitives.dll crypt32.dll kernel32.dll msvcrt.dll ntdll.dll ws2_32.dll"

imports() {
    x86_64-w64-mingw32-objdump -p "$1" | sed -n 's/^.*DLL Name: //p' | tr '[:upper:]' '[:lower:]' | sort -u
}
check_imports() { # FILE [ALSO ALLOWED]
    local dll found
    found=$(imports "$1")
    [ -n "$found" ] || die "$1: no imports found, which cannot be"
    for dll in $found; do
        [[ " $(echo $system_dlls) ${2-} " == *" $dll "* ]] ||
            die "$1 imports $dll, which is not on the list of system DLLs"
    done
}
exports() { # The last word of each line of the table of names, whichever binutils printed it.
    x86_64-w64-mingw32-objdump -p "$1" |
        sed -n '/^\[Ordinal\/Name Pointer\] Table/,/^$/s/^[[:space:]][[:space:]]*\[.*[[:space:]]//p'
}

check_imports "$out/paywall.dll"
names=$(exports "$out/paywall.dll")
[ -n "$names" ] || die "paywall.dll exports nothing"
others=$(grep -v '^pw_' <<<"$names" || true)
[ -z "$others" ] || die "paywall.dll exports other names than pw_*: $(echo $others)"
say "paywall.dll: $(stat -c %s "$out/paywall.dll") bytes, $(wc -l <<<"$names") functions, needs $(echo $(imports "$out/paywall.dll"))"

# --- the till -----------------------------------------------------------------
# mingw's own printf, because msvcrt's does not know C99's %zu and %lld.
cp "$out/paywall.dll" "$run/"
$gcc -std=c99 -pedantic -Wall -Wextra -O2 -static-libgcc -D__USE_MINGW_ANSI_STDIO=1 \
    -Iinclude bindings/c/till.c -o "$run/till.exe" "$out/libpaywall.dll.a"
check_imports "$run/till.exe" paywall.dll

# --- Wine -----------------------------------------------------------------------
# Debian's package wine64 alone puts no command in PATH; the package wine would.
first() { local c; for c in "$@"; do c=$(command -v "$c") && echo "$c" && return; done; return 1; }
wine=$(first /usr/lib/wine/wine64 wine64 wine) || die "no wine64 found"
wineserver=$(first /usr/lib/wine/wineserver64 /usr/lib/wine/wineserver wineserver) || die "no wineserver found"

# A prefix of its own, no display, no offer to download Mono and Gecko, no log.
unset DISPLAY WAYLAND_DISPLAY
export WINEPREFIX=$root/target/windows/wine WINEARCH=win64
export WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
trap '"$wineserver" -k >/dev/null 2>&1 || true' EXIT # this prefix's processes only
if [ ! -e "$WINEPREFIX/system.reg" ]; then
    start=$SECONDS
    "$wine" wineboot --init >target/windows/wineboot.log 2>&1 ||
        die "wineboot failed, see target/windows/wineboot.log"
    "$wineserver" -w # the registry is written when the server ends
    say "made the Wine prefix in $((SECONDS - start)) s"
fi

# Wine 8 has no bcryptprimitives.dll; where Wine has one, that one is used.
rm -f "$run/bcryptprimitives.dll"
if [ ! -e "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" ]; then
    $gcc -Wall -Wextra -O2 -shared -static-libgcc \
        tests/windows/bcryptprimitives.c -o "$run/bcryptprimitives.dll" -ladvapi32
fi

# Wine 8 cannot verify certificates as Windows does; the test's copy of the DLL
# goes through a stand-in that says how (tests/windows/cryptwn.c). The names are
# of equal length, so the import can be renamed in place.
$gcc -std=c99 -Wall -Wextra -Wno-attributes -O2 -shared -static-libgcc tests/windows/cryptwn.c -o "$run/cryptwn.dll"
sed -i 's/crypt32\.dll/cryptwn.dll/' "$run/paywall.dll"
imports "$run/paywall.dll" | grep -qx cryptwn.dll || die "the test's DLL does not import cryptwn.dll"

# Unix paths need no translation: Wine's Z: is /, and /tmp/ca.pem is looked up
# on the drive of the current directory.
cat >"$run/till" <<EOF
#!/bin/sh
export WINEPREFIX='$WINEPREFIX' WINEARCH=$WINEARCH WINEDEBUG=$WINEDEBUG WINEDLLOVERRIDES='$WINEDLLOVERRIDES'
unset DISPLAY WAYLAND_DISPLAY
exec '$wine' '$root/$run/till.exe' "\$@"
EOF
chmod +x "$run/till"

start=$SECONDS
TILL=$root/$run/till bash scripts/demo.sh
say "the demonstration under Wine took $((SECONDS - start)) s"
