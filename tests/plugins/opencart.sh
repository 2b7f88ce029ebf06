#!/usr/bin/env bash
# An extension for OpenCart in a stand-in for OpenCart: opencart.sh 3|4
set -Eeuo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=${1:?"usage: opencart.sh 3|4"}
source "$here/../platforms/stack.sh"

start_sandbox
start_database
site=$work/site
mkdir -p "$site/storage/paywall"
archive=$archives/opencart$version/paywall.ocmod.zip
if [ "$version" = 3 ]; then
  touch "$site/three"
  unzip -q "$archive" -d "$work/archive"
  cp -r "$work"/archive/upload/* "$site/"
else
  mkdir "$site/extension"
  unzip -q "$archive" -d "$site/extension/paywall"
fi
cp "$here/opencart-stand-in.php" "$site/index.php"
cp "$here/payment.php" "$repository/bindings/php/plugins/example/SandboxPayment.php" "$site/storage/paywall/"
chmod -R a+rX "$site"
export PAYWALL_BASE_URL=$sandbox_https PAYWALL_CA_FILE=$sandbox_ca PAYWALL_API_KEY=$sandbox_key PAYWALL_API_CLIENT=$sandbox_client
export DB_PORT=$db_port
start_web "$site" display_errors=1
php -r 'echo file_get_contents($argv[1]);' "$shop_url/?install"
php "$here/button.php" "$shop_url" "$sandbox_http" oc_ "$db_port" tr 5 1
