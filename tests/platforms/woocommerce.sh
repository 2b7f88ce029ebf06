# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # run.sh sources this
# Sets up WordPress with WooCommerce and the plug-in, as a shop does: unpack, activate. Then the payment code comes in by a
# plug-in of the shop's own.
unzip -q "$repository/target/plugins/woocommerce/paywall-otp.zip" -d "$site/wp-content/plugins"
mkdir -p "$site/wp-content/mu-plugins/payment" "$site/wp-content/uploads"
cp "$repository/bindings/php/plugins/example/SandboxPayment.php" "$site/wp-content/mu-plugins/payment/SandboxPayment.php"
cat >"$site/wp-content/mu-plugins/shop.php" <<'PHP'
<?php
add_filter('paywall_otp_payment', static function () {
    require_once __DIR__ . '/payment/SandboxPayment.php';
    return new Paywall\Example\SandboxPayment(getenv('SANDBOX'));
});
PHP
[ -z "$as_root" ] || chown -R www-data: "$site"
web_locations='location / { try_files $uri $uri/ /index.php?$args; }'
start_web "$site" opcache.enable=1
as_shop() { if [ -n "$as_root" ]; then setpriv --reuid=www-data --regid=www-data --clear-groups "$@"; else "$@"; fi; }
as_shop php -d sendmail_path=/bin/true "$here/woocommerce-setup.php" "$site" "$shop_url" "$db_port"
as_shop php "$here/woocommerce-shop.php" "$site" "$shop_url"
SHOP_FACTS=$(as_shop php "$here/woocommerce-shop.php" "$site" "$shop_url" | tail -n 1)
PLUGIN=$site/wp-content/plugins/paywall-otp
export SHOP_FACTS PLUGIN
complaints() { ! grep -i 'paywall' "$site/wp-content/debug.log" 2>/dev/null; }
