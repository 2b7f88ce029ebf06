#!/usr/bin/env bash
# All tests of the PHP binding: the style, the language level, PHPUnit through FFI and through the command, and PHP-FPM with
# nginx in front. Nothing is skipped: a missing tool fails the test.
#
#   test.sh              all of it
#   test.sh WHAT…        only these: style (PSR-12), level (PHP 7.4), phpunit, fpm
#   ONLY=word test.sh    only PHPUnit's tests with that word in their name
#   PAYWALL_TEST_LOCALE  PHPUnit's tests run in this locale
#
# It needs the Debian packages php8.2-cli php8.2-curl php8.2-fpm php8.2-mbstring php8.2-opcache php8.2-xml phpunit composer
# php-codesniffer php-illuminate-cache php-illuminate-http nginx-light (or nginx) gcc procps util-linux python3-venv. The
# last one is for Node.js, if yours is older than 20.19: it runs PHP 7.4, which comes from npm. It also needs the result of
# `cargo build --release -p paywall -p paywall-sandbox` in the folder PAYWALL_TARGET. If that is not set, it is
# target/release of the repository.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
target=${PAYWALL_TARGET:-$repository/target/release}
cd "$here"

need() { command -v "$1" >/dev/null || { echo "missing: $1 (see the top of $0)" >&2; exit 1; }; }
for tool in php phpunit composer nginx cc ps setpriv unshare; do need "$tool"; done
[ -d /usr/share/php/Illuminate/Http ] || { echo "missing: php-illuminate-http (see the top of $0)" >&2; exit 1; }
for file in libpaywall.so paywall paywall-sandbox; do
  [ -f "$target/$file" ] || { echo "missing: $target/$file (cargo build --release -p paywall -p paywall-sandbox)" >&2; exit 1; }
done

export PAYWALL_LIBRARY=$target/libpaywall.so
export PAYWALL_COMMAND=$target/paywall
export PAYWALL_SANDBOX=$target/paywall-sandbox
export PAYWALL_SCENARIOS=${PAYWALL_SCENARIOS:-$repository/tests/scenarios.json}
export PAYWALL_CONTRACT=${PAYWALL_CONTRACT:-$repository/tests/contract.json}
export PAYWALL_HEADER=$repository/include/paywall_php.h

printed=$(mktemp)
trap 'rm -f "$printed"' EXIT
found=

unit() { # TITLE INI-LINE ARGUMENTS…
  printf '\n== PHPUnit: %s\n' "$1"
  local ini=$2
  shift 2
  php -d "$ini" -d zend.assertions=1 "$(command -v phpunit)" ${ONLY:+--filter "$ONLY"} "$@" | tee "$printed" || {
    sed -nE 's/^[0-9]+\) .*::([A-Za-z0-9_]+).*/only this test: make test-php ONLY=\1/p' "$printed" | sort -u >&2
    return 1
  }
  if grep -q 'No tests executed' "$printed"; then
    # Not every suite needs a test with the word, but one must have it.
    [ -n "${ONLY:-}" ]
  else
    found=yes
  fi
}

style() {
  printf '\n== PSR-12\n'
  need phpcs
  phpcs -q
  # phpcs passes over a file without an extension, so it gets one here.
  phpcs -q --stdin-path=bin/paywall-doctor.php - <bin/paywall-doctor
}

level() {
  printf '\n== PHP 7.4: syntax, functions, and the tests that need no library\n'
  need python3
  tests/php74/run.sh
}

phpunits() {
  composer validate --no-check-publish --quiet composer.json
  unit 'without library and command' ffi.enable=1 --testsuite offline
  PAYWALL_TEST_THROUGH=FFI unit 'through FFI' ffi.enable=1 --testsuite calls
  PAYWALL_TEST_THROUGH='the command' unit 'through the command' ffi.enable=0 --testsuite calls
  unit 'in separate processes' ffi.enable=1 --testsuite process
  [ -n "$found" ] || { echo "php: no test has '${ONLY-}' in its name" >&2; exit 1; }
}

fpm() {
  printf '\n== PHP-FPM with nginx in front\n'
  PHP_FPM=php-fpm$(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
  export PHP_FPM
  need "$PHP_FPM"
  tests/fpm/run.sh
}

# ONLY chooses among PHPUnit's tests.
[ -z "${ONLY:-}" ] || set -- phpunit
[ $# -gt 0 ] || set -- style level phpunit fpm
for what; do
  case $what in
    style) style ;;
    level) level ;;
    phpunit) phpunits ;;
    fpm) fpm ;;
    *) echo "usage: test.sh [style|level|phpunit|fpm]…" >&2; exit 2 ;;
  esac
done
