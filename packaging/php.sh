#!/usr/bin/env bash
# Makes what PHP shops install, from dist/natives: the package for Composer, the same for shops without Composer, and the
# plug-ins, which have the package inside.
#   php.sh FOLDER [NAME…]    into FOLDER/php, /woocommerce, /opencart3 and /opencart4; NAME: the targets that go into each
#                            archive, all if you name none
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/common.sh

out=$1
shift
names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(target_names all)
shared=bindings/php/plugins/shared
notices

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Each class file ends if the web asks for it by name: alone it would fail, and PHP's error shows paths.
guard() { # FOLDER
  find "$1" -name '*.php' -exec sed -i '0,/^namespace .*;$/s//&\n\n\\get_included_files()[0] === __FILE__ \&\& exit;/' {} +
}

# The package without what only its developers need. The two files for web servers keep them from asking for any of it.
package() { # FOLDER
  local name file
  mkdir -p "$1/bin"
  cp -R bindings/php/{src,resources,autoload.php,preload.php} LICENSE-MIT LICENSE-APACHE dist/THIRD-PARTY-NOTICES "$1/"
  cp bindings/php/bin/paywall-doctor "$1/bin/"
  cp $shared/htaccess "$1/.htaccess"
  cp $shared/web.config "$1/web.config"
  guard "$1/src"
  for name in "${names[@]}"; do
    target "$name"
    if [ "$kind" = command ]; then
      install -D -m 755 "dist/natives/$name/paywall" "$1/command/$php/paywall"
    else
      file=$(library_file)
      install -D -m 644 "$file" "$1/native/$php/$(basename "$file")"
    fi
  done
}

pack() { # FOLDER ARCHIVE [TOP]
  { grep -rlZ '@VERSION@' "$1" || true; } | xargs -0r sed -i "s/@VERSION@/$version/"
  python3 packaging/archive.py zip "$1" "$out/$2" "${@:3}"
}

composer_archives() {
  local page folder=$work/php
  package "$folder"
  cp -R bindings/php/{laravel,composer.json} "$folder/"
  guard "$folder/laravel/src"
  for page in README.md README.tr.md; do
    python3 packaging/readme.py bindings/php/$page README.md README.tr.md >"$folder/$page"
  done
  pack "$folder" "php/libpaywall-paywall-$version.zip"
  pack "$folder" "php/paywall-php-$version.zip" paywall
}

woocommerce_archive() {
  local folder=$work/woocommerce language
  cp -R bindings/php/plugins/woocommerce "$folder"
  rm "$folder"/README*.md
  package "$folder/lib"
  cp $shared/paywall.js "$folder/assets/"
  for language in "$folder"/languages/*.po; do msgfmt --check -o "${language%.po}.mo" "$language"; done
  pack "$folder" woocommerce/paywall-otp.zip paywall-otp
}

# What both extensions for OpenCart have.
opencart_shared() { # LIBRARY ADMIN CATALOG FOLDER-OF-LANGUAGE
  local language
  package "$1"
  cp -R $shared/opencart "$1/"
  for language in en-gb tr-tr; do
    install -D -m 644 "$shared/language/$language/admin.php" "$2/language/$language/$4/paywall.php"
    install -D -m 644 "$shared/language/$language/catalog.php" "$3/language/$language/$4/paywall.php"
  done
}

# The installer of OpenCart 3 passes over .htaccess, so the guards in the files count.
opencart3_archive() {
  local folder=$work/opencart3
  cp -R bindings/php/plugins/opencart3/upload "$folder"
  opencart_shared "$folder/system/library/paywall" "$folder/admin" "$folder/catalog" extension/payment
  install -D -m 644 $shared/paywall.js "$folder/catalog/view/javascript/paywall/paywall.js"
  pack "$folder" opencart3/paywall.ocmod.zip upload
}

opencart4_archive() {
  local folder=$work/opencart4
  cp -R bindings/php/plugins/opencart4 "$folder"
  opencart_shared "$folder/system/library/paywall" "$folder/admin" "$folder/catalog" payment
  install -D -m 644 $shared/paywall.js "$folder/catalog/view/javascript/paywall.js"
  pack "$folder" opencart4/paywall.ocmod.zip
}

rm -rf "$out"/{php,woocommerce,opencart3,opencart4}
composer_archives
woocommerce_archive
opencart3_archive
opencart4_archive
