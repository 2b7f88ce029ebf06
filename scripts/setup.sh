#!/usr/bin/env bash
# Installs the Debian packages that a part of the tests, or another command of the Makefile, needs and that are missing; says
# in one line what it cannot install.
#   setup.sh NAME…    some of those below
set -euo pipefail
cd "$(dirname "$0")/.."

missing() { echo "missing: $*" >&2; exit 1; }

# --- Rust ---

needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
command -v cargo >/dev/null || missing "cargo $needed or newer (https://rustup.rs)"
version=$(cargo --version 2>&1) || missing "a cargo that runs: ${version%%$'\n'*}"
found=$(sed -n 's/^cargo \([0-9.]*\).*/\1/p' <<<"$version")
[ "$(printf '%s\n' "$needed" "$found" | sort -V | head -n 1)" = "$needed" ] ||
  missing "cargo $needed or newer: this one is $found (rustup update)"

# --- packages ---

c=(gcc libc6-dev make)
# Node.js from elsewhere brings npm along, and keeps Debian's away.
npm=(npm)
! command -v npm >/dev/null || npm=()
node=(nodejs)
! command -v node >/dev/null || node=()
mono=(mono-mcs mono-devel mono-runtime libmono-system-web4.0-cil libnunit-cil-dev nunit-console mono-fastcgi-server4
  nginx-light python3 python3-pip "${npm[@]}")
# Debian's Rust comes with the source of the standard library, which some parts compile themselves.
rust_source=(rustc-web cargo-web rust-web-src)
wine=("${rust_source[@]}" llvm-14 openssl python3-venv g++-mingw-w64-x86-64 wine64 fp-compiler-3.2.2 fpc-source-3.2.2)
php=(php8.2-cli php8.2-curl php8.2-fpm php8.2-mbstring php8.2-opcache php8.2-xml
  nginx-light procps util-linux python3 python3-venv)

shop=(mariadb-server-core mariadb-client-core php8.2-mysql php8.2-gd php8.2-zip gettext unzip)

# What compiles for other systems, and makes packages. llvm-14 makes import libraries for Visual C++.
natives=("${rust_source[@]}" python3 python3-venv git g++ g++-mingw-w64-x86-64 llvm-14)
packages_of_all=("${natives[@]}" "${mono[@]}" php8.2-cli composer dpkg-dev gettext)
# What installs them here.
installs=(cmake curl lintian meson minisign openssl osslsigncode pkg-config)

# All parts of `make test`.
parts=(packages lint rust sandbox peers fuzz c python php plugins cpp pascal dotnet hosts sanitize windows commands debian11 debian13)
[ "$*" != test ] || set -- "${parts[@]}"

