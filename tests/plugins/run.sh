#!/usr/bin/env bash
# What a PHP shop installs: each archive over real web servers, and each plug-in with stand-ins for its shop.
set -euo pipefail
cd "$(dirname "$0")/../.."
part=plugins
source scripts/steps.sh

packaging/natives.sh linux-x64 command-x64 >/dev/null
packaging/php.sh target/plugins linux-x64 command-x64
run scripts/texts.py --check
run tests/plugins/web.sh
run tests/plugins/composer.sh
run tests/plugins/woocommerce.sh
run tests/plugins/opencart.sh 3
run tests/plugins/opencart.sh 4
all_ran
