#!/usr/bin/env bash
# The Rust tests of the library and the sandbox, the fault matrix among them. ONLY=word runs those whose name has the word.
#   rust-tests.sh [short]     without what takes long: the fault matrix
set -euo pipefail
cd "$(dirname "$0")/.."

skip=()
[ "${1:-}" != short ] || skip=(--skip the_matrix)
mkdir -p target
log=target/rust-tests.log
status=0
cargo test --workspace --locked --quiet --no-fail-fast -- ${ONLY:+"$ONLY"} "${skip[@]}" 2>&1 | tee "$log" || status=$?
grep -qE '^test result: .* [1-9][0-9]* passed|^test result: FAILED' "$log" || {
  [ "$status" -ne 0 ] || echo "rust: no test has '${ONLY-}' in its name" >&2
  status=1
}
if [ "$status" -ne 0 ]; then
  # The lists behind "failures:", one name a line.
  sed -nE 's/^    ([a-z_0-9:]+)$/only this test: make test-rust ONLY=\1/p' "$log" | sort -u >&2
fi
exit "$status"
