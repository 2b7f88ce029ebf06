#!/usr/bin/env bash
# Tests this package as a wheel in a virtual environment of its own. Also lints the Python programs in tests/hosts,
# bench and packaging, because ruff is installed in that environment. Assumes that `cargo build --release` ran.
#   test.sh [OPTIONS of pytest]
#   ONLY            a word: only the tests whose name contains it
#   PAYWALL_TARGET  where libpaywall.so and paywall-sandbox are (default: target/release of this repository)
#   PYTHON          the Python to test with (default: python3)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
target=${PAYWALL_TARGET:-$repository/target/release}

python=$("$here/wheel.sh")
unset PAYWALL_LIBRARY PYTHONPATH
export PAYWALL_SANDBOX=$target/paywall-sandbox PYTHONDONTWRITEBYTECODE=1
# Each from its own folder, because ruff sorts imports by whether a module is in the folder that it runs in.
for folder in "$here" "$repository/tests/hosts" "$repository/bench" "$repository/packaging"; do
  cd "$folder"
  "$python" -m ruff check --no-cache --config "$here/pyproject.toml" .
  "$python" -m ruff format --no-cache --check --config "$here/pyproject.toml" .
done
cd "$here"
"$python" -m pytest ${ONLY:+-k "$ONLY"} "$@"
