#!/usr/bin/env bash
# Format, clippy, shellcheck, and what the library is made of.
set -euo pipefail
cd "$(dirname "$0")/.."

part=lint
source scripts/steps.sh

shellcheck_scripts() { git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck --severity=warning; }
# Headers that are generated, and those of a release, stay as they are.
clang_format_sources() {
  git ls-files -z '*.c' '*.h' '*.cpp' '*.hpp' ':!include' ':!tests/abi' ':!bindings/php/resources' |
    xargs -0 clang-format-14 --dry-run --Werror
}

run cargo fmt --all --check
run cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
run cargo clippy --locked --quiet --test peers -- -D warnings
run shellcheck_scripts
run clang_format_sources
run scripts/supply-chain.sh
run scripts/supply-chain.sh rehearse
all_ran
