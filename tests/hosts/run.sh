#!/usr/bin/env bash
# Real hosts under load while the sandbox is restarted, also by SIGKILL, and they are reloaded: every call is accounted for.
#   run.sh [--seconds N] [--seed N]        PHP-FPM, gunicorn, Mono and a till, each for N seconds (60)
#   run.sh soak [--seconds N] [--seed N]   all of them, and a C program of many threads and forks, together
# The seed decides which faults are injected, and when what is restarted; without it there is a new one.
set -euo pipefail
cd "$(dirname "$0")/../.."

hosts=(php-fpm gunicorn mono till)
if [ "${1:-}" = soak ]; then
  shift
  hosts=(--together "${hosts[@]}" c)
fi

scripts/build.sh
shared=$(dirname "$(scripts/build-till.sh)")
bindings/python/wheel.sh >/dev/null
bindings/dotnet/test.sh build
out=target/c-tests
mkdir -p "$out"
cc -std=c11 -Wall -Wextra -Werror -pedantic -O2 -Iinclude tests/hosts/soak.c -o "$out/soak" \
  -L"$shared" -lpaywall -lpthread -Wl,-rpath,"$shared"

# A network of our own: no other program gets one of the sandbox's ports while it is away.
export PYTHONDONTWRITEBYTECODE=1
exec scripts/own-network.sh python3 tests/hosts/main.py "$@" "${hosts[@]}"
