#!/usr/bin/env bash
# Builds the library or the command for some targets of packaging/targets.txt, and has packaging/check.sh check each.
#   natives.sh [NAME…]    all of them if you name none
# Leaves in dist/natives/NAME the files that packages deliver.
#
# One compiler for all: Debian's Rust, which compiles its standard library too. zig links ELF and Mach-O against the C
# libraries that it brings, of any age; MinGW-w64 links for Windows.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
source packaging/common.sh

build=$root/target/dist
mkdir -p "$build" dist/natives

say() { echo "natives: $*" >&2; }

install_tools() {
  python3 -m venv "$tools" || die "missing: python3-venv"
  "$tools/bin/pip" install --quiet --disable-pip-version-check --requirement packaging/requirements.txt
}

# No file may tell where it was built, and the same sources give the same bytes in any folder.
remapped() { # OPTION
  local registry=${CARGO_HOME:-$HOME/.cargo}/registry/src rust
  rust=$(/usr/bin/rustc --version | cut -d' ' -f2)
  # The last one that fits wins.
  printf '%s\n' "$1=$root=/paywall" "$1=$build=/build" "$1=/usr/src/rustc-$rust=/rust" "$1=/usr/lib/rustlib/src/rust=/rust"
  for registry in "$registry"/*; do
    printf '%s\n' "$1=$registry=/crates"
  done
}

# Everything that could lead another compiler, or this machine's flags, in.
compile() ( # CARGO-ARGUMENTS…: with the flags in `flags`
  unset RUSTC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTDOC RUSTUP_TOOLCHAIN CARGO RUSTFLAGS
  unset CARGO_BUILD_RUSTFLAGS CARGO_BUILD_TARGET CFLAGS CXXFLAGS LDFLAGS
  local variable=${triple//-/_}
  export PATH=/usr/bin:$tools/bin:$PATH RUSTC_BOOTSTRAP=1
  export CARGO_TARGET_DIR=$build/cargo
  export "CFLAGS_$variable=$(remapped -ffile-prefix-map | paste -sd ' ')"
  mapfile -t -O "${#flags[@]}" flags < <(remapped --remap-path-prefix)
  CARGO_ENCODED_RUSTFLAGS=$(printf '%s\x1f' "${flags[@]}")
  export CARGO_ENCODED_RUSTFLAGS=${CARGO_ENCODED_RUSTFLAGS%$'\x1f'}
  if [ "$kind" = pe ]; then
    export "CARGO_TARGET_${variable^^}_LINKER=$mingw-gcc" "CC_$variable=$mingw-gcc" "AR_$variable=$mingw-ar"
    cargo rustc "$@"
  else
    # Crates that watch it would be compiled again for each commit. Only a DLL has a time in it.
    unset SOURCE_DATE_EPOCH
    export CARGO_ZIGBUILD_ZIG_PATH=$zig CARGO_ZIGBUILD_CACHE_DIR=$build/zigbuild ZIG_GLOBAL_CACHE_DIR=$build/zig
    cargo-zigbuild rustc "$@"
  fi
)

native() {
  local flags=() what=(--lib --crate-type cdylib) after=()
  local triple=${rust%%.[0-9]*} to=dist/natives/$name
  local out=$build/cargo/$triple/release
  say "building $name"
  case $kind in
    elf) what=(--lib --crate-type 'cdylib,staticlib') ;;
    musl) flags=(-Ctarget-feature=-crt-static -Clink-self-contained=no) ;;
    # zig makes a static program of it that is position-independent too.
    command)
      flags=(-Ctarget-feature=-crt-static -Clink-self-contained=no)
      what=(--bin paywall) after=(-- -Clink-arg=-static)
      ;;
    pe)
      mingw=${rust%%-*}-w64-mingw32
      mkdir -p "$build/$name"
      packaging/windows/resource.sh "$mingw" paywall.dll 'Paywall Masterpass Resend OTP' "$build/$name/version.o"
      after=(-- "-Clink-arg=$build/$name/version.o")
      if [ "${rust%%-*}" = i686 ]; then
        # There the unwinder learns of each module from two objects around its code, which are made with Rust itself.
        for object in rsbegin rsend; do
          RUSTC_BOOTSTRAP=1 /usr/bin/rustc --target "$rust" --emit obj -o "$build/$name/$object.o" \
            "/usr/lib/rustlib/src/rust/library/rtstartup/$object.rs"
        done
        after+=(-L "native=$build/$name")
      fi
      ;;
    macho)
      flags=(-Cstrip=none)
      # rustc would strip with a tool of LLVM's that Debian's lacks; the linker can. It also drops libraries that nothing uses.
      after=(-- "-Clink-arg=-F$root/packaging/macos" "-Clink-arg=-Wl,-x,-S,-dead_strip_dylibs")
      export MACOSX_DEPLOYMENT_TARGET=11.0
      ;;
  esac
  local TIMEFORMAT="natives: $name: %0R s, %0U s + %0S s on processors"
  # Without the default features: nobody sees a backtrace, and it would be a tenth of the library.
  time compile --locked --release --quiet -Zbuild-std=std,panic_unwind -Zbuild-std-features=panic-unwind --target "$rust" \
    -p paywall "${what[@]}" "${after[@]}" ||
    die "$name does not build"
  rm -rf "$to"
  mkdir -p "$to"
  case $kind in
    elf)
      cp "$out/libpaywall.so" "$to/libpaywall.so.1"
      cp "$out/libpaywall.a" "$to/"
      ;;
    musl)
      cp "$out/libpaywall.so" "$to/libpaywall.so.1"
      # zig calls musl's library libc.so; the name of the file that Alpine has is what wheels must say.
      patchelf --replace-needed libc.so "libc.musl-${rust%%-*}.so.1" "$to/libpaywall.so.1"
      ;;
    command) cp "$out/paywall" "$to/" ;;
    pe)
      cp "$out/paywall.dll" "$out/libpaywall.dll.a" "$to/"
      { printf 'LIBRARY paywall.dll\nEXPORTS\n'; sed -n 's/^export /  /p' tests/abi/interface.txt; } >"$to/paywall.def"
      # For Visual C++. On x86 C's names have an underscore in objects, and none in the DLL.
      case ${rust%%-*} in
        x86_64) llvm-dlltool-14 -m i386:x86-64 -d "$to/paywall.def" -l "$to/paywall.lib" ;;
        i686) llvm-dlltool-14 -m i386 -k -d "$to/paywall.def" -l "$to/paywall.lib" ;;
      esac
      packaging/com.sh "$name"
      ;;
    macho) cp "$out/libpaywall.dylib" "$to/libpaywall.1.dylib" ;;
  esac
}

once "$tools/bin/cargo-zigbuild" install_tools packaging/requirements.txt
zig=$("$tools/bin/python" -c 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))')

names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(target_names all)
for one in "${names[@]}"; do
  target "$one"
  # Parts of the tests that run beside each other need the same ones.
  once "$(native_file)" native src build.rs Cargo.toml Cargo.lock include bindings/com packaging/{macos,windows} \
    packaging/{natives.sh,com.sh,targets.txt,requirements.txt}
  packaging/check.sh "$one"
done
