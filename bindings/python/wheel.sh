#!/usr/bin/env bash
# Builds this package as a wheel, installs it in a virtual environment of its own, and prints that environment's Python.
# Assumes that `cargo build --release` ran. test.sh lists the environment variables.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
target=${PAYWALL_TARGET:-$repository/target/release}
work=$repository/target/python

for file in "$target/libpaywall.so" "$target/paywall-sandbox"; do
  [ -f "$file" ] || { echo "missing: $file (cargo build --release --workspace)" >&2; exit 1; }
done
for program in cc "${PYTHON:-python3}"; do
  command -v "$program" >/dev/null || { echo "missing: $program" >&2; exit 1; }
done

source "$repository/scripts/once.sh"
python=$work/venv/bin/python

# Keeps a finished environment as long as a new one would be the same.
stamp=$work/stamp
wanted=$("${PYTHON:-python3}" -VV; echo "$work"; cat "$here/requirements-test.txt")
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] || rm -f "$python"

make_wheel() {
  if [ ! -e "$python" ]; then
    rm -rf "$work"
    mkdir -p "$work"
    "${PYTHON:-python3}" -m venv "$work/venv" || { echo "missing: python3-venv" >&2; exit 1; }
    "$python" -m pip install --quiet --requirement "$here/requirements-test.txt"
    printf '%s' "$wanted" >"$stamp"
  fi

  # Builds from a copy, because building leaves files of its own beside the sources.
  rm -rf "$work/source" "$work/dist"
  mkdir "$work/source"
  cp -R "$here/src" "$here/pyproject.toml" "$here/setup.py" "$here/README.md" "$work/source"
  unset PAYWALL_LIBRARY PYTHONPATH
  PAYWALL_BUNDLE=$target/libpaywall.so "$python" -m build --wheel --no-isolation --outdir "$work/dist" "$work/source" \
    >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; exit 1; }
  "$python" -m pip install --quiet --no-index --no-deps --force-reinstall "$work"/dist/paywall-*.whl
}

once "$python" make_wheel "$here"/{src,pyproject.toml,setup.py,README.md,requirements-test.txt,wheel.sh} "$target/libpaywall.so"
echo "$python"
