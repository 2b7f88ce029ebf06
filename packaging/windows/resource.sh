#!/usr/bin/env bash
# Compiles what Explorer shows of a DLL to an object.
#   resource.sh TOOLS NAME TEXT OBJECT    TOOLS: x86_64-w64-mingw32, say
set -euo pipefail
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$(dirname "$0")/../../Cargo.toml")
numbers=${version%%-*}
"$1-windres" -DNAME="\\\"$2\\\"" -DTEXT="\\\"$3\\\"" -DVERSION="\\\"$version\\\"" -DNUMBERS="${numbers//./,},0" \
  "$(dirname "$0")/version.rc" -O coff -o "$4"
