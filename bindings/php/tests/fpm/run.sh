#!/usr/bin/env bash
# Real PHP-FPM behind nginx: a page with a client, called 1,000 times by several workers, with PHP-FPM reloaded meanwhile.
# Once with the lines of php.ini that README.md shows, once with its line for ffi.preload in addition, and once through the
# command. Stops everything that it starts.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
package=$(cd "$here/../.." && pwd)
fpm=${PHP_FPM:-php-fpm8.2}
workers=4

work=$(mktemp -d)
# The workers run as another user.
chmod 755 "$work"
pids=()
stop() {
  for pid in "${pids[@]}"; do kill -QUIT "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
    kill -KILL "$pid" 2>/dev/null || true
  done
  [ -z "${sandbox:-}" ] || { kill "$sandbox" && wait "$sandbox"; } 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT

# Deployed as a shop would: the package with the library inside.
mkdir -p "$work/package" "$work/www"
cp -r "$package"/{src,resources,bin,autoload.php,preload.php} "$work/package/"
platform=$(php -r 'require $argv[1]; echo Paywall\Internal\LibraryPaths::platform();' "$work/package/autoload.php")
mkdir -p "$work/package/native/$platform"
cp "$PAYWALL_LIBRARY" "$work/package/native/$platform/libpaywall.so.1"
cp "$here/page.php" "$work/www/page.php"
cp "$PAYWALL_COMMAND" "$work/paywall"
chmod -R a+rX "$work"
unset PAYWALL_LIBRARY

mkfifo "$work/ready"
"$PAYWALL_SANDBOX" >"$work/ready" &
sandbox=$!
read -r -t 30 ready <"$work/ready" || { echo "the sandbox did not start" >&2; exit 1; }
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$ready"; }

# The sandbox's own copy is for its user alone.
install -m 644 "$(member ca_file)" "$work/ca.pem"

port=$(php -r '$s = stream_socket_server("tcp://127.0.0.1:0"); echo substr(strrchr(stream_socket_get_name($s, false), ":"), 1);')
as_root=
[ "$(id -u)" -ne 0 ] || as_root=yes

cat >"$work/fpm.conf" <<CONF
[global]
pid = $work/fpm.pid
error_log = $work/fpm.log
; A reload lets pages that are being made be finished: without it their calls end unknown.
process_control_timeout = 30s
[shop]
${as_root:+user = www-data
group = www-data
listen.owner = www-data}
listen = $work/fpm.sock
pm = static
pm.max_children = $workers
catch_workers_output = yes
env[PAYWALL_BASE_URL] = $(member https)
env[PAYWALL_CA_FILE] = $work/ca.pem
env[PAYWALL_API_KEY] = $(member api_key)
env[PAYWALL_API_CLIENT] = $(member api_client)
env[PAYWALL_COMMAND] = $work/paywall
CONF
cat >"$work/nginx.conf" <<CONF
${as_root:+user www-data;}
worker_processes 1;
pid $work/nginx.pid;
error_log $work/nginx.log;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path $work/body;
  proxy_temp_path $work/proxy;
  fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi;
  scgi_temp_path $work/scgi;
  server {
    listen 127.0.0.1:$port;
    location / {
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $work/www/page.php;
      fastcgi_pass unix:$work/fpm.sock;
      # A page that was begun may have sent: nobody but the shopper repeats it.
      fastcgi_next_upstream off;
      fastcgi_read_timeout 130s;
    }
  }
}
CONF
php "$work/package/bin/paywall-doctor" --header >"$work/paywall-ffi.h"
chmod 644 "$work/paywall-ffi.h"

await() { # FILE
  for _ in $(seq 200); do [ -s "$1" ] && return; sleep 0.05; done
  echo "$1 did not appear" >&2
  exit 1
}
round() { # CALLS RELOADS THROUGH INI…
  local calls=$1 reloads=$2 through=$3 ini=()
  shift 3
  for line in "$@"; do ini+=(-d "$line"); done
  rm -f "$work/fpm.pid"
  "$fpm" --nodaemonize --fpm-config "$work/fpm.conf" "${ini[@]}" &
  local master=$!
  pids+=("$master")
  await "$work/fpm.pid"
  for _ in $(seq 100); do [ -S "$work/fpm.sock" ] && break; sleep 0.05; done
  php "$here/load.php" "http://127.0.0.1:$port/" "$(member http)" "$master" "$calls" "$workers" "$reloads" "$through" || {
    tail -n 20 "$work/fpm.log" "$work/nginx.log"
    exit 1
  }
  kill -QUIT "$master"
  wait "$master" || true
}

nginx -c "$work/nginx.conf" -e "$work/nginx.log"
await "$work/nginx.pid"
pids+=("$(cat "$work/nginx.pid")")

# The lines of README.md, with the places of this run.
ini_block() { # NUMBER
  awk -v want="$1" '/^```ini$/ { n++; on = n == want; next } /^```$/ { on = 0 } on' "$package/README.md" |
    sed -e 's/ *= */=/' -e "s#/srv/shop/vendor/libpaywall/paywall#$work/package#" -e "s#/etc/paywall#$work#"
}
mapfile -t lines < <(ini_block 1 | if [ -n "$as_root" ]; then cat; else grep -v preload_user; fi)
mapfile -t scope < <(ini_block 2)
[ "${#lines[@]}" -ge 3 ] && [ "${#scope[@]}" -eq 1 ] || { echo "README.md does not show the lines of php.ini" >&2; exit 1; }

# Where PHP-FPM is started by root, FFI::load does not serve: the scope comes from ffi.preload or not at all.
round 1000 2 "FFI, ${as_root:+$work/package/native}" "${lines[@]}"
round 1000 2 'FFI, preloaded' "${lines[@]}" "${scope[@]}"
round 200 1 'the command' "${lines[@]}" ffi.enable=0
