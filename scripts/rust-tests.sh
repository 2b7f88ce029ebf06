#!/usr/bin/env bash
# The Rust tests of the library and the sandbox, the fault matrix among them. ONLY=word runs those whose name has the word.
#   rust-tests.sh [short]     without what takes long: the fault matrix
#   rust-tests.sh peers       those with real servers and proxies: three minutes at most
set -euo pipefail
cd "$(dirname "$0")/.."

part=rust what=() limited=() options=()
case "${1:-}" in
  short) options=(--skip the_matrix) ;;
  # They wait more than they compute.
  peers) part=peers what=(--test peers) limited=(timeout --signal=KILL 180) options=(--test-threads=6) ;;
esac
mkdir -p target
log=target/$part-tests.log
status=0
tests=(cargo test --workspace --locked --quiet "${what[@]}")
"${tests[@]}" --no-run
"${limited[@]}" "${tests[@]}" --no-fail-fast -- ${ONLY:+"$ONLY"} "${options[@]}" 2>&1 | tee "$log" || status=$?
[ "$status" -ne 137 ] || echo "$part: not done after three minutes" >&2
grep -qE '^test result: .* [1-9][0-9]* passed|^test result: FAILED' "$log" || {
  [ "$status" -ne 0 ] || echo "$part: no test has '${ONLY-}' in its name" >&2
  status=1
}
if [ "$status" -ne 0 ]; then
  # The lists behind "failures:", one name a line.
  sed -nE "s/^    ([a-z_0-9:]+)\$/only this test: make test-$part ONLY=\1/p" "$log" | sort -u >&2
fi
exit "$status"
