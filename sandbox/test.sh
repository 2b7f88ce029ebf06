#!/usr/bin/env bash
# Tests the sandbox as people and tools use it: its pages in Chromium and Firefox, and its OpenAPI description with
# schemathesis. Assumes that `cargo build --release` ran.
#   test.sh                 ONLY=word runs only the steps whose name has the word
#   test.sh pages WORD      only the tests of the pages whose name has the word
#   test.sh screenshots     makes docs/images again
#   PAYWALL_TARGET          where paywall-sandbox is (default: target/release of this repository)
set -euo pipefail
cd "$(dirname "$0")/.."

part=sandbox
source scripts/steps.sh
source scripts/once.sh

work=$PWD/target/sandbox-tests
export SANDBOX=${PAYWALL_TARGET:-$PWD/target/release}/paywall-sandbox NODE_MODULES=$work
# No screenshot of README.md is larger, in KiB.
largest_image=150
schemathesis=4.32.5

for tool in node npm chromium firefox-esr python3 curl pngquant; do
  command -v "$tool" >/dev/null || { echo "missing: $tool (scripts/setup.sh sandbox installs it)" >&2; exit 1; }
done
mkdir -p "$work/home"

install_modules() {
  cp sandbox/tests/browser/package.json "$work/"
  (cd "$work" && npm install --silent --no-audit --no-fund --no-package-lock)
}
install_schemathesis() {
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$schemathesis"
}

# Browsers write to their user's home.
in_node() { HOME=$work/home timeout --kill-after=10 900 node "$@"; }
pages() { # [WORD]
  once "$work/node_modules/.package-lock.json" install_modules sandbox/tests/browser/package.json
  in_node --test --test-reporter=spec ${1:+--test-name-pattern="$1"} sandbox/tests/browser/pages.test.mjs
}
screenshots() {
  once "$work/node_modules/.package-lock.json" install_modules sandbox/tests/browser/package.json
  in_node sandbox/tests/browser/screenshots.mjs docs/images
  pngquant --force --ext .png --skip-if-larger 128 docs/images/*.png
}

# The description, held against what the sandbox does.
description() {
  local status=0 ready pid
  once "$work/venv/bin/schemathesis" install_schemathesis sandbox/tests/schemathesis.toml
  rm -f "$work/ready"
  mkfifo "$work/ready"
  "$SANDBOX" --cooldown-ms 0 >"$work/ready" &
  pid=$!
  read -r -t 30 ready <"$work/ready" || { kill "$pid"; echo "the sandbox did not start" >&2; return 1; }
  ready=$(sed -n 's/.*"http":"\([^"]*\)".*/\1/p' <<<"$ready")
  # A request is in the journal, and an operation is open, so that there is something to look at.
  curl --silent --fail --output /dev/null -X POST "$ready/__sandbox/operation"
  curl --silent --output /dev/null -X POST "$ready/api/paywall/masterpass/otp/resend"
  (cd "$work" && timeout --kill-after=10 600 venv/bin/schemathesis --no-color \
    --config-file "$OLDPWD/sandbox/tests/schemathesis.toml" run "$ready/__sandbox/openapi.json" \
    --phases examples,coverage,fuzzing) >"$work/schemathesis.log" 2>&1 || status=$?
  kill "$pid"
  wait "$pid" || true
  [ "$status" -eq 0 ] || cat "$work/schemathesis.log"
  tail -n 1 "$work/schemathesis.log"
  return "$status"
}

# What `make sandbox` says leads to the button; a signal ends it.
make_sandbox() {
  local pid line page address='' status=0
  rm -f "$work/said"
  mkfifo "$work/said"
  scripts/run-sandbox.sh 0 0 >"$work/said" &
  pid=$!
  exec 3<"$work/said"
  while [ -z "$address" ] && read -r -t 300 line <&3; do
    address=$(sed -n 's/^ *Press the button: *//p' <<<"$line")
  done
  # Not through a pipe: a reader that has seen enough would make curl fail.
  page=$(curl --silent --fail "$address") || status=1
  [[ $page == *'id="press"'* ]] || { echo "no button at '$address'" >&2; status=1; }
  kill "$pid"
  wait "$pid" || status=$?
  exec 3<&-
  ! curl --silent --output /dev/null "$address" || { echo "it still runs" >&2; status=1; }
  return "$status"
}

images_are_small() {
  local large
  large=$(find docs/images -name '*.png' -size "+${largest_image}k")
  [ -z "$large" ] || { echo "larger than $largest_image KiB: $large" >&2; return 1; }
  for image in docs/images/*.png; do
    grep -q "images/$(basename "$image"))" README.md sandbox/README.md docs/*.md || { echo "no page shows $image" >&2; return 1; }
  done
}

case "${1:-}" in
  pages) pages "${2:-}" ;;
  screenshots) screenshots ;;
  "")
    run images_are_small
    run make_sandbox
    run description
    run pages
    all_ran
    ;;
  *) echo "usage: test.sh [pages [WORD] | screenshots]" >&2; exit 2 ;;
esac
