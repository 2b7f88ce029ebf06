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
part=packages
source scripts/steps.sh
source scripts/sandbox.sh

work=$root/target/dist/tests
notes=$root/target/dist/tested
zig=$tools/bin/python-zig
rm -rf "$work"
mkdir -p "$work" "$notes"
export TMPDIR=$work

# A step that counts as a test of a file: it must end with the line of the scenarios.
tried() { # FILE SYSTEM COMMAND…
  local file=$1 system=$2 printed
  shift 2
  [ -f "$file" ] || { echo "missing: $file" >&2; return 1; }
  printed=$("$@" 2>&1) || { echo "$printed" >&2; return 1; }
  printed=$(tail -n 1 <<<"$printed" | tr -d '\r')
  echo "$(basename "$file") on $system: $printed"
  [[ "$printed" =~ ^scenarios.*:\ [1-9][0-9]*\ passed(,\ 0\ failed)?$ ]] || return 1
  tested "$file" "$system"
}
# With what it was: a package that is made again is tested again.
tested() { # FILE SYSTEM
  printf '%s\t%s\t%s\n' "$(sha256sum <"$1" | cut -c1-64)" "$(basename "$1")" "$2" >"$notes/$(basename "$1") ${2//\//-}"
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
  unpack "$c_archive" "$place"
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
      cmake --build build
      ./build/shared
      ;;
    meson)
      meson setup build
      ninja -C build
      LD_LIBRARY_PATH=$place/lib ./build/shared
      ;;
  esac
}

# The program of the tests, for another system, and the command that runs it.
elsewhere() { # NAME RUNNER…
  local place=$work/$1
  target "$1"
  shift
  unpack "dist/c/libpaywall-$version-$name.tar.gz" "$place"
  "$zig" c++ -target "$(zig_target)" -std=c++11 -O1 bindings/cpp/tests/scenarios.cpp -o "$place/program" \
    "-I$place/include" "$place/lib/libpaywall.so.1" -Wl,-rpath,'$ORIGIN/lib'
  "$@" "$place/program"
}
zig_target() {
  case $name in
    linux-x64) echo x86_64-linux-gnu.2.17 ;;
    linux-arm64) echo aarch64-linux-gnu.2.17 ;;
    linux-armhf) echo arm-linux-gnueabihf.2.17 ;;
    linux-x86) echo x86-linux-gnu.2.17 ;;
    musl-x64) echo x86_64-linux-musl ;;
    musl-arm64) echo aarch64-linux-musl ;;
  esac
}

# --- the command ---

