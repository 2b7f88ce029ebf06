#!/usr/bin/env bash
# Inside another Debian: installs one package as its user does, and runs the scenarios with it. packaging/test.sh calls it; GIVEN
# is the folder with what it gives.
#   inside.sh deb FILES…        the Debian packages: a program that is linked with the library, the command, and their removal
#   inside.sh wheel FILE
#   inside.sh php [COMMAND]     the package that Composer has installed in GIVEN/shop
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
what=$1
shift

case $what in
  deb)
    # What an interrupted run has left.
    dpkg --purge paywall libpaywall-dev libpaywall1 >&2
    before=$(find /usr /etc -xdev | sort)
    dpkg --install "$@" >&2
    # A program of the sources, with the compiler and the installed header.
    cc -Werror -Wall "$here/../../tests/c/interface.c" -o "$GIVEN/program" -lpaywall
    [[ "$(ldd "$GIVEN/program")" == *"libpaywall.so.1 => /"* ]] || { echo "the program finds no libpaywall.so.1" >&2; exit 1; }
    "$GIVEN/program" >&2
    python3 "$here/scenarios.py" paywall >"$GIVEN/printed"
    dpkg --purge paywall libpaywall-dev libpaywall1 >&2
    left=$(comm -13 <(echo "$before") <(find /usr /etc -xdev | sort) | grep -v 'ld.so.cache\|__pycache__') || true
    [ -z "$left" ] || { echo "left after the removal: $left" >&2; exit 1; }
    cat "$GIVEN/printed"
    ;;
  wheel)
    rm -rf "$GIVEN/venv"
    python3 -m venv "$GIVEN/venv"
    "$GIVEN/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index "$1"
    cd "$GIVEN"
    venv/bin/python "$here/scenarios.py"
    ;;
  php)
    cd "$GIVEN/shop"
    php -d "ffi.enable=$(($# == 0))" "$here/scenarios.php" vendor/autoload.php ${1:+"$PWD/vendor/libpaywall/paywall/$1"}
    ;;
esac
