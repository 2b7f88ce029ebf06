#!/usr/bin/env bash
# Puts a plug-in into a real shop and buys in it with a real browser: MariaDB, PHP-FPM, nginx, headless Chromium, and the
# sandbox as the service. The shop is not part of this project: SOURCE is a folder with an unpacked one, which is copied.
#   run.sh PLATFORM SOURCE [PICTURES]
#     woocommerce   WordPress, with WooCommerce in wp-content/plugins/woocommerce
#     opencart3     the folder `upload` of OpenCart 3
#     opencart4     the folder `upload` of OpenCart 4
#   PICTURES        a folder for screenshots
# It needs what `scripts/setup.sh platforms` installs, and Node.js 18 or newer.
set -Eeuo pipefail
here=$(cd "$(dirname "$0")" && pwd)
platform=${1:?"usage: run.sh PLATFORM SOURCE [PICTURES]"} source=$(cd "${2:?"usage: run.sh PLATFORM SOURCE [PICTURES]"}" && pwd)
pictures=${3:-}
[ -f "$here/$platform.sh" ] || { echo "run.sh: no such platform: $platform" >&2; exit 2; }

source "$here/stack.sh"
begun=$SECONDS
modules=$repository/target/platforms
mkdir -p "$modules"
if ! cmp -s "$here/package-lock.json" "$modules/package-lock.json" || [ ! -d "$modules/node_modules" ]; then
  cp "$here/package.json" "$here/package-lock.json" "$modules/"
  (cd "$modules" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
fi

logs() { tail -n 30 "$work"/*.log "$site"/wp-content/debug.log "$site"/system/storage/logs/error.log 2>/dev/null || true; }
trap logs ERR
start_sandbox
start_database
site=$work/site
cp -r "$source" "$site"
# What the example of a payment code, and the plug-in where its settings are empty, take from the environment.
export SANDBOX=$sandbox_http PAYWALL_BASE_URL=$sandbox_https PAYWALL_CA_FILE=$sandbox_ca
# shellcheck source=/dev/null
source "$here/$platform.sh"
echo "set up in $((SECONDS - begun)) s"

export SHOP=$shop_url DB_PORT=$db_port MODULES=$modules PICTURES=$pictures SANDBOX_KEY=$sandbox_key SANDBOX_CLIENT=$sandbox_client
node "$here/shop.mjs" "$platform"
complaints || { echo "the shop's log has complaints" >&2; exit 1; }
echo "$platform: all is well after $((SECONDS - begun)) s"
