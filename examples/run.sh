#!/usr/bin/env bash
# Builds the examples of this folder and runs each against the sandbox: an accepted call, and one whose answer is lost.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build.sh
library=$(dirname "$(scripts/build-till.sh)")
out=target/examples
mkdir -p "$out"
c=(-O2 -Wall -Wextra -Werror -pedantic -Iinclude "-L$library" "-Wl,-rpath,$library")
cc -std=c99 examples/resend.c -o "$out/resend-c" "${c[@]}" -lpaywall
c++ -std=c++11 -Ibindings/cpp examples/resend.cpp -o "$out/resend-cpp" "${c[@]}" -lpaywall
fpc -l- -v0ew -Sew -O2 -Fubindings/pascal "-FU$out" "-o$out/resend-pascal" "-Fl$library" -k-rpath "-k$library" \
  examples/resend.pas >"$out/fpc.log" 2>&1 || { cat "$out/fpc.log" >&2; exit 1; }
cargo build --quiet --locked --example resend

source scripts/sandbox.sh
start_sandbox
export PAYWALL_BASE_URL=$SANDBOX_HTTPS
for program in "$out"/resend-{c,cpp,pascal} target/debug/examples/resend; do
  for expected in "sbx_ok_5001 ok: ask for the code" "sbx_reset_after in_doubt: ask for the code; if none comes"; do
    printed=$("$program" "${expected%% *}" 6489433e-f36b-1410-825e-001264113a90) || true
    echo "${program##*/} ${expected%% *}: $printed"
    [[ $printed == "${expected#* }"* ]] || { echo "expected: ${expected#* }" >&2; exit 1; }
  done
done
