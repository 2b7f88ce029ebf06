#!/usr/bin/env bash
# Runs a program made of tests/c/threads.c, and compares what it sent with what the sandbox received: not one request
# less or more.
#   threads.sh PROGRAM… calls THREADS CALLS | forks THREADS FORKS [SEED] | clones 1 CLONES
# The last words are the program's arguments; what stands before it, such as valgrind, runs it.
set -euo pipefail
cd "$(dirname "$0")/../.."

source scripts/sandbox.sh
start_sandbox --cooldown-ms 0 --limit 1000000
export PAYWALL_BASE_URL=${SANDBOX_HTTPS/localhost/127.0.0.1} OPERATIONS=$sandbox_folder/operations

for _ in {1..64}; do
  operation=$(ask_sandbox POST /__sandbox/operation)
  echo "$(member "$operation" otp_token) $(member "$operation" session_id)"
done >"$OPERATIONS"

"$@" | tee "$sandbox_folder/printed"
sent=$(sed -n 's/^requests //p' "$sandbox_folder/printed")
received=$(ask_sandbox GET /__sandbox/stats | sed -n 's/.*"requests":\([0-9]*\).*/\1/p')
[ -n "$sent" ] && [ "$sent" = "$received" ] || {
  echo "threads: $sent requests were sent, and $received received" >&2
  exit 1
}
echo "threads: each of the $received requests was received once"
