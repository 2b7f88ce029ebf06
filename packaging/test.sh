#!/usr/bin/env bash
# Installs packages from dist/ as their users do, in folders and systems that have nothing of the source tree, and runs the list
# of scenarios there. Notes what ran where, for dist/TESTED.md, in target/dist/tested.
#   test.sh quick    what this machine can show without another system: a part of `make test`
#   test.sh all      everything that can be run here; needs root
#   ONLY=word        only the steps with the word
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
source packaging/common.sh
# Only what makes packages needs it; a crate watches it, and would be compiled again for the other tests and after them.
unset SOURCE_DATE_EPOCH
part=packages
[ "${1:-}" != all ] || again='make dist-test'
source scripts/steps.sh
source scripts/sandbox.sh

work=$root/target/dist/tests
notes=$root/target/dist/tested
zig=$tools/bin/python-zig
rm -rf "$work"
mkdir -p "$work" "$notes"
export TMPDIR=$work

# Steps that count as tests of a file. `tried` must end with the line of the scenarios, or of tests/c/interface.c, which has them
# too; `works` need not.
tried() { # FILE SYSTEM COMMAND…
  local printed
  [ -f "$1" ] || { echo "missing: $1" >&2; return 1; }
  printed=$("${@:3}" 2>&1) || { echo "$printed" >&2; return 1; }
  printed=$(tail -n 1 <<<"$printed" | tr -d '\r')
  echo "$(basename "$1") on $2: $printed"
  [[ "$printed" =~ ^(scenarios.*|interface):\ [1-9][0-9]*\ passed(,\ 0\ failed)?$ ]] || return 1
  tested "$1" "$2"
}
tried_together() { # SYSTEM FILES… -- COMMAND…: Debian packages that need each other, in one step
  local system=$1 files=() file
  shift
  while [ "$1" != -- ]; do
    files+=("$1")
    shift
  done
  tried "${files[0]}" "$system" "${@:2}" || return
  for file in "${files[@]:1}"; do tested "$file" "$system"; done
}
works() { # FILE SYSTEM COMMAND…
  [ -f "$1" ] || { echo "missing: $1" >&2; return 1; }
  "${@:3}" && tested "$1" "$2"
}
# With what it was: a package that is made again is tested again.
tested() { # FILE SYSTEM
  local name=${1#"$root/dist/"}
  printf '%s\t%s\t%s\n' "$(sha256sum <"$1" | cut -c1-64)" "$name" "$2" >"$notes/${name//\//-} ${2//\//-}"
}

# --- C and C++ ---

unpack() { # ARCHIVE FOLDER: its content without the folder at the top
  rm -rf "$2"
  mkdir -p "$2"
  case $1 in
    *.zip) python3 -m zipfile -e "$1" "$2" && mv "$2"/*/* "$2" ;;
    *) tar -xzf "$1" -C "$2" --strip-components=1 ;;
  esac
}

projects() { # WAY: builds an example project from an unpacked archive, and runs it
  local place=$work/moved/c program=$work/program
  rm -rf "$work/moved" "$program"
  unpack "$(c_archive linux-x64)" "$place"
  cp -R packaging/tests/program "$program"
  cp bindings/cpp/tests/scenarios.cpp "$program"
  sed -i "s/@VERSION@/$version/" "$program"/{CMakeLists.txt,meson.build}
  cd "$program"
  export PKG_CONFIG_PATH=$place/lib/pkgconfig
  case $1 in
    gcc)
      # shellcheck disable=SC2046 # options
      g++ -std=c++11 scenarios.cpp -o shared $(pkg-config --cflags --libs paywall) -pthread
      LD_LIBRARY_PATH=$place/lib ./shared
      ;;
    static)
      # shellcheck disable=SC2046
      g++ -std=c++11 scenarios.cpp -o static $(pkg-config --cflags paywall) "$place/lib/libpaywall.a" \
        $(pkg-config --static --libs-only-l paywall | sed 's/-lpaywall//') -pthread
      ./static
      ;;
    cmake)
      cmake -S . -B build -DCMAKE_BUILD_TYPE=Release "-DCMAKE_PREFIX_PATH=$place"
      cmake --build build && ./build/static && ./build/shared
      ;;
    meson)
      meson setup build
      ninja -C build
      LD_LIBRARY_PATH=$place/lib ./build/shared
      ;;
  esac
}

# A program in C for the target that `target` has set: zig would have to compile C++'s library first.
in_c() { # FOLDER-OF-HEADERS LIBRARY
  local to=${rust/-unknown/}
  to=${to/armv7/arm}
  "$zig" cc -target "${to/i686/x86}" -std=c11 -O1 tests/c/interface.c -o "$work/program" "-I$1" "$2" "-Wl,-rpath,$(dirname "$2")" &&
    "${runner[@]}" "$work/program"
}
elsewhere() { # NAME
  local runner folder place=$work/$1
  target "$1"
  find_runner && unpack "$(c_archive "$name")" "$place" && in_c "$place/include" "$place/lib/libpaywall.so.1"
}

# --- the command ---

command_alone() { # NAME
  local runner folder
  target "$1"
  find_runner && unpack "$(command_archive "$name")" "$work/$name" &&
    python3 packaging/tests/scenarios.py "${runner[@]}" "$work/$name/paywall"
}

# --- Python ---

in_empty_environment() { # WHEEL PYTHON
  rm -rf "$work/venv"
  "$2" -m venv "$work/venv"
  "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index "$1"
  (cd "$work" && venv/bin/python "$root/packaging/tests/scenarios.py")
}

from_source() { # SDIST: with cargo, and whatever this machine has of it
  rm -rf "$work/venv"
  python3 -m venv "$work/venv"
  CARGO_TARGET_DIR=$root/target/dist/sdist "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$1"
  (cd "$work" && venv/bin/python "$root/packaging/tests/scenarios.py")
}

# --- PHP ---

composer_project() { # ARCHIVE
  rm -rf "$work/shop"
  mkdir -p "$work/shop" "$work/artifacts"
  cp "$1" "$work/artifacts/"
  (
    cd "$work/shop"
    export COMPOSER_HOME=$work/composer COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_NO_INTERACTION=1
    composer --quiet init --name=shop/shop --stability=stable
    composer --quiet config repositories.paywall artifact "$work/artifacts"
    composer --quiet config repo.packagist false
    composer --quiet require libpaywall/paywall
  )
  # Nothing for developers, and a class file that the web asks for prints nothing.
  local package=$work/shop/vendor/libpaywall/paywall found
  found=$(cd "$package" && find . -regextype egrep -iregex '.*/(tests?|bench|examples?|plugins|phpunit.*|phpcs.*)')
  [ -z "$found" ] || { echo "the package has $found" >&2; return 1; }
}

