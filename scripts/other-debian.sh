#!/usr/bin/env bash
# Runs a command in another release of Debian, which is made for it in target/debian. The command finds this folder at its
# place. It cannot change it, except for a `target` of its own, which keeps what is written there. Its target/release has the
# library, the command and the sandbox: in an older release they are built there, since what is built here wants a newer libc.
# Needs root, or a sudo that asks for no password.
#   other-debian.sh [--bare] RELEASE COMMAND…    11 (PHP 7.4, Python 3.9), 12 or 13 (PHP 8.4, Python 3.13)
#   --bare          without target/release: for what brings its own library
#   PAYWALL_TARGET  what is seen as target/release in a newer release (default: target/release)
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
source scripts/debian.sh

[ "$(id -u)" -eq 0 ] || ! sudo -n true 2>/dev/null ||
  exec sudo --non-interactive --preserve-env env "HOME=$HOME" "PATH=$PATH" "$0" "$@"

bare=
if [ "$1" = --bare ]; then
  bare=yes
  shift
fi
release=$1
shift
common=(binutils ca-certificates composer gcc libc6-dev locales make nginx-light phpunit procps
  python3 python3-pip python3-venv util-linux)
case $release in
  11)
    suite=bullseye built_here=
    packages=("${common[@]}" libpython3.9 php7.4-cli php7.4-curl php7.4-fpm php7.4-mbstring php7.4-opcache php7.4-xml)
    ;;
  12)
    suite=bookworm built_here=yes
    packages=("${common[@]}" php8.2-cli)
    ;;
  13)
    suite=trixie built_here=yes
    packages=("${common[@]}" libpython3.13 php8.4-cli php8.4-curl php8.4-fpm php8.4-mbstring php8.4-opcache php8.4-xml)
    ;;
  *) echo "usage: other-debian.sh [--bare] 11|12|13 COMMAND…" >&2; exit 2 ;;
esac

kept=$root/target/debian/$release
base=$kept/base
can_make_debian "a Debian $release" "$kept" 3
mkdir -p "$kept/target"

inside() { # [FOLDER[:PLACE[:ro]]…] -- COMMAND…
  with_client_settings scripts/in-debian.sh --apart "$base" "$root:$root:ro" "$kept/target:$root/target" "$@"
}
clean=(env HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)

# Runs beside each other make it, and build in it, one after another.
exec 9>"$kept/lock"
flock 9
sum=$(cat scripts/debian.sh <(echo "$suite" "${packages[@]}") | sha256sum)
if [ "$(cat "$base.sum" 2>/dev/null)" != "$sum" ]; then
  begun=$SECONDS
  rm -rf --one-file-system "$base" "$base.sum"
  make_debian "$base" "$suite" "$(dpkg --print-architecture)" --no-install-recommends "${packages[@]}" 9>&-
  # Where `I` has no dot when it is small, and a comma is the decimal point.
  inside -- "${clean[@]}" localedef -i tr_TR -f UTF-8 tr_TR.UTF-8 9>&-
  cp -R "$base/etc/clients/." "$base/root/" 2>/dev/null || true
  echo "$sum" >"$base.sum"
  echo "made a Debian $release in $((SECONDS - begun)) s"
fi
if [ -n "$bare" ]; then
  release_folder=()
elif [ -n "$built_here" ]; then
  release_folder=("${PAYWALL_TARGET:-$root/target/release}:$root/target/release:ro")
else
  release_folder=()
  toolchain=$(rustc --print sysroot)
  # `make build` has fetched the crates. What is tested is how the packages use the library: it need not be quick.
  quick=(CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1)
  crates=${CARGO_HOME:-$HOME/.cargo}
  inside "$toolchain:/opt/rust:ro" "$crates:/opt/crates:ro" -- "${clean[@]}" \
    CARGO_HOME=/opt/crates CARGO_NET_OFFLINE=true PATH="/opt/rust/bin:/usr/bin:/bin" "${quick[@]}" scripts/build.sh 9>&-
fi
exec 9>&-

inside "${release_folder[@]}" -- "${clean[@]}" "$@"
