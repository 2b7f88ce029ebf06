//! The committed headers: what the sources say, and what C, C++ and PHP can read.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

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
fn the_headers_words_are_those_of_the_contract() {
    let contract: Value = serde_json::from_str(include_str!("../contract.json")).unwrap();
    for (prefix, words) in [("PW_ACTION_", "actions"), ("PW_KIND_", "kinds")] {
        let word = |word: &Value| word.as_str().unwrap().to_owned();
        let expected: Vec<String> = contract[words].as_array().unwrap().iter().map(word).collect();
        let defined = HEADER.lines().filter_map(|line| line.strip_prefix("#define ")?.strip_prefix(prefix));
        let defined: Vec<String> = defined
            .map(|definition| {
                let (name, value) = definition.split_once(' ').unwrap();
                let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap();
                assert_eq!(name, value.to_uppercase());
                value.to_owned()
            })
            .collect();
        assert_eq!(defined, expected, "{words}");
    }
    assert!(!PHP_HEADER.contains("#define"), "PHP's parser reads no macros");
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
