#!/usr/bin/env bash
# Tests this package as a wheel in a virtual environment of its own. Assumes that `cargo build --release` ran.
#   test.sh [OPTIONS of pytest]
#   ONLY            a word: only the tests whose name has it
#   PAYWALL_TARGET  where libpaywall.so and paywall-sandbox are (default: target/release of this repository)
#   PYTHON          the Python to test with (default: python3)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
target=${PAYWALL_TARGET:-$repository/target/release}

python=$("$here/wheel.sh")
cd "$here"
unset PAYWALL_LIBRARY PYTHONPATH
export PAYWALL_SANDBOX=$target/paywall-sandbox PYTHONDONTWRITEBYTECODE=1
"$python" -m ruff check --no-cache .
"$python" -m ruff format --no-cache --check .
"$python" -m pytest ${ONLY:+-k "$ONLY"} "$@"
