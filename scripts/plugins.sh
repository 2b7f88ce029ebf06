#!/usr/bin/env bash
# Packs what a PHP shop installs: the package for Composer, and the plug-ins. They go to target/plugins. The native library of
# this machine is inside. Assumes that `cargo build --release` ran.
#   plugins.sh [NAME…]    php, woocommerce, opencart3, opencart4; all of them without a NAME
#   PAYWALL_TARGET        where libpaywall.so is (default: target/release)
set -euo pipefail
cd "$(dirname "$0")/.."
target=${PAYWALL_TARGET:-target/release}
out=$PWD/target/plugins
shared=bindings/php/plugins/shared
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Each class file ends if the web asks for it by name: alone it would fail, and PHP's error shows paths.
guard() { # FOLDER
  find "$1" -name '*.php' -exec sed -i '0,/^namespace .*;$/s//&\n\n\\get_included_files()[0] === __FILE__ \&\& exit;/' {} +
}

# The package without what only its developers need.
package() { # FOLDER
  local platform
  platform=$(php -r 'require "bindings/php/autoload.php"; echo Paywall\Internal\LibraryPaths::platform();')
  mkdir -p "$1/bin" "$1/native/$platform"
  cp -r bindings/php/{src,resources,autoload.php,preload.php} LICENSE-APACHE LICENSE-MIT "$1/"
  cp bindings/php/bin/paywall-doctor "$1/bin/"
  install -m 644 "$target/libpaywall.so" "$1/native/$platform/libpaywall.so.1"
  cp $shared/htaccess "$1/.htaccess"
  cp $shared/web.config "$1/web.config"
  guard "$1/src"
}

pack() { # FOLDER ARCHIVE
  mkdir -p "$(dirname "$2")"
  rm -f "$2"
  { grep -rlZ '@VERSION@' "$1" || true; } | xargs -0r sed -i "s/@VERSION@/$version/"
  find "$1" -exec touch -h -d 2020-01-01T00:00:00Z {} +
  (cd "$1" && find . -mindepth 1 | sed 's#^\./##' | LC_ALL=C sort | zip -q -X -@ "$2")
  echo "$2"
}

php_archive() {
  package "$work/php"
  cp -r bindings/php/{README.md,README.tr.md,laravel} "$work/php/"
  guard "$work/php/laravel/src"
  sed "s/\"version\": \".*\"/\"version\": \"$version\"/" bindings/php/composer.json >"$work/php/composer.json"
  pack "$work/php" "$out/php/libpaywall-paywall-$version.zip"
}

woocommerce_archive() {
  local plugin=$work/woocommerce/paywall-otp language
  mkdir -p "$work/woocommerce"
  cp -r bindings/php/plugins/woocommerce "$plugin"
  rm -f "$plugin"/README*.md
  package "$plugin/lib"
  cp $shared/paywall.js "$plugin/assets/"
  for language in "$plugin"/languages/*.po; do msgfmt --check -o "${language%.po}.mo" "$language"; done
  pack "$work/woocommerce" "$out/woocommerce/paywall-otp.zip"
}

# What both extensions for OpenCart have.
opencart_shared() { # LIBRARY ADMIN CATALOG FOLDER-OF-LANGUAGE
  local language
  package "$1"
  cp -r $shared/opencart "$1/"
  for language in en-gb tr-tr; do
    install -D -m 644 "$shared/language/$language/admin.php" "$2/language/$language/$4/paywall.php"
    install -D -m 644 "$shared/language/$language/catalog.php" "$3/language/$language/$4/paywall.php"
  done
}

# The installer of OpenCart 3 passes over .htaccess, so the guards in the files count.
opencart3_archive() {
  local upload=$work/opencart3/upload
  mkdir -p "$work/opencart3"
  cp -r bindings/php/plugins/opencart3/upload "$upload"
  opencart_shared "$upload/system/library/paywall" "$upload/admin" "$upload/catalog" extension/payment
  install -D -m 644 $shared/paywall.js "$upload/catalog/view/javascript/paywall/paywall.js"
  pack "$work/opencart3" "$out/opencart3/paywall.ocmod.zip"
}

opencart4_archive() {
  local extension=$work/opencart4
  cp -r bindings/php/plugins/opencart4 "$extension"
  rm -f "$extension"/README*.md
  opencart_shared "$extension/system/library/paywall" "$extension/admin" "$extension/catalog" payment
  install -D -m 644 $shared/paywall.js "$extension/catalog/view/javascript/paywall.js"
  pack "$extension" "$out/opencart4/paywall.ocmod.zip"
}

[ $# -gt 0 ] || set -- php woocommerce opencart3 opencart4
for name; do "${name}_archive"; done
