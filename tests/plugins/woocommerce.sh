#!/usr/bin/env bash
# The plug-in for WooCommerce in Debian's WordPress, with a stand-in for WooCommerce: two shops on one database server.
set -Eeuo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/../platforms/stack.sh"

start_sandbox
start_database
site=$work/site
cp -rL /usr/share/wordpress "$site"
rm -rf "$site/wp-config.php" "$site/wp-content/plugins"
mkdir -p "$site/wp-content/plugins/woocommerce" "$site/wp-content/mu-plugins/payment" "$site/wp-content/languages"
unzip -q "$archives/woocommerce/paywall-otp.zip" -d "$site/wp-content/plugins"
cp "$here/woocommerce-stand-in.php" "$site/wp-content/plugins/woocommerce/woocommerce.php"
cp "$here/payment.php" "$repository/bindings/php/plugins/example/SandboxPayment.php" "$site/wp-content/mu-plugins/payment/"
cat >"$site/wp-content/mu-plugins/shop.php" <<'PHP'
<?php
add_filter('paywall_otp_payment', static function () {
    return require __DIR__ . '/payment/payment.php';
});
add_filter('locale', static function (): string {
    return 'tr_TR';
});
PHP
[ -z "$as_root" ] || chown -R www-data: "$site"
export PAYWALL_BASE_URL=$sandbox_https PAYWALL_CA_FILE=$sandbox_ca PAYWALL_API_KEY=$sandbox_key PAYWALL_API_CLIENT=$sandbox_client
start_web "$site"
as_shop() { if [ -n "$as_root" ]; then setpriv --reuid=www-data --regid=www-data --clear-groups "$@"; else "$@"; fi; }
as_shop php -d sendmail_path=/bin/true "$here/../platforms/woocommerce-setup.php" "$site" "$shop_url" "$db_port"
as_shop php "$here/../platforms/woocommerce-shop.php" "$site" "$shop_url"
php "$here/two-shops.php" "$db_port" | grep '^two shops:'
php "$here/button.php" "$shop_url" "$sandbox_http" wp_ "$db_port" tr processing on-hold
# The test makes the database refuse: that is there, and no statement.
problems=$(grep -hi '\] PHP [A-Z].*paywall' "$site/wp-content/debug.log" | grep -v 'DatabaseRefused: the database refused' || true
  grep -h 'UPDATE wp_paywall' "$work/fpm.log" "$site/wp-content/debug.log" || true)
[ -z "$problems" ] || { echo "$problems" >&2; exit 1; }
