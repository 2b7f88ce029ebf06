//! Generates the C headers into OUT_DIR, where a test compares them with the committed ones, and names the shared library.

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The file name that programs are linked to. It changes only with the ABI's major.
const SONAME: &str = "libpaywall.so.1";
/// The same on macOS.
const DYLIB: &str = "libpaywall.1.dylib";

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));

    for (config, header) in [("include/cbindgen.toml", "paywall.h"), ("include/cbindgen-php.toml", "paywall_php.h")] {
        generate(&root, config, &out.join(header));
    }
    // Not in PHP's header, whose parser reads no macros.
    add_words(&root, &out.join("paywall.h"));

    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux") => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,{SONAME}");
            // A thread that resolves a name may outlive dlclose.
            println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
        Ok("macos") => println!("cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/{DYLIB}"),
        _ => {}
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

/// The words of the document that programs compare: the enumeration, and what the header says about it.
const WORDS: [(&str, &str); 2] = [
    (
        "Action",
        "What to do next: the document's `action`. Later versions may add actions: treat one that your program does not\n \
         * know like PW_ACTION_CONTACT_SUPPORT.",
    ),
    (
        "Kind",
        "Why a call did not end with \"ok\": the document's `error.kind`. Later versions may add kinds: decide by the\n \
         * action.",
    ),
];

/// Puts the words before the functions. cbindgen reads constants, not the macro that these words stand in.
fn add_words(root: &Path, header: &Path) {
    const VOCABULARY: &str = "src/outcome/vocabulary.rs";
    const FUNCTIONS: &str = "#ifdef __cplusplus\nextern \"C\" {";
    println!("cargo::rerun-if-changed={VOCABULARY}");
    let vocabulary = std::fs::read_to_string(root.join(VOCABULARY)).expect("the vocabulary can be read");
    let constants: String = WORDS.iter().map(|(name, about)| constants(&vocabulary, name, about)).collect();
    let generated = std::fs::read_to_string(header).expect("the header was generated");
    assert_eq!(generated.matches(FUNCTIONS).count(), 1, "the functions begin in one place");
    let whole = generated.replace(FUNCTIONS, &format!("{constants}{FUNCTIONS}"));
    std::fs::write(header, whole).expect("the header can be written");
}

/// `#define PW_ACTION_WAIT "wait"` for each member of the block of `vocabulary!` with this name, after its comment.
fn constants(vocabulary: &str, name: &str, about: &str) -> String {
    let mut text = format!("/*\n * {about}\n */\n\n");
    let mut comment: Vec<&str> = Vec::new();
    let begin = format!("    {name} {{");
    let members = vocabulary.lines().skip_while(|line| *line != begin).skip(1).take_while(|line| *line != "    }");
    let mut count = 0;
    for line in members.map(str::trim) {
        if let Some(words) = line.strip_prefix("/// ") {
            comment.push(words);
            continue;
        }
        let word = line.strip_suffix("\",").and_then(|line| line.split_once(" => \""));
        let (_, word) = word.unwrap_or_else(|| panic!("not a member of {name}: {line}"));
        let constant = format!("PW_{}_{}", name.to_uppercase(), word.to_uppercase());
        writeln!(text, "/**\n * {}\n */\n#define {constant} \"{word}\"\n", comment.join("\n * "))
            .expect("a string takes all");
        comment.clear();
        count += 1;
    }
    assert!(count > 0, "{name} has no members");
    text
}
