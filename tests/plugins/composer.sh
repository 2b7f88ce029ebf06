#!/usr/bin/env bash
# "From an empty folder to the first call" of bindings/php/README.md: both ways with Composer, against the sandbox.
set -Eeuo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/../platforms/stack.sh"

start_sandbox
export PAYWALL_BASE_URL=$sandbox_https PAYWALL_CA_FILE=$sandbox_ca PAYWALL_API_KEY=$sandbox_key PAYWALL_API_CLIENT=$sandbox_client
export COMPOSER_HOME=$work/home COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_DISABLE_NETWORK=1
# Nothing else is looked for, and nobody is asked.
composer --quiet config --global repositories.packagist false
readme=$repository/bindings/php/README.md

# The README names the folder where the archive or the package was put.
steps() { sed -n "/^<!-- $1 -->\$/,/^\`\`\`\$/{/^\`\`\`sh\$/,/^\`\`\`\$/p}" "$readme" | grep -v '^```'; }
first_call() { # NAME FOLDER-OF-THE-README FOLDER
  mkdir "$work/$1"
  cd "$work/$1"
  local lines
  lines=$(steps "$1")
  [ -n "$lines" ] || { echo "the README has no steps for $1" >&2; exit 1; }
  bash -euc "${lines//$2/$3}" >"$work/$1.log" 2>&1 || { cat "$work/$1.log" >&2; exit 1; }
  # The first program of the README.
  sed -n '/^```php$/,/^```$/{/^```/d;p};/^```$/q' "$readme" >first.php
  local printed
  printed=$(php -d ffi.enable=1 first.php)
  [ "$printed" = verify_otp ] || { echo "$1: the first call failed: $printed" >&2; exit 1; }
  echo "$1: the first call works"
}
first_call artifact /srv/packages "$repository/target/plugins/php"
# The path's own library comes from PAYWALL_LIBRARY.
export PAYWALL_LIBRARY=$target/libpaywall.so
first_call path /srv/libpaywall "$repository"
