# shellcheck shell=bash
# Sourced. Parts of the tests that run beside each other need the same things built. `once FILE COMMAND INPUT…` runs the
# command that makes a file, unless it has run since the inputs, files and folders, became what they are; one at a time.

once() {
  local locks lock sum
  locks=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/target/locks
  mkdir -p "$locks"
  exec {lock}>"$locks/$2"
  flock "$lock"
  sum=$(find "${@:3}" -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  if [ ! -e "$1" ] || [ "$(cat "$1.made" 2>/dev/null)" != "$sum" ]; then
    rm -f "$1.made"
    # What it starts must not hold the lock.
    "$2" {lock}>&-
    echo "$sum" >"$1.made"
  fi
  exec {lock}>&-
}
