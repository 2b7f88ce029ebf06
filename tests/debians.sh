#!/usr/bin/env bash
# Runs the tests of the packages in another release of Debian, which has older or newer interpreters.
#   debians.sh 11|13
set -euo pipefail
cd "$(dirname "$0")/.."
part=debian$1
source scripts/steps.sh

# Shops in Turkey set this locale, and PHP before 8.2 follows it where it should not.
locale=()
[ "$1" -ne 11 ] || locale=(env PAYWALL_TEST_LOCALE=tr_TR.UTF-8)
run scripts/other-debian.sh "$1" "${locale[@]}" bindings/php/test.sh phpunit fpm
run scripts/other-debian.sh "$1" bindings/python/test.sh -q
all_ran
