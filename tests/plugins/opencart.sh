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
# The test makes the database refuse: no statement is in the log.
if grep 'UPDATE oc_paywall' "$work/fpm.log"; then exit 1; fi
if [ "$version" = 4 ]; then
  # OpenCart 4's script makes HTML of what "Test connection" answers, and names and words of others are in it.
  answer=$(curl -sS -X POST "$shop_url/?check&settings%5Bpayment_paywall_ca_file%5D=/%3Cb%3E")
  case $answer in *'<b>'* | *'<\/'*) echo "HTML in: $answer" >&2; exit 1 ;; *'&lt;b&gt;'*) ;; *) echo "not tested: $answer" >&2; exit 1 ;; esac
fi
