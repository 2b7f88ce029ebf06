#!/usr/bin/env bash
# Installs the Debian packages that a command needs and that are missing; says in one line what it cannot install.
#   setup.sh COMMAND    one of those below
set -euo pipefail

if ! command -v cargo >/dev/null; then
  echo "missing: cargo 1.91 or newer (https://rustup.rs)" >&2
  exit 1
fi

case "${1:?which command}" in
  demo) packages=(gcc libc6-dev make) ;;
  faults) packages=(gcc libc6-dev make iproute2 util-linux) ;;
  test)
    packages=(gcc g++ libc6-dev make binutils valgrind openssl iproute2 util-linux
      python3 python3-venv
      php8.2-cli php8.2-curl php8.2-fpm php8.2-mbstring php8.2-opcache php8.2-xml phpunit composer
      php-illuminate-cache php-illuminate-http nginx-light procps
      abigail-tools clang g++-mingw-w64-x86-64
      fp-compiler-3.2.2 fp-units-fcl-3.2.2
      mono-mcs mono-devel mono-runtime libmono-system-web4.0-cil libnunit-cil-dev nunit-console mono-fastcgi-server4 python3-pip)
    # Node.js from elsewhere brings it along, and keeps Debian's away.
    command -v npm >/dev/null || packages+=(npm)
    ;;
  windows | windows-x86)
    packages=(gcc libc6-dev openssl g++-mingw-w64-x86-64 rustc-web cargo-web rust-web-src wine64
      fp-compiler-3.2.2 fpc-source-3.2.2
      mono-mcs mono-devel mono-runtime mono-fastcgi-server4 libmono-system-web4.0-cil libnunit-cil-dev nunit-console
      nginx-light python3-pip)
    command -v npm >/dev/null || packages+=(npm)
    [ "$1" = windows ] || packages+=(g++-mingw-w64-i686 debootstrap util-linux)
    ;;
  sanitize) packages=(gcc libc6-dev clang rustc-web cargo-web rust-web-src) ;;
  # Beside those of test.
  bench)
    packages=(curl libcurl4-openssl-dev libjansson-dev php-guzzlehttp-guzzle wrk ca-certificates
      libmono-system-net-http4.0-cil ca-certificates-mono)
    ;;
  *) echo "setup.sh: no such command: $1" >&2; exit 2 ;;
esac

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  # With nobody there to type a password, only a sudo that asks for none will do.
  if ! { command -v sudo && { [ -t 0 ] || sudo -n true; }; } >/dev/null 2>&1; then
    echo "missing: ${missing[*]} (install them as root: there is no sudo here)" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "installing ${missing[*]}"
# rustc-web takes the place of Debian's rustc: --no-remove fails rather than take that away.
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
  apt-get install -qq -y --no-install-recommends --no-remove "${missing[@]}")
# The lists are fetched only where the first attempt finds them wanting.
"${install[@]}" >/dev/null 2>&1 || { "${as_root[@]}" apt-get update -qq && "${install[@]}" >/dev/null; } || {
  echo "missing: ${missing[*]} (apt-get could not install them)" >&2
  exit 1
}
