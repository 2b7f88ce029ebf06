#!/usr/bin/env bash
# The commands of the sandbox's README, as they stand there, with the token and the session that the second one gives put
# into the third. They name a port, so this runs in a network of its own: scripts/own-network.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t commands < <(sed -n '/^```sh$/,/^```$/{/^```/d;p}' sandbox/README.md)
[ "${#commands[@]}" -eq 4 ] || { echo "sandbox/README.md: ${#commands[@]} commands, not 4" >&2; exit 1; }

work=$(mktemp -d)
mkfifo "$work/ready"
# Without the shell between, it is the program that is stopped.
bash -c "exec ${commands[0]}" >"$work/ready" &
trap 'kill $!; wait; rm -rf "$work"' EXIT
read -r -t 60 _ <"$work/ready"

operation=$(bash -c "${commands[1]}" 2>/dev/null)
token=$(sed -n 's/.*"otp_token":"\([^"]*\)".*/\1/p' <<<"$operation")
session=$(sed -n 's/.*"session_id":"\([^"]*\)".*/\1/p' <<<"$operation")
answer=${commands[2]/…/$token}
answer=$(bash -c "${answer/…/$session}" 2>/dev/null)
grep -q '"ResponseCode":"5001"' <<<"$answer" || { echo "not resent: $answer" >&2; exit 1; }
journal=$(bash -c "${commands[3]}" 2>/dev/null)
[ "$(grep -c ' 5001 ' <<<"$journal")" -eq 1 ] || { echo "not one line in the journal: $journal" >&2; exit 1; }
echo "the commands of sandbox/README.md do what it says"
