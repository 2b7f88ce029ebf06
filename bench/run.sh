#!/usr/bin/env bash
# Measures libpaywall beside its peers; the top of bench/run.py says how it is called.
set -euo pipefail
cd "$(dirname "$0")/.."

# Measured is what packages deliver: it has a standard library of its own, without backtraces.
packaging/natives.sh linux-x64 >/dev/null
# It makes networks of its own.
before=()
[ "$(id -u)" -eq 0 ] || before=(unshare --user --map-current-user --keep-caps)
PYTHONDONTWRITEBYTECODE=1 exec "${before[@]}" python3 bench/run.py "$@"
