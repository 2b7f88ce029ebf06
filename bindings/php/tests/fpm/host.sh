#!/usr/bin/env bash
# Serves page.php until a signal comes, with as many workers as the argument says. When it is ready, it prints the port and
# the process id of PHP-FPM's master.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
workers=$1

source "$here/serve.sh"
start_fpm "${lines[@]}"
echo "$port $master"
wait "$master"
