//! Generates the C headers into OUT_DIR, where a test compares them with the committed ones, and names the shared library.

use std::path::{Path, PathBuf};

/// The file name that programs are linked to. It changes only with the ABI's major.
const SONAME: &str = "libpaywall.so.1";

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));

    for (config, header) in [("include/cbindgen.toml", "paywall.h"), ("include/cbindgen-php.toml", "paywall_php.h")] {
        generate(&root, config, &out.join(header));
    }

    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,{SONAME}");
        // A thread that resolves a name may outlive dlclose.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}

fn generate(root: &Path, config: &str, header: &Path) {
    println!("cargo::rerun-if-changed={config}");
    println!("cargo::rerun-if-changed=src/capi");
    let config = cbindgen::Config::from_file(root.join(config)).expect("the cbindgen configuration can be read");
    let mut builder = cbindgen::Builder::new().with_config(config);
    for module in ["version", "status", "config", "context", "document"] {
        builder = builder.with_src(root.join("src/capi").join(module).with_extension("rs"));
    }
    builder.generate().expect("the header can be generated").write_to_file(header);
}
