# shellcheck shell=bash disable=SC2154 # opencart3.sh and opencart4.sh source this
# What both versions of OpenCart need.
opencart_site() {
  cp "$site/config-dist.php" "$site/config.php"
  cp "$site/config-dist.php" "$site/admin/config.php"
  mkdir -p "$site/system/storage/paywall"
  cp "$repository/bindings/php/plugins/example/SandboxPayment.php" "$site/system/storage/paywall/SandboxPayment.php"
  cat >"$site/system/storage/paywall/payment.php" <<'PHP'
<?php
require_once __DIR__ . '/SandboxPayment.php';
return new Paywall\Example\SandboxPayment(getenv('SANDBOX'));
PHP
  [ -z "$as_root" ] || chown -R www-data: "$site"
}
as_shop() { if [ -n "$as_root" ]; then setpriv --reuid=www-data --regid=www-data --clear-groups "$@"; else "$@"; fi; }
complaints() { ! grep -i 'paywall' "$site/system/storage/logs/error.log" | grep -v ' - paywall: '; }