# The command is for a PHP that has no FFI.
php_scenarios() { # PHP AUTOLOADER [COMMAND]
  (cd "$work/shop" && "$1" -d "ffi.enable=$(($# < 3))" "$root/packaging/tests/scenarios.php" "${@:2}")
}

composer_ffi() { composer_project "$1" && php_scenarios php "$work/shop/vendor/autoload.php"; }
composer_command() {
  composer_project "$1" &&
    php_scenarios php "$work/shop/vendor/autoload.php" "$work/shop/vendor/libpaywall/paywall/command/linux-x86_64/paywall"
}
zip_ffi() {
  rm -rf "$work/shop"
  mkdir -p "$work/shop"
  python3 -m zipfile -e "$1" "$work/shop"
  php_scenarios php "$work/shop/paywall/autoload.php"
}

# Every PHP file of the package, asked for by a browser: no output, no error.
quiet_on_the_web() {
  local port server status=0 file printed
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  python3 -m zipfile -e "$php_zip" "$work/shop"
  php -d display_errors=1 -S "127.0.0.1:$port" -t "$work/shop/paywall" >"$work/server.log" 2>&1 &
  server=$!
  for _ in $(seq 600); do { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null && break; sleep 0.1; done
  exec 3>&-
  while read -r file; do
    printed=$(curl -sS "http://127.0.0.1:$port/$file")
    [ -z "$printed" ] || { echo "$file says to the web: ${printed:0:200}" >&2; status=1; }
  done < <(cd "$work/shop/paywall" && find . -name '*.php' | sort)
  kill "$server"
  wait "$server" 2>/dev/null || true
  return "$status"
}

# --- .NET ---

dotnet_program() { # PACKAGE: for both frameworks
  [ ! -e "$work/dotnet/published" ] || return 0
  mkdir -p "$work/dotnet/feed" "$work/consumer"
  cp "$1" "$work/dotnet/feed/"
  cp packaging/tests/Scenarios.cs "$work/consumer/"
  sed "s/@VERSION@/$version/" packaging/tests/Consumer.csproj >"$work/consumer/Consumer.csproj"
  python3 packaging/tests/lines.py tests/scenarios.json >"$work/scenarios.txt"
  bindings/dotnet/test.sh consume "$work/dotnet" "$work/consumer"
}
on_mono() { dotnet_program "$1" && SCENARIOS=$work/scenarios.txt mono "$work/dotnet/published/net462/Consumer.exe"; }
on_core() {
  dotnet_program "$1" &&
    SCENARIOS=$work/scenarios.txt DOTNET_CLI_TELEMETRY_OPTOUT=1 \
      bindings/dotnet/build/downloads/sdk/dotnet "$work/dotnet/published/netcoreapp3.1/Consumer.dll"
}

# --- Debian ---

# dpkg installs into a folder; what is there then is what the package brings.
debian_folder() { # FILES…
  rm -rf "$work/debian"
  mkdir -p "$work/debian"/var/lib/dpkg/{info,updates,triggers}
  touch "$work/debian/var/lib/dpkg/status"
  dpkg --root="$work/debian" --force-not-root --force-script-chrootless --force-depends --force-architecture --log=/dev/null \
    --install "$@" >"$work/dpkg.log" 2>&1 || { cat "$work/dpkg.log" >&2; return 1; }
}
debian_library() {
  local triple=x86_64-linux-gnu
  debian_folder "${deb[@]}"
  # shellcheck disable=SC2046
  PKG_CONFIG_PATH=$work/debian/usr/lib/$triple/pkgconfig g++ -std=c++11 bindings/cpp/tests/scenarios.cpp -o "$work/debian/program" \
    -pthread $(PKG_CONFIG_PATH=$work/debian/usr/lib/$triple/pkgconfig pkg-config --cflags --libs paywall)
  LD_LIBRARY_PATH=$work/debian/usr/lib/$triple "$work/debian/program"
}
debian_command() {
  debian_folder "${deb[@]}"
  python3 packaging/tests/scenarios.py "$work/debian/usr/bin/paywall"
}
debian_elsewhere() { # NAME
  local runner folder place=$work/debian library
  target "$1"
  find_runner && debian_folder "$root/dist/debian/"*"_$runs.deb" || return
  library=$(echo "$place"/usr/lib/*/libpaywall.so.1)
  in_c "$place/usr/include" "$library" || return
  # The command is for some machines only.
  [ ! -e "$place/usr/bin/paywall" ] || python3 packaging/tests/scenarios.py "${runner[@]}" "$place/usr/bin/paywall"
}
debs_elsewhere() { # NAME
  local all
  target "$1"
  all=("$root/dist/debian/"*"_$runs.deb")
  tried_together "$(system_of): installed into a folder" "${all[@]}" -- debian_elsewhere "$1"
}
lintian_finds_no_error() { lintian --fail-on error "$@"; }

# --- other systems ---

# Another Debian sees this folder at its place, without `target`: it has one of its own, where it finds what it is given.
other() { # RELEASE inside.sh's arguments
  local given=$root/target/debian/$1/target/given
  rm -rf "$given"
  mkdir -p "$given"
  cp "$PAYWALL_CA_FILE" "$given/ca.pem"
  [ ! -d "$work/shop/vendor" ] || cp -R "$work/shop" "$given/"
  scripts/other-debian.sh --bare "$1" env GIVEN="$root/target/given" PAYWALL_CA_FILE="$root/target/given/ca.pem" \
    SCENARIOS="$SCENARIOS" CONTRACT="$CONTRACT" SANDBOX_HTTPS="$SANDBOX_HTTPS" SANDBOX_HTTP="$SANDBOX_HTTP" \
    PAYWALL_API_KEY="$PAYWALL_API_KEY" PAYWALL_API_CLIENT="$PAYWALL_API_CLIENT" packaging/tests/inside.sh "${@:2}"
}
other_php() { # ARCHIVE RELEASE [COMMAND]
  composer_project "$1" && other "$2" php "${@:3}"
}
other_debs() { # RELEASE
  tried_together "Debian $1, x86_64: installed, used and removed" "${deb[@]}" -- other "$1" deb "${deb[@]}"
}

# What programs of another machine need, from Debian 12, without a system of their own.
root_of() { # ARCHITECTURE: prints the folder
  local folder=$root/target/dist/roots/$1 state=$root/target/dist/apt/$1
  local packages=(libc6 libexpat1 libffi8 libgcc-s1 libpython3.11-minimal libpython3.11-stdlib libssl3 musl python3.11-minimal zlib1g)
  if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    mkdir -p "$folder" "$state"/{lists/partial,cache/archives/partial}
    local apt=(apt-get -qq -o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state/cache" -o "APT::Architecture=$1"
      -o "APT::Architectures=$1" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root)
    "${apt[@]}" update >&2
    (cd "$folder" && "${apt[@]}" download "${packages[@]}" >&2 && for file in *.deb; do dpkg-deb -x "$file" .; done && rm -- *.deb)
    touch "$folder/complete"
  fi
  echo "$folder"
}
# What runs a program here for the target that `target` has set, by its row: sets `runner`, and `folder` with its system.
find_runner() {
  folder='' runner=()
  case $runs in
    host) ;;
    i386)
      folder=$(root_of i386) || return
      runner=("$folder/lib/ld-linux.so.2" --library-path "$folder/lib/i386-linux-gnu:$folder/usr/lib/i386-linux-gnu")
      ;;
    arm64)
      folder=$(root_of arm64) || return
      runner=(qemu-aarch64-static -L "$folder")
      ;;
    armhf)
      folder=$(root_of armhf) || return
      runner=(qemu-arm-static -L "$folder")
      ;;
    *) echo "nothing runs $name here" >&2; return 1 ;;
  esac
}
system_of() { # as TESTED.md says it
  local libc=''
  [ "$kind" != musl ] || libc=', musl 1.2.3'
  case $runs in
    host) echo "x86_64$libc" ;;
    i386) echo "i386$libc" ;;
    *) echo "$runs under qemu-user$libc" ;;
  esac
}
wheel_elsewhere() { # NAME
  local runner folder place=$work/wheel
  target "$1"
  find_runner || return
  rm -rf "$place"
  # Any pip can install for another system.
  python3 -m pip install --quiet --disable-pip-version-check --no-index --target "$place" --only-binary :all: --platform "$wheel" \
    "$(wheel "$name")" &&
    PYTHONPATH=$place PYTHONHOME=$folder/usr "${runner[@]}" "$folder/usr/bin/python3.11" packaging/tests/scenarios.py
}

# --- Windows ---

# As in tests/windows: Wine, and a stand-in for one of its DLLs (docs/windows.md).
prepare_wine() ( # NAME
  arch=${1#win-} run=target/windows/${1#win-}
  target "$1"
  tools=${rust%%-*}-w64-mingw32
  say() { echo "windows $arch: $*" >&2; }
  mkdir -p "$run"
  source tests/windows/wine.sh
  make_wine
  make_certificates
)
wine_folder() { echo "$root/target/windows/${1#win-}"; }
for_wine() { # FOLDER
  sed -i 's/crypt32\.dll/cryptwn.dll/' "$1/paywall.dll"
}
under_wine() { # NAME win7|win10 IMPORT-LIBRARY
  local place=$work/$1 run
  run=$(wine_folder "$1")
  target "$1"
  unpack "$(c_archive "$name")" "$place"
  for_wine "$place/bin"
  "${rust%%-*}-w64-mingw32-g++-posix" -std=c++11 -O1 -static -D__USE_MINGW_ANSI_STDIO=1 "-I$place/include" \
    bindings/cpp/tests/scenarios.cpp -o "$place/bin/program.exe" "$place/lib/$3" &&
    "$run/wine" reg add 'HKCU\Software\Wine' /v Version /d "$2" /f >/dev/null &&
    "$run/wine" "$place/bin/program.exe"
}
com_under_wine() { # NAME
  local place=$work/com run folder printed
  run=$(wine_folder "$1")
  unpack "$com_zip" "$place"
  folder=$place/${1#win-}
  for_wine "$folder"
  (cd "$folder" && "$run/wine" regsvr32 /s paywall_com.dll)
  printed=$("$run/wine" "$run/wine-prefix/drive_c/windows/system32/cscript.exe" //nologo bindings/com/tests/client.vbs \
    "$SANDBOX_HTTPS" "Token geçersiz." "Ğ😀" | tr -d '\r')
  (cd "$folder" && "$run/wine" regsvr32 /s /u paywall_com.dll)
  # Its own list, which has the same calls.
  echo "scenarios, ${printed//com: /of COM: }"
}

# --- signatures, with keys that are made for this ---

sums_are_signed() {
  local folder=$work/sums
  mkdir -p "$folder/c"
  cp "$(c_archive linux-x64)" "$folder/c/"
  minisign -G -W -f -p "$work/minisign.pub" -s "$work/minisign.key" >/dev/null &&
    MINISIGN_KEY=$work/minisign.key packaging/sign.sh sums "$folder" >/dev/null &&
    (cd "$folder" && minisign -V -q -p "$work/minisign.pub" -m SHA256SUMS && sha256sum --check --quiet SHA256SUMS) || return
  printf x >>"$folder/c/$(basename "$(c_archive linux-x64)")"
  ! (cd "$folder" && sha256sum --check --status SHA256SUMS) || { echo "a changed archive passes" >&2; return 1; }
  (cd "$folder" && sha256sum c/* >SHA256SUMS)
  ! minisign -V -q -p "$work/minisign.pub" -m "$folder/SHA256SUMS" 2>/dev/null || { echo "changed sums pass" >&2; return 1; }
}

dlls_are_signed() {
  local dll=$work/paywall.dll
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=libpaywall-test -addext extendedKeyUsage=codeSigning \
    -keyout "$work/signer.key" -out "$work/signer.pem" 2>/dev/null
  # shellcheck disable=SC2016
  printf '#!/bin/sh\nset -e\nosslsigncode sign -certs "%s" -key "%s" -n libpaywall -in "$1" -out "$1.signed" >/dev/null\nmv "$1.signed" "$1"\n' \
    "$work/signer.pem" "$work/signer.key" >"$work/signer"
  chmod +x "$work/signer"
  # Before any hook of a release.
  cp target/dist/cargo/x86_64-win7-windows-gnu/release/paywall.dll "$dll"
  env -u AUTHENTICODE packaging/sign.sh dlls "$dll" && cmp "$dll" target/dist/cargo/x86_64-win7-windows-gnu/release/paywall.dll || return
  ! AUTHENTICODE=true packaging/sign.sh dlls "$dll" 2>/dev/null || { echo "a hook that does nothing passes" >&2; return 1; }
  AUTHENTICODE=$work/signer packaging/sign.sh dlls "$dll" && verified "$dll" || return
  printf x | dd of="$dll" bs=1 seek=4096 conv=notrunc status=none
  ! verified "$dll" 2>/dev/null || { echo "a changed DLL passes" >&2; return 1; }
}
verified() { # DLL
  local said
  said=$(osslsigncode verify -CAfile "$work/signer.pem" -in "$1" 2>&1) || { echo "$said" >&2; return 1; }
}

# --- all steps ---

c_archive() { # NAME
  case $1 in
    win-*) echo "$root/dist/c/libpaywall-$version-$1.zip" ;;
    *) echo "$root/dist/c/libpaywall-$version-$1.tar.gz" ;;
  esac
}
command_archive() { echo "$root/dist/command/paywall-$version-linux-${1#command-}.tar.gz"; } # NAME
wheel() { # NAME
  (target "$1" && echo "$root/dist/python/paywall-$version-py3-none-$wheel.whl")
}
php_archive=$root/dist/php/libpaywall-paywall-$version.zip
php_zip=$root/dist/php/paywall-php-$version.zip
com_zip=$root/dist/com/paywall-com-$version.zip
nupkg=$root/dist/dotnet/Paywall.$version.nupkg
sdist=$root/dist/python/paywall-$version.tar.gz
deb=("$root/dist/debian/"{libpaywall1,libpaywall-dev,paywall}"_$version-1_amd64.deb")
python=$(python3 -c 'import platform; print(platform.python_version())')
php_here=$(php -r 'echo PHP_VERSION;')
python_of() { case $1 in 11) echo 3.9 ;; 12) echo 3.11 ;; 13) echo 3.13 ;; esac; }
php_of() { case $1 in 11) echo 7.4 ;; 12) echo 8.2 ;; 13) echo 8.4 ;; esac; }

quick() {
  local way system="Debian 12, x86_64"
  for way in gcc static cmake meson; do
    run tried "$(c_archive linux-x64)" "$system, $way" projects "$way"
  done
  run tried "$(command_archive command-x64)" "$system" command_alone command-x64
  run tried "$(wheel linux-x64)" "$system, Python $python" in_empty_environment "$(wheel linux-x64)" python3
  run tried "$php_archive" "$system, PHP $php_here, FFI" composer_ffi "$php_archive"
  run tried "$php_archive" "$system, PHP $php_here, the command" composer_command "$php_archive"
  run tried "$php_zip" "$system, PHP $php_here, FFI" zip_ffi "$php_zip"
  run quiet_on_the_web
  run tried "$nupkg" "$system, .NET Framework 4.6.2 on Mono" on_mono "$nupkg"
  run tried "$nupkg" "$system, .NET Core 3.1" on_core "$nupkg"
  run lintian_finds_no_error "${deb[@]}"
  run tried "${deb[0]}" "$system, dpkg" debian_library
  run tried "${deb[2]}" "$system, dpkg" debian_command
  run sums_are_signed
  run dlls_are_signed
}

# Linux's rows of the table that are not this machine's.
foreign() {
  local name system
  for name in $(target_names elf musl command); do
    target "$name"
    [ "$runs$kind" != hostelf ] && [ "$runs$kind" != hostcommand ] || continue
    system=$(system_of)
    case $kind in
      command) run tried "$(command_archive "$name")" "$system" command_alone "$name" ;;
      musl) run tried "$(c_archive "$name")" "$system" elsewhere "$name" ;;
      elf)
        run tried "$(c_archive "$name")" "$system" elsewhere "$name"
        run tried "$(wheel "$name")" "$system, Python 3.11" wheel_elsewhere "$name"
        run debs_elsewhere "$name"
        ;;
    esac
  done
}

windows() {
  local name system library
  for name in $(target_names pe); do
    for system in win7 win10; do
      for library in libpaywall.dll.a paywall.lib; do
        run tried "$(c_archive "$name")" "Wine 8 as ${system/win/Windows }, $library" under_wine "$name" "$system" "$library"
      done
    done
    run tried "$com_zip" "Wine 8, ${name#win-}, VBScript" com_under_wine "$name"
  done
}

debians() {
  local release system
  for release in 11 12 13; do
    system="Debian $release, x86_64"
    run other_debs "$release"
    run tried "$(wheel linux-x64)" "$system, Python $(python_of "$release")" other "$release" wheel "$(wheel linux-x64)"
    run tried "$php_archive" "$system, PHP $(php_of "$release"), FFI" other_php "$php_archive" "$release"
    run tried "$php_archive" "$system, PHP $(php_of "$release"), the command" other_php "$php_archive" "$release" \
      command/linux-x86_64/paywall
  done
}

# They start servers of their own, whose user may not be able to come here.
plugins() {
  local system="Debian 12, x86_64, PHP $php_here" version
  local apart=(env -u TMPDIR PAYWALL_PLUGINS="$root/dist")
  run "${apart[@]}" tests/plugins/web.sh
  run works "$root/dist/woocommerce/paywall-otp.zip" "$system, WordPress with a stand-in for WooCommerce" \
    "${apart[@]}" tests/plugins/woocommerce.sh
  for version in 3 4; do
    run works "$root/dist/opencart$version/paywall.ocmod.zip" "$system, a stand-in for OpenCart $version" \
      "${apart[@]}" tests/plugins/opencart.sh "$version"
  done
}

all() {
  quick
  run lintian_finds_no_error "$root/dist/debian/"*.deb
  run tried "$sdist" "Debian 12, x86_64, Python $python, compiled" from_source "$sdist"
  foreign
  windows
  debians
  plugins
}

if [ "${1:-}" = quick ]; then
  packaging/dist.sh quick
fi
scripts/build.sh
if [ "${1:-}" = all ]; then
  for name in $(target_names pe); do
    prepare_wine "$name"
  done
  # Wine takes only some certificates.
  export SANDBOX_KEEP=$root/target/windows/x64/certificates
fi
start_sandbox
trap 'stop_sandbox; rm -rf "$work"' EXIT
export SCENARIOS=$root/tests/scenarios.json CONTRACT=$root/tests/contract.json SANDBOX_HTTPS

case ${1:-} in
  quick) quick ;;
  all)
    all
    python3 packaging/tested.py "$notes" >dist/TESTED.md
    cat dist/TESTED.md
    ;;
  *) echo "usage: test.sh quick|all" >&2; exit 2 ;;
esac
all_ran
