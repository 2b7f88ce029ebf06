#!/usr/bin/env bash
# Asks a web server for every file of every archive, as anybody can: PHP-FPM behind nginx, which knows no .htaccess, and behind
# Apache. Nothing may happen: no PHP file prints a byte, and no call is made, although the credentials are in the environment.
set -Eeuo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/../platforms/stack.sh"

start_sandbox
export PAYWALL_BASE_URL=$sandbox_https PAYWALL_CA_FILE=$sandbox_ca PAYWALL_API_KEY=$sandbox_key PAYWALL_API_CLIENT=$sandbox_client
www=$work/www
mkdir "$www"
for archive in "$archives"/{php,woocommerce,opencart3,opencart4}/*.zip; do
  unzip -q "$archive" -d "$www/$(basename "$(dirname "$archive")")"
  # What is in no archive: what only developers need.
  if unzip -l "$archive" | grep -E '/(tests|bench|examples?)/'; then echo "$archive has more than a shop needs" >&2; exit 1; fi
done
# And who copies the sources, all of them.
mkdir "$www/sources"
(cd "$repository" && cp -r --parents bindings/php bench/php tests/plugins tests/platforms packaging/tests "$www/sources/")
chmod -R a+rX "$work/www"
start_web "$www" display_errors=1 error_reporting=-1 html_errors=0

apache_port=$(free_port)
cat >"$work/apache.conf" <<CONF
ServerRoot /etc/apache2
ServerName 127.0.0.1
Listen 127.0.0.1:$apache_port
PidFile $work/apache.pid
ErrorLog $work/apache.log
${as_root:+User www-data
Group www-data}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_fcgi_module /usr/lib/apache2/modules/mod_proxy_fcgi.so
TypesConfig /etc/mime.types
DocumentRoot $www
<Directory $www>
  AllowOverride All
  Require all granted
</Directory>
<FilesMatch "\.php$">
  SetHandler "proxy:unix:$work/fpm.sock|fcgi://localhost"
</FilesMatch>
CONF
apache2 -X -f "$work/apache.conf" &
pids+=("$!")
await_that Apache test -s "$work/apache.pid"

php "$here/web.php" "$www" "$shop_url" "http://127.0.0.1:$apache_port" "$sandbox_http"
