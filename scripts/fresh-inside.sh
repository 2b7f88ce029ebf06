#!/usr/bin/env bash
# What scripts/fresh.sh runs inside of the Debian that it makes, as root: a new user's way through README.md.
set -euo pipefail

export PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
table=()

as() { # USER FOLDER COMMAND…
  local user=$1 folder=$2 begun=$SECONDS status=0
  shift 2
  printf '\n#### %s: %s\n' "$user" "$*"
  (cd "$folder" && exec runuser -u "$user" -- env HOME="$(getent passwd "$user" | cut -d: -f6)" USER="$user" "$@") || status=$?
  table+=("$(printf '%5d s  %s: %s' $((SECONDS - begun)) "$user" "$*")")
  [ "$status" -eq 0 ] || { echo "#### FAILED with exit code $status after $((SECONDS - begun)) s: $user: $*"; exit "$status"; }
}

# A person's own machine has sudo.
useradd --create-home --shell /bin/bash shop
apt-get -qq update
DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes apt-get -qq install -y --no-install-recommends sudo >/dev/null
echo 'shop ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/shop
for home in /home/shop /root; do
  [ ! -d /etc/clients ] || cp -R /etc/clients/. "$home/"
done
# The fresh clone.
mv /opt/libpaywall /home/shop/
chown -R shop: /home/shop
as shop /home/shop/libpaywall make demo
# One run names all parts that fail.
as shop /home/shop/libpaywall make --keep-going test

# Root needs no sudo. What is compiled is the same, with the same crates.
chown -R root: /home/shop
as root /home/shop/libpaywall env CARGO_HOME=/home/shop/.cargo make demo

printf '\n#### fresh\n'
printf '%s\n' "${table[@]}"
