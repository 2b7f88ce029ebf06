# shellcheck shell=bash
# Sourced by scripts that need the sandbox. `start_sandbox [FLAGS…]` starts it on free ports, waits until it is ready,
# and exports what a client needs; it is stopped, and its files removed, when the script ends. With SANDBOX_KEEP it has the
# certificate of that folder.

sandbox_pid=
sandbox_folder=

stop_sandbox() {
  [ -z "$sandbox_pid" ] || { kill "$sandbox_pid" 2>/dev/null && wait "$sandbox_pid" 2>/dev/null; } || true
  rm -rf "$sandbox_folder"
}

# The text of a member of a flat JSON object.
member() { sed -n "s/.*\"$2\":\"\([^\"]*\)\".*/\1/p" <<<"$1"; }

start_sandbox() {
  # Whatever the caller has set for another server.
  unset "${!PAYWALL_@}"
  sandbox_folder=$(mktemp -d)
  trap stop_sandbox EXIT
  # The sandbox says in one line where it is; a pipe wakes us when it does.
  mkfifo "$sandbox_folder/ready"
  target/release/paywall-sandbox ${SANDBOX_KEEP:+--keep "$SANDBOX_KEEP"} "$@" >"$sandbox_folder/ready" &
  sandbox_pid=$!
  read -r -t 30 SANDBOX_READY <"$sandbox_folder/ready" || { echo "the sandbox did not start" >&2; exit 1; }
  SANDBOX_HTTP=$(member "$SANDBOX_READY" http)
  SANDBOX_HTTPS=$(member "$SANDBOX_READY" https)
  PAYWALL_CA_FILE=$(member "$SANDBOX_READY" ca_file)
  PAYWALL_API_KEY=$(member "$SANDBOX_READY" api_key)
  PAYWALL_API_CLIENT=$(member "$SANDBOX_READY" api_client)
  export SANDBOX_READY SANDBOX_HTTP SANDBOX_HTTPS PAYWALL_CA_FILE PAYWALL_API_KEY PAYWALL_API_CLIENT
}

# One request to the sandbox's own endpoints, without curl: bash can open a connection.
ask_sandbox() { # METHOD PATH
  local address=${SANDBOX_HTTP#http://}
  exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
  printf '%s %s HTTP/1.0\r\nHost: %s\r\nContent-Length: 0\r\n\r\n' "$1" "$2" "$address" >&3
  sed '1,/^\r$/d' <&3
  exec 3<&-
}
