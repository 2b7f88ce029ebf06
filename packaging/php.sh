#!/usr/bin/env bash
# Makes the package for PHP in dist/php, from dist/natives: an archive for Composer, and one for shops without Composer. They
# differ in their names and in what they have at the top.
#   php.sh [NAME…]    the targets that go into it: all if you name none
#   php.sh --folder FOLDER [NAME…]    only the files, for a package that has this one inside
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/common.sh

folder=
if [ "${1:-}" = --folder ]; then
  folder=$2
  shift 2
fi
names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(target_names all)

# Without tests and examples. Each class file ends if the web asks for it by name: alone it would fail, and PHP's error shows
# paths. The two files for web servers keep them from asking.
package() { # FOLDER
  local name to
  mkdir -p "$1/bin"
  cp -R bindings/php/{src,resources,autoload.php,preload.php} LICENSE-MIT LICENSE-APACHE dist/THIRD-PARTY-NOTICES "$1/"
  cp bindings/php/bin/paywall-doctor "$1/bin/"
  cp packaging/php/htaccess "$1/.htaccess"
  cp packaging/php/web.config "$1/web.config"
  find "$1/src" -name '*.php' -exec sed -i '0,/^namespace .*;$/s//&\n\n\\get_included_files()[0] === __FILE__ \&\& exit;/' {} +
  for name in "${names[@]}"; do
    target "$name"
    if [ "$kind" = command ]; then
      install -D -m 755 "dist/natives/$name/paywall" "$1/command/$php/paywall"
    else
      to=$(library_file)
      install -D -m 644 "$to" "$1/native/$php/$(basename "$to")"
    fi
  done
}

if [ -n "$folder" ]; then
  package "$folder"
  exit
fi

work=target/dist/php
rm -rf "$work" dist/php
mkdir -p "$work" dist/php
package "$work/package"
for page in README.md README.tr.md; do
  python3 packaging/readme.py bindings/php/$page README.md README.tr.md >"$work/package/$page"
done
# An artifact repository reads the version here; a repository of sources takes it from the tag.
sed '0,/^{$/s//{\n    "version": "'"$version"'",/' bindings/php/composer.json >"$work/package/composer.json"
python3 packaging/archive.py zip "$work/package" "dist/php/libpaywall-paywall-$version.zip"
python3 packaging/archive.py zip "$work/package" "dist/php/paywall-php-$version.zip" paywall
