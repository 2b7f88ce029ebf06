#!/usr/bin/env bash
# The library and the C programs of tests/c under AddressSanitizer with LeakSanitizer, and under ThreadSanitizer; no
# report is suppressed. Each is first shown programs that it must object to.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD

target=$(rustc -vV | sed -n 's/^host: //p')
# LLVM's own runtimes, which come with Rust. Those of Debian's clang are older than what rustc makes.
runtimes=$(rustc --print sysroot)/lib/rustlib/$target/lib
compgen -G "$runtimes/librustc-*_rt.tsan.a" >/dev/null || {
  echo "missing: the sanitizers' runtimes in $runtimes (rustup's toolchains have them)" >&2
  exit 1
}
libraries=(-lgcc_s -lutil -lrt -lpthread -lm -ldl)

build_library() { # SANITIZER ARGUMENTS…
  local sanitizer=$1
  shift
  unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS CARGO_BUILD_TARGET
  # RUSTC_BOOTSTRAP lets a stable compiler accept -Z.
  RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=$sanitizer -Zexternal-clangrt" CARGO_TARGET_DIR=$root/target/sanitize/$sanitizer \
    cargo rustc --quiet --locked --target "$target" -p paywall --lib --crate-type staticlib "$@"
}

compile() { # SANITIZER abbreviated, PROGRAM…
  local sanitizer=$1 short=$2 program
  shift 2
  for program in "$@"; do
    clang -std=c11 -Wall -Wextra -Werror -pedantic -g -O1 -fsanitize="$sanitizer" -fno-sanitize-link-runtime -Iinclude \
      "tests/c/$program.c" -o "target/sanitize/$sanitizer/$program" "target/sanitize/$sanitizer/$target/debug/libpaywall.a" \
      -Wl,--whole-archive "$runtimes"/librustc-*_rt."$short".a -Wl,--no-whole-archive -Wl,--export-dynamic "${libraries[@]}"
  done
}

part=sanitize
source scripts/steps.sh

objects() { # SANITIZER MISUSE REPORT PLACE: shown to a program that misuses memory, it reports that
  local out=target/sanitize/$1/$2.txt
  if "target/sanitize/$1/control" "$2" >"$out" 2>&1 || ! grep -q "$3" "$out" || ! grep -q "$4" "$out"; then
    cat "$out"
    echo "$2 must be reported as \"$3\" in $4, or all the rest proves nothing" >&2
    return 1
  fi
}

scripts/build.sh
echo "building the library with AddressSanitizer"
(build_library address)
compile address asan control interface threads

# Debian's Rust comes with the source of the standard library, whose locks ThreadSanitizer must see too.
echo "building the library and the standard library with ThreadSanitizer"
(
  unset RUSTC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTDOC RUSTUP_TOOLCHAIN CARGO
  export PATH=/usr/bin:$PATH
  build_library thread -Zbuild-std=std,panic_unwind
)
compile thread tsan control threads

source scripts/sandbox.sh
start_sandbox
export SCENARIOS=$root/tests/scenarios.json
# Nobody's options of another day.
unset LSAN_OPTIONS
# ThreadSanitizer keeps quiet about an access whose history it has forgotten: the longest there is.
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 TSAN_OPTIONS=exitcode=66:history_size=7

run objects address leak "LeakSanitizer: detected memory leaks" pw_ctx_new
run objects address overflow "AddressSanitizer: heap-buffer-overflow" overflow
run objects address unterminated "AddressSanitizer: heap-buffer-overflow" pw_config_set
run target/sanitize/address/interface
run tests/c/threads.sh target/sanitize/address/threads calls 16 500
run tests/c/threads.sh target/sanitize/address/threads forks 4 200

run objects thread race "ThreadSanitizer: data race" pw_config_set
run tests/c/threads.sh target/sanitize/thread/threads calls 16 500
run tests/c/threads.sh target/sanitize/thread/threads forks 4 200
all_ran
echo "sanitize: nothing was reported but the controls"
