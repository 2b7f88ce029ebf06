# shellcheck shell=bash
# Sourced. `make_debian FOLDER …` makes a Debian in a folder; scripts/in-debian.sh runs commands in it. Both need root.
# The package clients of the new Debian get this machine's settings: its mirrors, its keys, its certificates.

debian_failed() { echo "missing: $*" >&2; exit 1; }

# Says in one line what keeps a Debian from being made or entered here.
can_make_debian() { # WHAT FOLDER GIBIBYTES
  local free
  [ "$(id -u)" -eq 0 ] || debian_failed "root, to make and enter $1 (sudo env \"PATH=\$PATH\" make …)"
  unshare --mount true 2>/dev/null || debian_failed "mount namespaces, to enter $1: this machine forbids them (unshare --mount)"
  mkdir -p "$2"
  free=$(($(df --output=avail -k "$2" | tail -n 1) / 1024 / 1024))
  [ "$free" -ge "$3" ] || debian_failed "$3 GiB of space in $2 for $1: $free are free"
}

# The address of this machine's first Debian mirror whose path ends with this word, if there is one.
debian_mirror() { # debian|debian-security
  { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } |
    sed -nE "\\#^(deb .*|URIs:.*) ?(https?:[^ ]*/$1)/?( .*|\$)#{s//\2/p;q}"
}

why_no_debian() { grep -E '^[EW]:' "$1" | tail -n 1; } # LOG

# A folder is whole or not there: what an interrupted run has left is made again.
make_debian() { # FOLDER SUITE ARCHITECTURE PACKAGES…
  local folder=$1 suite=$2 architecture=$3 part=$1.part log=$1.log mirror security try
  # A folder of this machine's is not in there.
  local -x TMPDIR=/tmp
  shift 3
  [ ! -e "$folder" ] || return 0
  mirror=$(debian_mirror debian)
  security=$(debian_mirror debian-security)
  # Of a release that is out of support, mirrors no longer have every security update that they list.
  [ "$suite" != bullseye ] || security=
  for try in 1 2 3; do
    # While a mirror is brought up to date, its lists and its files differ for some machines: a day was seen. For tests that
    # are thrown away a Debian without the latest updates is better than none.
    [ "$try" -lt 3 ] || [ -z "$security" ] ||
      { echo "$folder: without security updates, which $security does not give: $(why_no_debian "$log")" >&2; security=; }
    rm -rf --one-file-system "$part"
    # What it mounts and starts ends with it. Without a mirror of this machine's it has one of its own.
    # shellcheck disable=SC2086
    unshare --mount --pid --fork --kill-child debootstrap --arch="$architecture" --variant=minbase --include=ca-certificates "$suite" "$part" $mirror >"$log" 2>&1 &&
      settle_debian "$part" "$suite" "$mirror" "$security" &&
      in_debian_apt "$part" update >>"$log" 2>&1 &&
      in_debian_apt "$part" install "$@" >>"$log" 2>&1 && break
    [ "$try" -lt 3 ] || debian_failed "a Debian in $folder, after three tries: $(why_no_debian "$log") (all of it: $log)"
    sleep $((try * 5))
  done
  rm -rf "$part"/var/cache/apt/archives/*.deb
  mv "$part" "$folder"
}

in_debian_apt() { # FOLDER update|install PACKAGES…
  local command=(apt-get -qq "$2") folder=$1
  [ "$2" = update ] || command+=(-y)
  "$(dirname "${BASH_SOURCE[0]}")/in-debian.sh" "$folder" -- env DEBIAN_FRONTEND=noninteractive "${command[@]}" "${@:3}"
}

# What the package clients of this machine go by; nothing else of it.
settle_debian() { # FOLDER SUITE MIRROR SECURITY
  local folder=$1 suite=$2 mirror=$3 security=$4 file
  cp -L /etc/resolv.conf /etc/hosts "$folder/etc/"
  # It is thrown away sooner than a power cut could hurt it.
  echo force-unsafe-io >"$folder/etc/dpkg/dpkg.cfg.d/unsafe-io"
  if [ -n "$mirror" ]; then
    printf 'deb %s %s main\n' "$mirror" "$suite" "$mirror" "$suite-updates" ${security:+"$security" "$suite-security"} >"$folder/etc/apt/sources.list"
  fi
  apt-config dump Acquire | grep -E '^Acquire::(Check-|Allow|ForceIP|Retries|[Hh]ttps?)' >"$folder/etc/apt/apt.conf.d/20this-machine"
  cp -R /etc/apt/auth.conf.d /etc/apt/trusted.gpg.d /etc/apt/keyrings "$folder/etc/apt/" 2>/dev/null || true
  cp -R /usr/local/share/ca-certificates "$folder/usr/local/share/"
  for file in /etc/pip.conf /etc/npmrc; do
    [ ! -e "$file" ] || cp "$file" "$folder/etc/"
  done
  # For the homes of those who will work there.
  for file in .pip/pip.conf .config/pip/pip.conf .npmrc .cargo/config.toml; do
    [ ! -e "$HOME/$file" ] || install -D -m 600 "$HOME/$file" "$folder/etc/clients/$file"
  done
  "$(dirname "${BASH_SOURCE[0]}")/in-debian.sh" "$folder" -- update-ca-certificates >/dev/null 2>&1
}

# Runs a command with those variables of this machine that package clients go by, and no others.
with_client_settings() { # COMMAND…
  local name
  local -a settings=("PATH=$PATH")
  while IFS= read -r name; do
    settings+=("$name=${!name}")
  done < <(compgen -e | grep -iE '^(https?_proxy|no_proxy|all_proxy|CI|TERM|SSL_CERT_(FILE|DIR)|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|PIP_(INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|PROXY|CERT|DEFAULT_TIMEOUT)|npm_config_(registry|cafile|.*proxy)|CARGO_(HTTP|NET|REGISTR|SOURCE)[A-Z_]*)$')
  env -i "${settings[@]}" "$@"
}
