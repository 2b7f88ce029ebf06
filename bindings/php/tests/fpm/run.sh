#!/usr/bin/env bash
# Runs real PHP-FPM with nginx in front. Several workers serve a page with a client 1,000 times, and PHP-FPM is reloaded
# meanwhile. This happens once with the lines of php.ini that README.md shows, once with its line for ffi.preload in
# addition, and once through the command. It stops everything that it starts.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
workers=4

pipe=$(mktemp -d)
mkfifo "$pipe/ready"
"$PAYWALL_SANDBOX" >"$pipe/ready" &
sandbox=$!
trap 'kill $sandbox; rm -rf "$pipe"' EXIT
read -r -t 30 ready <"$pipe/ready" || { echo "the sandbox did not start" >&2; exit 1; }
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$ready"; }
PAYWALL_BASE_URL=$(member https) PAYWALL_CA_FILE=$(member ca_file)
PAYWALL_API_KEY=$(member api_key) PAYWALL_API_CLIENT=$(member api_client)

source "$here/serve.sh"
trap 'stop; kill $sandbox; rm -rf "$pipe"' EXIT

round() { # CALLS RELOADS THROUGH INI…
  local calls=$1 reloads=$2 through=$3
  shift 3
  start_fpm "$@"
  php "$here/load.php" "http://127.0.0.1:$port/" "$(member http)" "$master" "$calls" "$workers" "$reloads" "$through" || {
    tail -n 20 "$work/fpm.log" "$work/nginx.log"
    exit 1
  }
  kill -QUIT "$master"
  wait "$master" || true
}

# If root starts PHP-FPM, FFI::load does not work: only ffi.preload can make the scope.
round 1000 2 "FFI, ${as_root:+$work/package/native}" "${lines[@]}"
round 1000 2 'FFI, preloaded' "${lines[@]}" "${scope[@]}"
round 200 1 'the command' "${lines[@]}" ffi.enable=0
