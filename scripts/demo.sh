#!/usr/bin/env bash
# The demonstration: a till written in C resends a one-time password over https, against the embedded sandbox.
#
# Calls the till program of $TILL (a command); without it, builds one here. Stops everything that it starts. Exits with
# 1 where a call did not end as it should, or did not send exactly one request.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "building the library and the sandbox: a minute or two the first time"
scripts/build.sh
if [ -z "${TILL:-}" ]; then
  TILL=$(scripts/build-till.sh)
fi

source scripts/sandbox.sh
start_sandbox
export PAYWALL_BASE_URL=$SANDBOX_HTTPS PAYWALL_TIMEOUT_MS=10000
work=$sandbox_folder

failed=0
ids=()
call() { # TITLE EXPECTED-STATUS ARGUMENTS…
  local title=$1 expected=$2 status=0
  shift 2
  printf '\n== %s\n' "$title"
  "$TILL" "$@" >"$work/out" || status=$?
  tr -d '\r' <"$work/out" >"$work/printed"
  cat "$work/printed"
  if [ "$status" -ne "$expected" ]; then
    echo "EXPECTED status $expected, got $status"
    failed=1
  fi
}
printed() { sed -n "s/^  $1 *//p" "$work/printed"; }
resend() {
  call "$@"
  ids+=("$(printed 'request id')")
}

echo "sandbox: $PAYWALL_BASE_URL"
operation=$(ask_sandbox POST /__sandbox/operation)
token=$(member "$operation" otp_token)
session=$(member "$operation" session_id)

call "Is the service there?" 0 check
resend "The customer presses: send the code again" 0 "$token" "$session"
token=$(printed 'next token')
session=$(printed 'next session')
resend "... and at once presses again" 1 "$token" "$session"
resend "The code is sent, but the answer gets lost on the way back" 3 sbx_reset_after "$session"
resend "The request gets lost: nobody can tell the difference" 3 sbx_reset_before "$session"

printf '\n== What the sandbox received: one request for each call\n'
ask_sandbox GET '/__sandbox/requests?format=text'
for id in "${ids[@]}"; do
  requests=$(ask_sandbox GET "/__sandbox/requests?request_id=$id" | { grep -o '"request_id":' || true; } | wc -l)
  if [ -z "$id" ] || [ "$requests" -ne 1 ]; then
    echo "EXPECTED one request with the id '$id', found $requests"
    failed=1
  fi
done
printf '\n== The text messages that it "sent"\n'
ask_sandbox GET '/__sandbox/sms?format=text'
printf '\n== Look at it, and press the button yourself\n'
echo "make sandbox, then open http://127.0.0.1:8080/shop"
exit "$failed"
