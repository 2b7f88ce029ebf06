//! The committed headers: what the sources say, and what C, C++ and PHP can read.

use std::path::PathBuf;
use std::process::Command;

use crate::support::process::temporary;

const HEADER: &str = include_str!("../../include/paywall.h");
const PHP_HEADER: &str = include_str!("../../include/paywall_php.h");

#[test]
fn the_committed_headers_are_the_generated_ones() {
    for (committed, generated, name) in [
        (HEADER, include_str!(concat!(env!("OUT_DIR"), "/paywall.h")), "paywall.h"),
        (PHP_HEADER, include_str!(concat!(env!("OUT_DIR"), "/paywall_php.h")), "paywall_php.h"),
    ] {
        assert!(committed == generated, "include/{name} is not what the sources say: run `make header`");
    }
}

#[test]
fn the_header_alone_is_good_c_and_cpp() {
    let include = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("include");
    let source = temporary("header.c");
    std::fs::write(&source, "#include \"paywall.h\"\n#include \"paywall.h\"\n").unwrap();
    for (compiler, language, standard) in
        [("cc", "c", "c99"), ("cc", "c", "c11"), ("c++", "c++", "c++11"), ("c++", "c++", "c++17")]
    {
        let output = Command::new(compiler)
            .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-x", language])
            .arg(format!("-std={standard}"))
            .arg("-I")
            .arg(&include)
            .arg(&source)
            .output()
            .unwrap_or_else(|error| panic!("{compiler} must be installed for this test: {error}"));
        assert!(output.status.success(), "{standard}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn nothing_crosses_the_boundary_whose_size_a_language_could_get_wrong() {
    let code: String = HEADER.split("*/").map(|part| part.split("/*").next().unwrap()).collect();
    for word in ["enum ", "bool", "long", "size_t", "float", "double", "...", "(*", "unsigned"] {
        assert!(!code.contains(word), "{word}");
    }
    // The only structs are opaque.
    assert_eq!(code.matches("struct").count(), 2);
}
