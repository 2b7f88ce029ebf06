# shellcheck shell=bash disable=SC2034 # the sourcer uses what is set here
# A script that needs a shop's servers sources this: MariaDB, PHP-FPM and nginx, each with free ports and files of its own in
# $work. What was started is stopped, and $work removed, when the script ends.
#   start_sandbox [FLAGS…]   sets sandbox_http, sandbox_https, sandbox_ca, sandbox_key and sandbox_client
#   start_database           sets db_port; the user root needs no password
#   sql STATEMENT            runs it in the database `shop`
#   start_web FOLDER INI…    serves the folder at $shop_url; $web_locations are further lines for nginx
#
# PAYWALL_PLUGINS is the folder with the archives that packaging/php.sh has made (target/plugins).
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
archives=${PAYWALL_PLUGINS:-$repository/target/plugins}
target=${PAYWALL_TARGET:-$repository/target/release}
target=$(cd "$target" && pwd)
work=$(mktemp -d)
# The servers run as other users.
chmod 755 "$work"
pids=()
stop_stack() {
  local pid
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do
    for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
    kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap stop_stack EXIT
trap 'exit 143' TERM INT

as_root=
[ "$(id -u)" -ne 0 ] || as_root=yes
free_port() { php -r '$s = stream_socket_server("tcp://127.0.0.1:0"); echo substr(strrchr(stream_socket_get_name($s, false), ":"), 1);'; }
await_that() { # WHAT COMMAND…
  local what=$1
  shift
  for _ in $(seq 1200); do "$@" >/dev/null 2>&1 && return; sleep 0.05; done
  echo "$what did not start" >&2
  tail -n 20 "$work"/*.log >&2 || true
  exit 1
}

start_sandbox() {
  local ready
  mkfifo "$work/ready"
  "$target/paywall-sandbox" "$@" >"$work/ready" &
  pids+=("$!")
  read -r -t 30 ready <"$work/ready" || { echo "the sandbox did not start" >&2; exit 1; }
  member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$ready"; }
  sandbox_http=$(member http) sandbox_https=$(member https) sandbox_ca=$work/ca.pem
  sandbox_key=$(member api_key) sandbox_client=$(member api_client)
  # Only the sandbox's user can read its own copy.
  install -m 644 "$(member ca_file)" "$sandbox_ca"
}

start_database() {
  local user=()
  db_port=$(free_port)
  mkdir "$work/db"
  if [ -n "$as_root" ]; then chown www-data: "$work/db"; user=(--user=www-data); fi
  mariadb-install-db --no-defaults "${user[@]}" --datadir="$work/db" --auth-root-authentication-method=normal \
    --skip-test-db >"$work/db-install.log" 2>&1
  mariadbd --no-defaults "${user[@]}" --datadir="$work/db" --socket="$work/db/socket" --port="$db_port" \
    --bind-address=127.0.0.1 --pid-file="$work/db/pid" --innodb-flush-log-at-trx-commit=0 >"$work/db.log" 2>&1 &
  pids+=("$!")
  await_that MariaDB mariadb --no-defaults -uroot -h127.0.0.1 -P"$db_port" -e 'SELECT 1'
  mariadb --no-defaults -uroot -h127.0.0.1 -P"$db_port" -e 'CREATE DATABASE shop CHARACTER SET utf8mb4'
}
sql() { mariadb --no-defaults -N -B -uroot -h127.0.0.1 -P"$db_port" shop -e "$1"; }

web_locations=
start_web() { # FOLDER INI…
  local folder=$1 ini=()
  shift
  for line in "$@"; do ini+=(-d "$line"); done
  web_port=$(free_port)
  shop_url=http://127.0.0.1:$web_port
  cat >"$work/fpm.conf" <<CONF
[global]
error_log = $work/fpm.log
[shop]
${as_root:+user = www-data
group = www-data
listen.owner = www-data}
listen = $work/fpm.sock
pm = static
pm.max_children = 4
catch_workers_output = yes
clear_env = no
; As bindings/php/README.md says.
php_admin_value[ffi.enable] = true
php_admin_value[sendmail_path] = /bin/true
; As bindings/php/plugins/README.md says: the archives are larger than PHP's defaults.
php_admin_value[upload_max_filesize] = 32M
php_admin_value[post_max_size] = 32M
CONF
  cat >"$work/nginx.conf" <<CONF
${as_root:+user www-data;}
worker_processes 1;
daemon off;
pid $work/nginx.pid;
error_log $work/nginx.log;
events { worker_connections 256; }
http {
  include /etc/nginx/mime.types;
  access_log off;
  client_body_temp_path $work/body;
  proxy_temp_path $work/proxy;
  fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi;
  scgi_temp_path $work/scgi;
  client_max_body_size 32m;
  server {
    listen 127.0.0.1:$web_port;
    root $folder;
    index index.php;
    $web_locations
    location ~ \.php(/|$) {
      include /etc/nginx/fastcgi_params;
      # Debian's parameters leave the port out.
      fastcgi_param HTTP_HOST 127.0.0.1:$web_port;
      fastcgi_split_path_info ^(.+?\.php)(/.*)$;
      fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
      fastcgi_param PATH_INFO \$fastcgi_path_info;
      fastcgi_pass unix:$work/fpm.sock;
      fastcgi_next_upstream off;
      fastcgi_read_timeout 130s;
    }
  }
}
CONF
  php-fpm8.2 --nodaemonize --fpm-config "$work/fpm.conf" "${ini[@]}" &
  FPM_PID=$!
  export FPM_PID
  pids+=("$FPM_PID")
  await_that PHP-FPM test -S "$work/fpm.sock"
  nginx -c "$work/nginx.conf" -e "$work/nginx.log" &
  pids+=("$!")
  await_that nginx test -s "$work/nginx.pid"
}
