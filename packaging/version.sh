#!/usr/bin/env bash
# The version stands in Cargo.toml; every other place that names it has to say the same.
#   version.sh            compares them
#   version.sh NUMBER     writes the number into all of them
set -euo pipefail
cd "$(dirname "$0")/.."

# FILE, and what stands before and after the number.
places='bindings/python/src/paywall/_version.py|VERSION = "|"
bindings/dotnet/src/Paywall/Paywall.csproj|<Version>|</Version>
bindings/dotnet/src/Paywall/AssemblyInfo.cs|AssemblyFileVersion("|.0")
bindings/dotnet/tests/published/Shop.csproj|Include="Paywall" Version="|"
bindings/dotnet/README.md|paywall-|.dll
bindings/dotnet/README.tr.md|paywall-|.dll
bindings/php/composer.json|"version": "|"
bindings/php/README.md|libpaywall-paywall-|.zip
bindings/php/README.tr.md|libpaywall-paywall-|.zip
bindings/python/tests/test_wheel.py|"paywall", "|", "py3"
bindings/python/tests/test_wheel.py|paywall-|.dist-info
bindings/python/tests/test_command.py|libpaywall |, interface'
current=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)

if [ $# -gt 0 ]; then
  [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "version.sh: '$1' is not a number such as 1.2.3" >&2; exit 2; }
  sed -i "/^\[workspace.package\]/,/^\[/s/^version = \".*\"/version = \"$1\"/" Cargo.toml
  while IFS='|' read -r file before after; do
    sed -i "s#\($before\)[0-9][0-9]*\.[0-9][0-9]*\.[0-9][0-9]*\($after\)#\1$1\2#g" "$file"
  done <<<"$places"
  cargo update --quiet --workspace
  cargo update --quiet --manifest-path fuzz/Cargo.toml paywall
  current=$1
fi

status=0
while IFS='|' read -r file before after; do
  grep -qF "$before$current$after" "$file" || { echo "$file does not say $before$current$after (packaging/version.sh $current)" >&2; status=1; }
done <<<"$places"
exit "$status"