packages=("${c[@]}")
for name; do
  case $name in
    demo | build | figures) ;;
    lint) packages+=(git python3 python3-venv shellcheck clang-format-14) ;;
    rust) packages+=(g++ openssl ca-certificates iproute2 util-linux) ;;
    peers)
      packages+=(apache2-bin dnsmasq-base gnutls-bin haproxy nftables nginx-light "${node[@]}" squid tinyproxy-bin openssl iproute2 util-linux)
      ;;
    # Without a font, a page has no text to look at.
    sandbox) packages+=(chromium firefox-esr fonts-dejavu-core pngquant curl python3 python3-venv "${npm[@]}") ;;
    fuzz) packages+=(g++ python3 python3-venv) ;;
    c) packages+=(binutils valgrind abigail-tools php8.2-cli) ;;
    python) packages+=(binutils libpython3.11 python3 python3-venv) ;;
    php) packages+=("${php[@]}" phpunit composer php-codesniffer php-laravel-framework) ;;
    # The plug-ins: real servers, Debian's WordPress, and what packs the archives.
    plugins) packages+=("${natives[@]}" "${php[@]}" "${shop[@]}" apache2-bin composer wordpress) ;;
    platforms) packages+=("${natives[@]}" "${php[@]}" "${shop[@]}" chromium "${npm[@]}") ;;
    debian11 | debian13) packages+=(debootstrap debian-archive-keyring util-linux) ;;
    cpp) packages+=(g++ clang g++-mingw-w64-x86-64 valgrind) ;;
    pascal) packages+=(fp-compiler-3.2.2 fp-units-fcl-3.2.2 python3) ;;
    dotnet) packages+=("${mono[@]}") ;;
    hosts) packages+=("${php[@]}" "${mono[@]}" iproute2) ;;
    # clang only recommends its runtimes, and what gives a report its names.
    sanitize) packages+=("${rust_source[@]}" clang libclang-rt-14-dev llvm) ;;
    windows) packages+=("${wine[@]}" "${mono[@]}") ;;
    windows-x86) packages+=("${wine[@]}" "${mono[@]}" g++-mingw-w64-i686 debootstrap debian-archive-keyring util-linux) ;;
    packages) packages+=("${packages_of_all[@]}" "${installs[@]}") ;;
    dist)
      packages+=("${packages_of_all[@]}" binutils-aarch64-linux-gnu binutils-arm-linux-gnueabihf g++-mingw-w64-i686 minisign patchelf)
      ;;
    dist-test)
      packages+=("${packages_of_all[@]}" "${installs[@]}" "${wine[@]}" "${php[@]}" "${shop[@]}" apache2-bin debian-archive-keyring
        debootstrap g++-mingw-w64-i686 musl qemu-user-static util-linux wordpress)
      ;;
    commands | bench)
      packages+=("${natives[@]}" fp-compiler-3.2.2 fp-units-fcl-3.2.2 "${php[@]}" "${mono[@]}" binutils curl libcurl4-openssl-dev libjansson-dev php-guzzlehttp-guzzle wrk
        valgrind ca-certificates iproute2 libmono-system-net-http4.0-cil ca-certificates-mono openssl)
      ;;
    advisories) packages+=(git ca-certificates python3 python3-venv) ;;
    fresh) packages+=(debootstrap debian-archive-keyring git util-linux) ;;
    *) echo "setup.sh: no such name: $name" >&2; exit 2 ;;
  esac
done

absent() {
  # It fails where it has never heard of one.
  { dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true; } | sed -n 's/^installed //p' | sort -u |
    comm -23 <(printf '%s\n' "${packages[@]}" | sort -u) - | tr '\n' ' '
}

if ! command -v dpkg-query >/dev/null; then
  [ "$*" = demo ] || missing "Debian 12: the tests are made of its packages (sudo make fresh runs them in one)"
  # The demonstration needs no more than this.
  command -v cc >/dev/null || missing "a C compiler (cc), with this system's own means"
  exit 0
fi

# Parts that run beside each other install one after another.
mkdir -p target
exec 9>target/setup.lock
flock 9

absent=$(absent)
[ -n "$absent" ] || exit 0

# Other Debians have PHP, clang and Free Pascal under other names.
release=$(. /etc/os-release && echo "${ID:-} ${VERSION_ID:-}")
[[ "$*" =~ ^(demo|fresh)$ ]] || [ "$release" = "debian 12" ] ||
  missing "Debian 12: this is $release, which has not all of $absent(sudo make fresh makes a Debian 12 for the tests)"

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  # With nobody there to type a password, only a sudo that asks for none will do.
  { command -v sudo && { [ -t 0 ] || sudo -n true; }; } >/dev/null 2>&1 ||
    missing "$absent(install them as root: there is no sudo here that asks for no password)"
  as_root=(sudo)
fi

echo "installing $absent"
log=target/setup.log
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" 9>&- >>"$log" 2>&1; }
# rustc-web takes the place of Debian's rustc: --no-remove fails rather than take that away.
# shellcheck disable=SC2086 # one word for each package
install() { apt install -y --no-install-recommends --no-remove $absent; }
: >"$log"
# The lists are fetched only where the first attempt finds them wanting. A server that stumbles is asked three times.
for pause in 0 5 15; do
  sleep "$pause"
  install && exit 0
  apt update || true
done
install && exit 0
missing "$absent($(grep '^E: ' "$log" | tail -n 1 || true) all of it: $log)"
