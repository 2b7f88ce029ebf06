#!/usr/bin/env bash
# Builds the COM class for a target of packaging/targets.txt into dist/natives/NAME, beside the DLL that it uses.
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/common.sh

target "$1"
tools=${rust%%-*}-w64-mingw32
out=dist/natives/$name
library_file >/dev/null
resource=$(mktemp --suffix .o)
trap 'rm -f "$resource"' EXIT
packaging/windows/resource.sh "$tools" paywall_com.dll 'Paywall for COM' "$resource"
# Whatever C++ brings along is linked in.
"$tools-g++-posix" -std=c++11 -Wall -Wextra -Werror -pedantic -Os -s -static -shared -fno-exceptions -fno-rtti -Iinclude -Ibindings/cpp \
  -Wl,--enable-stdcall-fixup,--no-insert-timestamp -D_WIN32_WINNT=0x0601 -D__USE_MINGW_ANSI_STDIO=1 \
  bindings/com/paywall_com.cpp bindings/com/paywall_com.def "$resource" -o "$out/paywall_com.dll" "$out/libpaywall.dll.a" \
  -lole32 -loleaut32 -luuid