command_alone() { # NAME RUNNER…
  local place=$work/$1
  unpack "dist/command/paywall-$version-linux-${1#command-}.tar.gz" "$place"
  shift
  python3 packaging/tests/scenarios.py "$@" "$place/paywall"
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
  for _ in $(seq 50); do { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null && break; sleep 0.1; done
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
  dpkg --root="$work/debian" --force-not-root --force-script-chrootless --force-depends --log=/dev/null \
    --install "${deb[@]}" >"$work/dpkg.log" 2>&1 || { cat "$work/dpkg.log" >&2; return 1; }
}
debian_library() {
  local triple=x86_64-linux-gnu
  debian_folder
  # shellcheck disable=SC2046
  PKG_CONFIG_PATH=$work/debian/usr/lib/$triple/pkgconfig g++ -std=c++11 bindings/cpp/tests/scenarios.cpp -o "$work/debian/program" \
    -pthread $(PKG_CONFIG_PATH=$work/debian/usr/lib/$triple/pkgconfig pkg-config --cflags --libs paywall)
  LD_LIBRARY_PATH=$work/debian/usr/lib/$triple "$work/debian/program"
}
debian_command() {
  debian_folder
  python3 packaging/tests/scenarios.py "$work/debian/usr/bin/paywall"
}
lintian_finds_no_error() { lintian --fail-on error "$@"; }

# --- other systems ---

# Another Debian sees this folder at its place, without `target`: it has one of its own, where it finds what it is given.
other() { # RELEASE inside.sh's arguments
  local given=$root/target/debian/$1/target/given
  mkdir -p "$given"
  cp "$PAYWALL_CA_FILE" "$given/ca.pem"
  [ ! -d "$work/shop/vendor" ] || cp -R "$work/shop" "$given/"
  [ ! -f "$work/linux-x64/program" ] || cp "$work/linux-x64/program" "$given/"
  scripts/other-debian.sh --bare "$1" env GIVEN="$root/target/given" PAYWALL_CA_FILE="$root/target/given/ca.pem" \
    SCENARIOS="$SCENARIOS" CONTRACT="$CONTRACT" SANDBOX_HTTPS="$SANDBOX_HTTPS" SANDBOX_HTTP="$SANDBOX_HTTP" \
    PAYWALL_API_KEY="$PAYWALL_API_KEY" PAYWALL_API_CLIENT="$PAYWALL_API_CLIENT" packaging/tests/inside.sh "${@:2}"
}
other_php() { # ARCHIVE RELEASE [COMMAND]
  composer_project "$1" && other "$2" php "${@:3}"
}
other_deb() { # RELEASE
  elsewhere linux-x64 true && other "$1" deb "${deb[@]}"
}

# What programs of another machine need, from Debian 12, without a system of their own.
root_of() { # ARCHITECTURE: prints the folder
  local folder=$root/target/dist/roots/$1 state=$root/target/dist/apt packages=(libc6 libgcc-s1)
  [ "$1" != arm64 ] || packages+=(libexpat1 libffi8 libpython3.11-minimal libpython3.11-stdlib libssl3 python3.11-minimal zlib1g)
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
with_qemu() { # QEMU ARCHITECTURE NAME
  local folder
  folder=$(root_of "$2")
  elsewhere "$3" "$1" -L "$folder"
}
wheel_for_arm64() { # WHEEL
  local folder place=$work/arm64
  folder=$(root_of arm64)
  rm -rf "$place"
  # Any pip can install for another system.
  python3 -m pip install --quiet --disable-pip-version-check --no-index --target "$place" --only-binary :all: \
    --platform manylinux2014_aarch64 "$1"
  PYTHONPATH=$place PYTHONHOME=$folder/usr qemu-aarch64-static -L "$folder" "$folder/usr/bin/python3.11" packaging/tests/scenarios.py
}

# --- Windows ---

# What tests/windows/run.sh has left runs them: Wine, and a stand-in for one of its DLLs (docs/windows.md).
wine_folder() { echo "$root/target/windows/${1#win-}"; }
for_wine() { # FOLDER
  sed -i 's/crypt32\.dll/cryptwn.dll/' "$1/paywall.dll"
}
under_wine() { # NAME win7|win10
  local place=$work/$1 run
  run=$(wine_folder "$1")
  target "$1"
  unpack "dist/c/libpaywall-$version-$name.zip" "$place"
  for_wine "$place/bin"
  "${rust%%-*}-w64-mingw32-g++-posix" -std=c++11 -O1 -static -D__USE_MINGW_ANSI_STDIO=1 "-I$place/include" \
    bindings/cpp/tests/scenarios.cpp -o "$place/bin/program.exe" "$place/lib/libpaywall.dll.a"
  "$run/wine" reg add 'HKCU\Software\Wine' /v Version /d "$2" /f >/dev/null
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

quick() {
  local system="Debian 12, x86_64"
  for way in gcc static cmake meson; do
    run tried "$c_archive" "$system, $way" projects "$way"
  done
  run tried "dist/command/paywall-$version-linux-x64.tar.gz" "$system" command_alone command-x64
  run tried "dist/python/paywall-$version-py3-none-manylinux2014_x86_64.whl" "$system, Python $python" in_empty_environment \
    "$root/dist/python/paywall-$version-py3-none-manylinux2014_x86_64.whl" python3
  run tried "$php_archive" "$system, PHP $php, FFI" composer_ffi "$php_archive"
  run tried "$php_archive" "$system, PHP $php, the command" composer_command "$php_archive"
  run tried "$php_zip" "$system, PHP $php, FFI" zip_ffi "$php_zip"
  run quiet_on_the_web
  run tried "$nupkg" "$system, .NET Framework 4.6.2 on Mono" on_mono "$nupkg"
  run tried "$nupkg" "$system, .NET Core 3.1" on_core "$nupkg"
  run lintian_finds_no_error "${deb[@]}"
  run tried "${deb[0]}" "$system, dpkg" debian_library
  run tried "${deb[2]}" "$system, dpkg" debian_command
}

all() {
  local release name qemu="under qemu-user" wheel=$root/dist/python/paywall-$version-py3-none
  quick
  for name in win-x64 win-x86; do
    for release in win7 win10; do
      run tried "$root/dist/c/libpaywall-$version-$name.zip" "Wine 8 as ${release/win/Windows }" under_wine "$name" "$release"
    done
    run tried "$com_zip" "Wine 8, ${name#win-}, VBScript" com_under_wine "$name"
  done
  for release in 11 12 13; do
    run tried "$c_archive" "Debian $release, x86_64, from Debian packages" other_deb "$release"
    for name in "${deb[@]}"; do tested "$name" "Debian $release, x86_64: installed and removed"; done
    run tried "${wheel}-manylinux2014_x86_64.whl" "Debian $release, x86_64, Python $(python_of "$release")" \
      other "$release" wheel "${wheel}-manylinux2014_x86_64.whl"
    run tried "$php_archive" "Debian $release, x86_64, PHP $(php_of "$release"), FFI" other_php "$php_archive" "$release"
    run tried "$php_archive" "Debian $release, x86_64, PHP $(php_of "$release"), the command" other_php "$php_archive" "$release" \
      command/linux-x86_64/paywall
  done
  run tried "dist/python/paywall-$version.tar.gz" "Debian 12, x86_64, Python $python, compiled" from_source "$root/dist/python/paywall-$version.tar.gz"
  run tried "$(archive_of linux-arm64)" "arm64 $qemu" with_qemu qemu-aarch64-static arm64 linux-arm64
  run tried "$(archive_of linux-armhf)" "armhf $qemu" with_qemu qemu-arm-static armhf linux-armhf
  run tried "$(archive_of linux-x86)" "i386" with_qemu qemu-i386-static i386 linux-x86
  run tried "$(archive_of musl-x64)" "x86_64, musl 1.2.3" elsewhere musl-x64
  run tried "dist/command/paywall-$version-linux-arm64.tar.gz" "arm64 $qemu" command_alone command-arm64 qemu-aarch64-static
  run tried "${wheel}-manylinux2014_aarch64.whl" "arm64 $qemu, Python 3.11" wheel_for_arm64 "${wheel}-manylinux2014_aarch64.whl"
}
archive_of() { echo "$root/dist/c/libpaywall-$version-$1.tar.gz"; }
python_of() { case $1 in 11) echo 3.9 ;; 12) echo 3.11 ;; 13) echo 3.13 ;; esac; }
php_of() { case $1 in 11) echo 7.4 ;; 12) echo 8.2 ;; 13) echo 8.4 ;; esac; }

c_archive=$root/dist/c/libpaywall-$version-linux-x64.tar.gz
php_archive=$root/dist/php/libpaywall-paywall-$version.zip
php_zip=$root/dist/php/paywall-php-$version.zip
com_zip=$root/dist/com/paywall-com-$version.zip
nupkg=$root/dist/dotnet/Paywall.$version.nupkg
deb=("$root/dist/debian/"{libpaywall1,libpaywall-dev,paywall}"_$version-1_amd64.deb")
python=$(python3 -c 'import platform; print(platform.python_version())')
php=$(php -r 'echo PHP_VERSION;')

if [ "${1:-}" = quick ]; then
  packaging/dist.sh quick
fi
scripts/build.sh
if [ "${1:-}" = all ]; then
  for arch in x64 x86; do
    [ -e "target/windows/$arch/tested" ] || { tests/windows/run.sh "$arch" && touch "target/windows/$arch/tested"; }
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
