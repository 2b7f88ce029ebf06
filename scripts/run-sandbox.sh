#!/usr/bin/env bash
# Starts the sandbox in the foreground, and says in words where to look at it.
#   run-sandbox.sh PORT TLS-PORT [FLAGS…]    0 lets the system pick a port
set -euo pipefail
cd "$(dirname "$0")/.."

echo "building the sandbox: a minute or two the first time"
cargo build --release --quiet --locked -p paywall-sandbox

member() { sed -n "s/.*\"$2\":\"\([^\"]*\)\".*/\1/p" <<<"$1"; }

folder=$(mktemp -d)
mkfifo "$folder/ready"
target/release/paywall-sandbox --port "$1" --tls-port "$2" "${@:3}" >"$folder/ready" &
sandbox=$!
# Ctrl-C goes to both; the sandbox ends by itself, and this waits for that.
trap 'kill "$sandbox" 2>/dev/null || true' TERM INT
trap 'rm -rf "$folder"' EXIT
read -r -t 30 ready <"$folder/ready" || { echo "the sandbox did not start; PORT=… and TLS_PORT=… choose other ports" >&2; exit 1; }
http=$(member "$ready" http)
cat <<TEXT

  Press the button:   $http/shop
  See what happens:   $http/

  For your program:   PAYWALL_BASE_URL=$(member "$ready" https)
                      PAYWALL_CA_FILE=$(member "$ready" ca_file)
                      PAYWALL_API_KEY=$(member "$ready" api_key)
                      PAYWALL_API_CLIENT=$(member "$ready" api_client)

  It listens on this machine only, and sends nothing to anybody. Ctrl-C stops it.

TEXT
# A signal ends the first wait before the sandbox has ended.
status=0
wait "$sandbox" || status=$?
! kill -0 "$sandbox" 2>/dev/null || wait "$sandbox" || status=$?
[ "$status" -le 128 ] || status=0
exit "$status"
