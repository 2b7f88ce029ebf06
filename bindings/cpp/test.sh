#!/usr/bin/env bash
# Everything that is tested of the C++ header: that it compiles without a warning in every dialect, the scenarios both
# ways of calling, by themselves and under valgrind, and the programs of the READMEs. Nothing is skipped: what is missing fails.
#
# Needs the Debian packages g++ clang g++-mingw-w64-x86-64 valgrind, and `cargo build --release --workspace`, in the folder
# PAYWALL_TARGET (target/release of the repository if it is not set).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
target=$(cd "${PAYWALL_TARGET:-$repository/target/release}" && pwd)

for tool in g++ clang++ x86_64-w64-mingw32-g++ valgrind; do
  command -v "$tool" >/dev/null || { echo "missing: $tool (see the top of $0)" >&2; exit 1; }
done
for file in libpaywall.so libpaywall.a paywall-sandbox; do
  [ -f "$target/$file" ] || { echo "missing: $target/$file (cargo build --release --workspace)" >&2; exit 1; }
done

source "$repository/scripts/sandbox.sh"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# Installed as a system would have it: the file under the name that programs are linked to.
cp "$target/libpaywall.so" "$out/libpaywall.so.1"
ln -s libpaywall.so.1 "$out/libpaywall.so"
# The sandbox is started relative to the folder that we are in.
mkdir "$out/target"
ln -s "$target" "$out/target/release"
cd "$out"

warnings=(-Wall -Wextra -Werror -pedantic "-I$repository/include" "-I$here")
shared=("-L$out" -lpaywall -pthread "-Wl,-rpath,$out")
# What the static library needs of the system.
static=("$target/libpaywall.a" -lgcc_s -lutil -lrt -lpthread -lm -ldl)
part=cpp
source "$repository/scripts/steps.sh"

dialects=0
for standard in c++11 c++14 c++17 c++20; do
  for without in "" "-fno-exceptions" "-fno-rtti" "-fno-exceptions -fno-rtti" "-DPAYWALL_EXCEPTIONS=0"; do
    for compiler in g++ clang++ x86_64-w64-mingw32-g++; do
      # shellcheck disable=SC2086 # none, one or two flags
      $compiler "-std=$standard" "${warnings[@]}" -Wshadow -Wconversion $without -fsyntax-only -x c++ "$here/paywall.hpp"
      dialects=$((dialects + 1))
    done
  done
done
echo "-- the header in $dialects dialects: no warning"

g++ -std=c++11 -g -O1 "${warnings[@]}" "$here/tests/scenarios.cpp" -o scenarios "${shared[@]}"
g++ -std=c++11 -g -O1 -fno-exceptions -fno-rtti "${warnings[@]}" "$here/tests/scenarios.cpp" -o scenarios-status "${shared[@]}"
clang++ -std=c++20 -g -O1 "${warnings[@]}" "$here/tests/scenarios.cpp" -o scenarios-static "${static[@]}"
# Two units that include the header make one program.
printf '#include "paywall.hpp"\nint other() { return paywall::Client().try_check().invalid(); }\n' >other.cpp
printf '#include "paywall.hpp"\nint other();\nint main() { return other() && paywall::Client().try_check().invalid() ? 0 : 1; }\n' >one.cpp
g++ -std=c++11 "${warnings[@]}" one.cpp other.cpp -o two-units "${shared[@]}"
run ./two-units

start_sandbox
trap 'stop_sandbox; rm -rf "$out"' EXIT
export SCENARIOS=$repository/tests/scenarios.json CONTRACT=$repository/tests/contract.json

# Undefined values are not looked for: TLS already makes false alarms of them, and the C tests look, with names to go by.
memcheck=(valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite
  --show-leak-kinds=definite --undef-value-errors=no --suppressions="$repository/tests/c/valgrind.supp")
for program in ./scenarios ./scenarios-status ./scenarios-static; do
  run "$program"
  run "$program" threads
  run sends_nothing "$program" refused
done
for program in ./scenarios ./scenarios-status; do
  run "${memcheck[@]}" "$program"
  run "${memcheck[@]}" "$program" refused
done

# The first program of each README, as it stands there.
for readme in README.md README.tr.md; do
  sed -n '/^```cpp$/,/^```$/{/^```/d;p};/^```$/q' "$here/$readme" >readme.cpp
  g++ -std=c++11 "${warnings[@]}" readme.cpp -o readme "${shared[@]}"
  PAYWALL_BASE_URL=$SANDBOX_HTTPS run prints "ok: verify_otp" ./readme "$readme"
done
all_ran
echo "C++: all passed"
