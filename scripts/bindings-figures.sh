#!/usr/bin/env bash
# What a call costs in each language above the same call in C: medians of rounds that take turns in one run, against one
# sandbox, over https. And what the first client costs, and whether memory grows.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build.sh
shared=$(dirname "$(scripts/build-till.sh)")
out=target/c-tests
mkdir -p "$out"
cc -std=c11 -Wall -Wextra -Werror -pedantic -O2 -Iinclude tests/c/median.c -o "$out/median" \
  -L"$shared" -lpaywall -Wl,-rpath,"$shared"
# As it is installed: compiled once, from a folder of its own.
python=target/python-figures
rm -rf "$python"
mkdir -p "$python"
cp -R bindings/python/src/paywall "$python/"
python3 -m compileall -q "$python"

source scripts/sandbox.sh
start_sandbox
export PAYWALL_BASE_URL=$SANDBOX_HTTPS PAYWALL_LIBRARY=$shared/libpaywall.so.1 PYTHONPATH=$python

c() { "$out/median"; }
in_python() {
  python3 - <<'PYTHON'
import statistics, time, paywall
client, taken = paywall.Client.from_env(), []
for turn in range(3300):
    begun = time.perf_counter_ns()
    client.resend_otp("sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90")
    taken.append(time.perf_counter_ns() - begun)
print(round(statistics.median(taken[300:]) / 1000, 1))
PYTHON
}
in_php() {
  php -d ffi.enable=1 -d opcache.enable_cli=1 -r '
    require "bindings/php/autoload.php";
    $client = Paywall\Client::fromEnv();
    for ($turn = 0; $turn < 3300; $turn++) {
        $begun = hrtime(true);
        $client->resendOtp("sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90");
        $taken[] = hrtime(true) - $begun;
    }
    $taken = array_slice($taken, 300);
    sort($taken);
    printf("%.1f\n", $taken[1500] / 1000);'
}
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

for _ in 1 2 3 4 5 6 7; do
  c >>"$sandbox_folder/c"
  in_python >>"$sandbox_folder/python"
  in_php >>"$sandbox_folder/php"
  first_python >>"$sandbox_folder/first"
done
base=$(median <"$sandbox_folder/c")
above() { awk -v base="$base" '{ print $1 - base }' <<<"$1"; }
py=$(median <"$sandbox_folder/python") php=$(median <"$sandbox_folder/php")
echo "C       $base us a call (median of 7 rounds of 3,000, the sandbox's share included)"
echo "Python  $py us: $(above "$py") us above C (aim: 20)"
echo "PHP     $php us: $(above "$php") us above C (aim: 15)"
echo "Python  import and first client $(( $(median <"$sandbox_folder/first") / 1000 )) ms (aim: under 30)"
{ read -r in_python_kib; read -r in_php_kib; } < <(grows)
echo "memory  over 19,000 calls: Python $in_python_kib KiB, PHP $in_php_kib KiB more"
