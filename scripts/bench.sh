#!/usr/bin/env bash
# Measures libpaywall beside its peers; the top of bench/run.py says how it is called.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHONDONTWRITEBYTECODE=1 exec python3 bench/run.py "$@"
