#!/usr/bin/env bash
# Everything that is tested of the Pascal unit: no warning, the scenarios both ways of calling, memory, floating-point
# exceptions, the till through a pseudo-terminal, the programs of the READMEs. Nothing is skipped: what is missing fails.
#
# Needs the Debian packages fp-compiler fp-units-fcl gcc libc6-dev python3, and
# `cargo build --release --workspace`, in the folder PAYWALL_TARGET (target/release of the repository if it is not set).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
target=$(cd "${PAYWALL_TARGET:-$repository/target/release}" && pwd)

for tool in fpc gcc python3; do
  command -v "$tool" >/dev/null || { echo "missing: $tool (see the top of $0)" >&2; exit 1; }
done
for file in libpaywall.so libpaywall.a paywall-sandbox; do
  [ -f "$target/$file" ] || { echo "missing: $target/$file (cargo build --release --workspace)" >&2; exit 1; }
done

source "$repository/scripts/sandbox.sh"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mkdir "$out/shared" "$out/static" "$out/float" "$out/target"
# Installed as a system would have it: the file under the name that programs are linked to.
cp "$target/libpaywall.so" "$out/shared/libpaywall.so.1"
ln -s libpaywall.so.1 "$out/shared/libpaywall.so"
ln -s "$target/libpaywall.a" "$out/static/libpaywall.a"
# The sandbox is started relative to the folder that we are in.
ln -s "$target" "$out/target/release"
cd "$out"

# -Sew: a warning is an error. Each build has units of its own.
pascal() { # NAME SOURCE FLAGS…
  local name=$1 source=$2
  shift 2
  mkdir -p "units-$name"
  fpc -l- -v0ew -Sew -O2 "-Fu$here" "-FUunits-$name" "-o$out/$name" "$@" "$source" >"$name.log" 2>&1 || { cat "$name.log" >&2; exit 1; }
}
# fpc hands the linker's complaint about its own script through as a warning of its own; only ours matter.
shared=("-Fl$out/shared" -k-rpath "-k$out/shared")
gcc_library=$(dirname "$(gcc -print-libgcc-file-name)")
static=(-dPAYWALL_STATIC "-Fl$out/static" "-Fl$gcc_library")
part=pascal
source "$repository/scripts/steps.sh"
heap_checked() { # PROGRAM…: the compiler's own memory checker reports into a file
  rm -f heap
  HEAPTRC="log=$out/heap" "$@" || return
  grep '^0 unfreed memory blocks' heap || { cat heap >&2; return 1; }
}

pascal scenarios "$here/tests/scenarios.pas" "${shared[@]}"
pascal scenarios-checked "$here/tests/scenarios.pas" "${shared[@]}" -Criot -gh -gl
pascal scenarios-static "$here/tests/scenarios.pas" "${static[@]}"
pascal till "$here/till.pas" "${shared[@]}"
for mode in delphi objfpc; do
  # A program in either mode can use the unit.
  printf 'program Uses%s;\n{$MODE %s}{$H+}\nuses Paywall;\nbegin\n  Halt(Ord(PaywallVersion = %s));\nend.\n' "$mode" "$mode" "''" >"uses-$mode.pas"
  pascal "uses-$mode" "uses-$mode.pas" "${shared[@]}"
  run "./uses-$mode"
done

gcc -std=c11 -Wall -Wextra -Werror -pedantic -O0 -shared -fPIC "$here/tests/float.c" -o float/libpaywall.so.1 -Wl,-soname,libpaywall.so.1
run env LD_PRELOAD="$out/float/libpaywall.so.1" ./scenarios float

start_sandbox
trap 'stop_sandbox; rm -rf "$out"' EXIT
export SCENARIOS=$repository/tests/scenarios.json CONTRACT=$repository/tests/contract.json

for program in ./scenarios ./scenarios-static; do
  run "$program"
  run "$program" threads
  run sends_nothing "$program" refused
done
run heap_checked ./scenarios-checked
run heap_checked ./scenarios-checked threads
run sends_nothing heap_checked ./scenarios-checked refused

export PAYWALL_BASE_URL=$SANDBOX_HTTPS
run python3 "$here/tests/till.py" "$out/till"

# The first program of each README, as it stands there.
for readme in README.md README.tr.md; do
  sed -n '/^```pascal$/,/^```$/{/^```/d;p};/^```$/q' "$here/$readme" >readme.pas
  pascal readme readme.pas "${shared[@]}"
  run prints "ok: verify_otp" ./readme "$readme"
done
all_ran
echo "Pascal: all passed"
