#!/usr/bin/env bash
# What a call costs in each language above the same call in C, in microseconds, over https against one sandbox. The rounds
# take turns, and each is compared with the C of its own round, so that other load on the machine hits all alike.
#   wall     what the caller waits, the sandbox's share of the processors included
#   busy     what the calling process spends on a processor, its other threads included: less noise
#   alone    wall again, into a library that answers at once: the binding itself, without network and scheduler
# And what the first client costs, and whether memory grows.
#   bindings-figures.sh [--rounds N]     N is 7; with fewer the figures are those of chance
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=7
case "$#:${1:-}" in
  0:) ;;
  2:--rounds) rounds=$2 ;;
  *) echo "usage: bindings-figures.sh [--rounds N]" >&2; exit 2 ;;
esac

scripts/build.sh
shared=$(dirname "$(scripts/build-till.sh)")
PAYWALL_TARGET=$PWD/target/release bindings/dotnet/test.sh build
dotnet=$PWD/bindings/dotnet/build
out=target/c-tests
mkdir -p "$out"
linked=(-Wall -Wextra -Werror -pedantic -O2 -Iinclude -L"$shared" "-Wl,-rpath,$shared")
cc -std=c11 tests/c/median.c -o "$out/median" "${linked[@]}" -lpaywall
g++ -std=c++11 -Ibindings/cpp bindings/cpp/bench.cpp -o "$out/bench" "${linked[@]}" -lpaywall
# As it is installed: compiled once, from a folder of its own.
python=target/python-figures
rm -rf "$python"
mkdir -p "$python"
cp -R bindings/python/src/paywall "$python/"
python3 -m compileall -q "$python"

source scripts/sandbox.sh
start_sandbox
export PAYWALL_BASE_URL=$SANDBOX_HTTPS PAYWALL_LIBRARY=$shared/libpaywall.so.1 PYTHONPATH=$python
export DOTNET_CLI_TELEMETRY_OPTOUT=1

# Each prints wall and busy of 6,000 warm calls.
in_c() { "$out/median"; }
in_cpp() { "$out/bench" call; }
in_python() {
  python3 - <<'PYTHON'
import statistics, time, paywall
client, taken = paywall.Client.from_env(), []
for turn in range(6300):
    if turn == 300:
        busy = time.process_time_ns()
    begun = time.perf_counter_ns()
    client.resend_otp("sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90")
    taken.append(time.perf_counter_ns() - begun)
busy = time.process_time_ns() - busy
print(round(statistics.median(taken[300:]) / 1000, 1), round(busy / 6000 / 1000, 1))
PYTHON
}
in_php() {
  php -d ffi.enable=1 -d opcache.enable_cli=1 -r '
    require "bindings/php/autoload.php";
    $client = Paywall\Client::fromEnv();
    $spent = function () {
        $usage = getrusage();
        return ($usage["ru_utime.tv_sec"] + $usage["ru_stime.tv_sec"]) * 1e6 + $usage["ru_utime.tv_usec"] + $usage["ru_stime.tv_usec"];
    };
    for ($turn = 0; $turn < 6300; $turn++) {
        if ($turn === 300) { $busy = $spent(); }
        $begun = hrtime(true);
        $client->resendOtp("sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90");
        $taken[] = hrtime(true) - $begun;
    }
    $busy = $spent() - $busy;
    $taken = array_slice($taken, 300);
    sort($taken);
    printf("%.1f %.1f\n", $taken[3000] / 1000, $busy / 6000);'
}
in_mono() { mono "$dotnet/net462/Bench.exe"; }
in_core() { "$dotnet/downloads/sdk/dotnet" "$dotnet/netstandard2.0/Bench.exe"; }
first_python() {
  python3 -c 'import time; begun = time.perf_counter_ns(); import paywall; paywall.Client.from_env(); print((time.perf_counter_ns() - begun) // 1000)'
}
grows() { # of 20,000 calls, in KiB
  python3 - <<'PYTHON'
import paywall
client = paywall.Client.from_env()
def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))
for turn in range(20000):
    client.resend_otp("sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90")
    if turn == 1000:
        warm = resident()
print(resident() - warm)
PYTHON
  php -d ffi.enable=1 -r '
    require "bindings/php/autoload.php";
    $client = Paywall\Client::fromEnv();
    $resident = function () { preg_match("/VmRSS:\s+(\d+)/", file_get_contents("/proc/self/status"), $kib); return (int) $kib[1]; };
    for ($turn = 0; $turn < 20000; $turn++) {
        $client->resendOtp("sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90");
        if ($turn === 1000) { $warm = $resident(); }
    }
    echo $resident() - $warm, "\n";'
}
median() { sort -n | awk '{ line[NR] = $1 } END { print line[int((NR + 1) / 2)] }'; }

languages=(c cpp python php mono core)
fake=$dotnet/net462/fake-1.7.so
for ((round = 0; round < rounds; round++)); do
  for language in "${languages[@]}"; do
    in_$language >>"$sandbox_folder/$language"
    # The programs in C and C++ are linked with the library, the others load what they are told.
    preload=
    [[ $language == c* ]] && preload=$fake
    (
      export FAKE_DOCUMENT=usual PAYWALL_LIBRARY=$fake LD_PRELOAD=$preload
      in_$language >>"$sandbox_folder/$language.alone"
    )
  done
  first_python >>"$sandbox_folder/first"
done
above() { # LANGUAGE[.alone] COLUMN
  paste -d ' ' "$sandbox_folder/c${1#"${1%%.*}"}" "$sandbox_folder/$1" | awk "{ print \$(2 + $2) - \$$2 }" | median
}
line() { # NAME LANGUAGE AIM
  printf '%-10s %+8.1f %+8.1f %+8.1f   aim: %s\n' "$1" "$(above "$2" 1)" "$(above "$2" 2)" "$(above "$2.alone" 1)" "$3"
}
printf '%-10s %8s %8s %8s   (medians of %d rounds)\n' '' wall busy alone "$rounds"
printf '%-10s %8.1f %8.1f %8.1f   and above it:\n' C "$(cut -d ' ' -f 1 "$sandbox_folder/c" | median)" \
  "$(cut -d ' ' -f 2 "$sandbox_folder/c" | median)" "$(cut -d ' ' -f 1 "$sandbox_folder/c.alone" | median)"
line C++ cpp 3
line Python python 20
line PHP php 15
line Mono mono 25
line '.NET Core' core 15
echo "Python  import and first client $(( $(median <"$sandbox_folder/first") / 1000 )) ms (aim: under 30)"
{ read -r in_python_kib; read -r in_php_kib; } < <(grows)
echo "memory  over 19,000 calls: Python $in_python_kib KiB, PHP $in_php_kib KiB more"
