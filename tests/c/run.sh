#!/usr/bin/env bash
# The binary interface; the demonstration; the C programs of tests/c against the shared and the static library and under
# valgrind, with the sandbox as the peer; and PHP's parser over the header that is made for it.
set -euo pipefail
cd "$(dirname "$0")/../.."

scripts/build.sh
cargo build --profile memcheck --quiet --locked -p paywall
till=$(scripts/build-till.sh)
shared=$(dirname "$till")
out=target/c-tests
mkdir -p "$out"
# The library with names in it, which valgrind's suppressions go by, under the name that programs look for.
mkdir -p "$out/memcheck"
cp target/memcheck/libpaywall.so "$out/memcheck/libpaywall.so.1"

flags=(-std=c11 -Wall -Wextra -Werror -pedantic -g -O1 -Iinclude)
# What the static library needs of the system, as `rustc --print native-static-libs` says.
static=(-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc)

cc "${flags[@]}" tests/c/interface.c -o "$out/interface" -L"$shared" -lpaywall -Wl,--enable-new-dtags,-rpath,"$shared"
cc "${flags[@]}" tests/c/interface.c -o "$out/interface-static" target/release/libpaywall.a "${static[@]}"
cc "${flags[@]}" tests/c/interface.c -o "$out/interface-static-memcheck" target/memcheck/libpaywall.a "${static[@]}"
cc "${flags[@]}" tests/c/threads.c -o "$out/threads" -L"$shared" -lpaywall -Wl,-rpath,"$shared"
cc "${flags[@]}" tests/c/threads.c -o "$out/threads-memcheck" target/memcheck/libpaywall.a "${static[@]}"
cc "${flags[@]}" tests/c/stack.c -o "$out/stack" -L"$shared" -lpaywall -Wl,-rpath,"$shared"
cc "${flags[@]}" tests/c/sleep.c -o "$out/sleep" -L"$shared" -lpaywall -Wl,-rpath,"$shared"
cc "${flags[@]}" tests/c/unload.c -o "$out/unload" -lpthread -ldl
cc "${flags[@]}" bindings/c/till.c -o "$out/till-static" target/release/libpaywall.a "${static[@]}"

source scripts/sandbox.sh
start_sandbox
export SCENARIOS=$PWD/tests/scenarios.json

part=c
source scripts/steps.sh
run tests/abi/run.sh check
run scripts/demo.sh
run "$out/interface"
run "$out/interface-static"
run env PAYWALL_BASE_URL="$SANDBOX_HTTPS" "$out/till-static" check
# SSL_CERT_FILE takes the place of the system's store; if it is empty, the message gives advice.
export PAYWALL_BASE_URL="$SANDBOX_HTTPS"
run env -u PAYWALL_CA_FILE SSL_CERT_FILE="$PAYWALL_CA_FILE" "$till" check
empty_store() {
  local status=0
  env -u PAYWALL_CA_FILE SSL_CERT_FILE=/dev/null SSL_CERT_DIR= "$till" check >"$out/empty-store" || status=$?
  cat "$out/empty-store"
  [ "$status" -eq 2 ] &&
    grep -q "SSL_CERT_FILE or SSL_CERT_DIR, which take the place of the system's store, lead to none" "$out/empty-store"
}
run empty_store
unset PAYWALL_BASE_URL

# The system's own store, wherever this machine's variables lead.
run env -u SSL_CERT_FILE -u SSL_CERT_DIR "$out/stack"
run tests/c/threads.sh "$out/threads" calls 16 5000
run tests/c/threads.sh "$out/threads" forks 4 1000
run tests/c/threads.sh "$out/threads" clones 1 50

run env PAYWALL_BASE_URL="${SANDBOX_HTTPS/localhost/127.0.0.1}" "$out/sleep"

# Valgrind calls the runtime's reachable blocks no leak; one that is lost, or a wrong access, is an error.
memcheck=(valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite
  --show-leak-kinds=definite --suppressions=tests/c/valgrind.supp)
run env LD_LIBRARY_PATH="$out/memcheck" "${memcheck[@]}" "$out/interface"
run "${memcheck[@]}" "$out/interface-static-memcheck"
run tests/c/threads.sh "${memcheck[@]}" "$out/threads-memcheck" calls 8 25
run "$out/unload" "$shared/libpaywall.so.1"
# The program in each README, as it stands there.
for readme in README.md README.tr.md; do
  sed -n '/^```c$/,/^```$/{/^```/d;p}' "$readme" >"$out/readme.c"
  cc "${flags[@]}" "$out/readme.c" -o "$out/readme" -L"$shared" -lpaywall -Wl,-rpath,"$shared"
  PAYWALL_BASE_URL=$SANDBOX_HTTPS run prints "ok: verify_otp" "$out/readme" "$readme"
done
run php -d ffi.enable=1 -r '
  $paywall = FFI::cdef(file_get_contents("include/paywall_php.h"), $argv[1]);
  $json = $paywall->new("char *");
  $status = $paywall->pw_config_set(null, "locale", "tr", FFI::addr($json));
  $document = json_decode(FFI::string($json), true, 512, JSON_THROW_ON_ERROR);
  $paywall->pw_string_free($json);
  exit($status === 4 && $document["error"]["code"] === "config" ? 0 : 1);
' "$shared/libpaywall.so.1"
all_ran
