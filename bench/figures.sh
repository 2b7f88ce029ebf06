#!/usr/bin/env bash
# Prints the figures that the README promises: size, dependencies, exports, the cost of a context, memory.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build.sh
shared=$(dirname "$(scripts/build-till.sh)")
out=target/bench
mkdir -p "$out"
cc -std=c11 -Wall -Wextra -Werror -pedantic -O2 -Iinclude -Itests/c bench/c/figures.c -o "$out/figures" \
  -L"$shared" -lpaywall -Wl,-rpath,"$shared"

library=target/release/libpaywall.so
echo "size   $(stat -c %s "$library") bytes, stripped (aim: at most 2,600,000)"
echo "needs  $(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | paste -sd' ')"
echo "shows  $(nm -D --defined-only "$library" | wc -l) names, $(nm -D --defined-only "$library" | grep -vc ' pw_' || true) of them not pw_*"
source scripts/sandbox.sh
begun=${EPOCHREALTIME/[.,]/}
start_sandbox
echo "start  the sandbox was ready after $(( (${EPOCHREALTIME/[.,]/} - begun) / 1000 )) ms (aim: under 100)"
"$out/figures"
