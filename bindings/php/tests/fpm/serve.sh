# shellcheck shell=bash disable=SC2154 # the sourcer sets here and workers
# A script that needs PHP-FPM with nginx in front sources this. It deploys a shop with the package and page.php in $work and
# starts nginx. PAYWALL_BASE_URL and PAYWALL_CA_FILE name the service. `start_fpm INI…` starts $workers workers and sets
# $master to the process id of their master. When the script ends, everything is stopped and removed.
package=$(cd "$here/../.." && pwd)
fpm=${PHP_FPM:-php-fpm8.2}

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
  rm -rf "$work"
}
trap stop EXIT
# With this a signal also runs the trap above.
trap 'exit 143' TERM INT

# As a shop deploys it: the package with the library inside.
mkdir -p "$work/package" "$work/www"
cp -r "$package"/{src,resources,bin,autoload.php,preload.php} "$work/package/"
platform=$(php -r 'require $argv[1]; echo Paywall\Internal\LibraryPaths::platform();' "$work/package/autoload.php")
mkdir -p "$work/package/native/$platform"
cp "$PAYWALL_LIBRARY" "$work/package/native/$platform/libpaywall.so.1"
cp "$here/page.php" "$work/www/page.php"
cp "$PAYWALL_COMMAND" "$work/paywall"
chmod -R a+rX "$work"
unset PAYWALL_LIBRARY

# Only the sandbox's user can read its own copy.
install -m 644 "$PAYWALL_CA_FILE" "$work/ca.pem"

port=$(php -r '$s = stream_socket_server("tcp://127.0.0.1:0"); echo substr(strrchr(stream_socket_get_name($s, false), ":"), 1);')
as_root=
[ "$(id -u)" -ne 0 ] || as_root=yes

cat >"$work/fpm.conf" <<CONF
[global]
pid = $work/fpm.pid
error_log = $work/fpm.log
; With this, a reload waits for the pages under way. Without it, the outcome of their calls is lost.
process_control_timeout = 30s
[shop]
${as_root:+user = www-data
group = www-data
listen.owner = www-data}
listen = $work/fpm.sock
pm = static
pm.max_children = $workers
catch_workers_output = yes
env[PAYWALL_BASE_URL] = $PAYWALL_BASE_URL
env[PAYWALL_CA_FILE] = $work/ca.pem
env[PAYWALL_API_KEY] = $PAYWALL_API_KEY
env[PAYWALL_API_CLIENT] = $PAYWALL_API_CLIENT
env[PAYWALL_TIMEOUT_MS] = ${PAYWALL_TIMEOUT_MS:-20000}
env[PAYWALL_COMMAND] = $work/paywall
env[PAYWALL_TEST_PAGE] = yes
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
      # A page that has begun may have sent its request: only the shopper may repeat it.
      fastcgi_next_upstream off;
      fastcgi_read_timeout 130s;
    }
  }
}
CONF
php "$work/package/bin/paywall-doctor" --header >"$work/paywall-ffi.h"
chmod 644 "$work/paywall-ffi.h"

await() { # FILE
  for _ in $(seq 1200); do [ -s "$1" ] && return; sleep 0.05; done
  echo "$1 did not appear" >&2
  exit 1
}
start_fpm() { # INI…
  local ini=()
  for line in "$@"; do ini+=(-d "$line"); done
  rm -f "$work/fpm.pid"
  "$fpm" --nodaemonize --fpm-config "$work/fpm.conf" "${ini[@]}" &
  master=$!
  pids+=("$master")
  await "$work/fpm.pid"
  for _ in $(seq 1200); do [ -S "$work/fpm.sock" ] && break; sleep 0.05; done
}

# An older nginx does not know this option, and says what it cannot write to its own log.
early_log=()
[[ $(nginx -h 2>&1) != *"-e filename"* ]] || early_log=(-e "$work/nginx.log")
nginx -c "$work/nginx.conf" "${early_log[@]}"
await "$work/nginx.pid"
pids+=("$(cat "$work/nginx.pid")")

# The lines of README.md, with the paths of this run.
ini_block() { # NUMBER
  awk -v want="$1" '/^```ini$/ { n++; on = n == want; next } /^```$/ { on = 0 } on' "$package/README.md" |
    sed -e 's/ *= */=/' -e "s#/srv/shop/vendor/libpaywall/paywall#$work/package#" -e "s#/etc/paywall#$work#"
}
mapfile -t lines < <(ini_block 1 | if [ -n "$as_root" ]; then cat; else grep -v preload_user; fi)
mapfile -t scope < <(ini_block 2)
[ "${#lines[@]}" -ge 3 ] && [ "${#scope[@]}" -eq 1 ] || { echo "README.md does not show the lines of php.ini" >&2; exit 1; }
