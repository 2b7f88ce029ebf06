//! The floors of src, as main.rs states them: a module imports only from floors below its own. And the library for /shop.

use std::path::Path;

/// From the top down. Modules of one floor do not know each other.
const FLOORS: [&[&str]; 10] = [
    &["server"],
    &["shop"],
    &["control"],
    &["resend", "events", "page", "openapi"],
    &["state"],
    &["config", "export"],
    &["armed", "operations", "journal", "flags", "guard"],
    &["outcomes", "faults"],
    &["answers"],
    &["link", "tls", "clock", "shown"],
];

fn floor(module: &str) -> usize {
    FLOORS.iter().position(|floor| floor.contains(&module)).unwrap_or_else(|| panic!("{module} stands on no floor"))
}

/// The modules that the code imports; what its unit tests do is their own affair.
fn imports(source: &str) -> Vec<String> {
    let code = source.split("\nmod tests {").next().unwrap();
    let first = |path: &str| {
        let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
        path[..end].to_owned()
    };
    code.split("crate::")
        .skip(1)
        .flat_map(|path| match path.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap().split(',').map(|name| first(name.trim())).collect(),
            None => vec![first(path)],
        })
        .collect()
}

#[test]
fn modules_import_from_the_floors_below() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    let mut modules = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if name == "main" {
            continue;
        }
        modules += 1;
        let here = floor(name);
        assert!(main.contains(&format!("`{name}`")), "main.rs does not say where {name} stands");
        for import in imports(&std::fs::read_to_string(&path).unwrap()) {
            assert!(floor(&import) > here, "{name} imports {import}, which does not stand below it");
        }
    }
    assert_eq!(modules, FLOORS.iter().map(|floor| floor.len()).sum::<usize>());
    assert_eq!(imports("use crate::{a, b::C};\nuse crate::d::{e};\nmod tests {\nuse crate::f;"), ["a", "b", "d"]);
}

/// The lines of a section of a manifest that say something.
fn section<'a>(manifest: &'a str, name: &str) -> Vec<&'a str> {
    let lines = manifest.lines().skip_while(|line| *line != name).skip(1).take_while(|line| !line.starts_with('['));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[test]
fn the_shops_library_is_made_of_what_the_library_is_made_of() {
    let (library, shops) = (include_str!("../../Cargo.toml"), include_str!("../library/Cargo.toml"));
    for name in ["[dependencies]", "[target.'cfg(unix)'.dependencies]"] {
        assert!(!section(library, name).is_empty(), "{name}");
        assert_eq!(section(library, name), section(shops, name), "{name}");
    }
}
