# shellcheck shell=bash disable=SC2154 # the sourcer sets arch, root, run and tools
# Sourced by run.sh, and by packaging/test.sh. `make_wine` makes what its programs run in, and two commands in the folder $run:
#   in      runs a command where Wine is: here for x64; for x86 in a 32-bit Debian of its own, since Debian's 32-bit
#           Wine cannot be installed beside the packages of a 64-bit machine
#   wine    runs a Windows program there
# Both with the caller's environment, folders and current directory. `stop_wine` ends what they left running;
# `make_certificates` makes some for the sandbox that Wine can read.

make_wine() {
  local system=$root/$run/wine-prefix start=$SECONDS wine
  case $arch in
    x64) make_here ;;
    x86) make_there ;;
  esac
  # Debian's package wine64 alone puts no command in PATH.
  wine=$("$run/in" sh -c 'ls /usr/lib/wine/wine64 /usr/lib/wine/wine 2>/dev/null | head -n 1')
  [ -n "$wine" ] || die "no wine found"
  printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$root/$run/in" "$wine" >"$run/wine"
  chmod +x "$run/wine"
  trap stop_wine EXIT

  if [ ! -e "$system/complete" ]; then
    rm -rf "$system"
    "$run/wine" wineboot --init >"$run/wineboot.log" 2>&1 || die "wineboot failed, see $run/wineboot.log"
    "$run/in" /usr/lib/wine/wineserver -w # the registry is written when the server ends
    touch "$system/complete"
    say "made the Wine prefix in $((SECONDS - start)) s"
  fi
  # The stand-in that Wine 8 needs (tests/windows), where every program finds it.
  stand_in cryptwn
}

stand_in() { # NAME LIBRARIES…
  "$tools-gcc" -std=c99 -Wall -Wextra -Wno-attributes -O2 -shared -static-libgcc -Wl,--kill-at "tests/windows/$1.c" \
    -o "$run/wine-prefix/drive_c/windows/system32/$1.dll" "${@:2}"
}

# The version of Windows that programs see.
as_windows() { # win7|win10
  "$run/wine" reg add 'HKCU\Software\Wine' /v Version /d "$1" /f >/dev/null
  "$run/in" /usr/lib/wine/wineserver -w
}

# This prefix's processes only.
stop_wine() { "$run/in" /usr/lib/wine/wineserver -k >/dev/null 2>&1 || true; }

# A prefix of its own, no display, no offer to download Mono and Gecko, no log.
environment() {
  echo '#!/bin/sh'
  echo "export WINEPREFIX='$root/$run/wine-prefix' WINEARCH=$1 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' LANG=C.UTF-8"
  echo 'unset DISPLAY WAYLAND_DISPLAY'
}

make_here() {
  { environment win64; echo 'exec "$@"'; } >"$run/in"
  chmod +x "$run/in"
}

make_there() {
  local debian=$root/$run/debian start=$SECONDS
  source scripts/debian.sh
  can_make_debian "a 32-bit Debian" "$root/$run" 3
  {
    environment win32
    echo "exec '$root/scripts/in-debian.sh' '$debian' /tmp /usr/share/fpcsrc '$root' -- \"\$@\""
  } >"$run/in"
  chmod +x "$run/in"
  [ ! -e "$debian" ] || return 0
  say "making a 32-bit Debian, a minute or two"
  make_debian "$debian" bookworm i386 --no-install-recommends wine wine32 fp-compiler-3.2.2
  say "made it in $((SECONDS - start)) s"
}

# The sandbox's certificates, for all that is run from here on. Wine 8 takes the two numbers of an ECDSA signature to be of
# full length, and refuses one in a hundred: certificates are made until both are signed by full ones.
make_certificates() {
  local try
  export SANDBOX_KEEP=$root/$run/certificates
  cargo build --release --quiet --locked -p paywall-sandbox
  for try in 1 2 3 4 5 6 7 8; do
    rm -rf "$SANDBOX_KEEP"
    mkdir -p "$SANDBOX_KEEP"
    (source scripts/sandbox.sh; start_sandbox)
    if signed_in_full ca && signed_in_full server; then return; fi
  done
  die "no certificate in $try is signed as Wine reads it"
}

signed_in_full() { # NAME
  local file=$SANDBOX_KEEP/$1.pem signature
  signature=$(openssl asn1parse -in "$file" | sed -n '$s/^ *\([0-9]*\):.*/\1/p')
  [ "$(openssl asn1parse -in "$file" -strparse "$signature" | grep -cE 'INTEGER *:[0-9A-F]{64}$')" -eq 2 ]
}
