//! The floors of src, as lib.rs states them: a module imports from floors below its own only, and nothing goes in circles.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// From the top down. Modules of one floor do not know each other.
const FLOORS: [&[&str]; 9] = [
    &["capi"],
    &["client"],
    &["decision", "delivery"],
    &["config", "arguments"],
    &["outcome", "encoding"],
    &["json"],
    &["secret"],
    &["os"],
    &["panics"],
];

/// The two folders that may hold `unsafe`.
const UNSAFE: [&str; 2] = ["capi", "os"];

/// A module's path such as `delivery::tls::trust`, and its code without comments and tests.
type Modules = BTreeMap<String, String>;

fn modules() -> Modules {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut modules) = (vec![root.clone()], Modules::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path.strip_prefix(&root).unwrap().with_extension("");
                let name = relative.to_str().unwrap().replace('/', "::");
                let name = name.strip_suffix("::mod").unwrap_or(&name);
                if !["lib", "bin::paywall", "contract"].contains(&name) && !name.ends_with("tests") {
                    modules.insert(name.to_owned(), code(&std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
    }
    modules
}

fn code(source: &str) -> String {
    let source = source.split("\nmod tests {").next().unwrap();
    let lines = source.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// The module of this crate that a path leads to, seen from `module`: the longest that there is.
fn target(modules: &Modules, module: &str, path: &str) -> Option<String> {
    let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
    let absolute = match path.split_once("::")? {
        ("crate", rest) => rest.to_owned(),
        ("super", rest) if parent.is_empty() => rest.to_owned(),
        ("super", rest) => format!("{parent}::{rest}"),
        _ => format!("{module}::{path}"),
    };
    let mut segments: Vec<&str> = absolute.split("::").collect();
    while !segments.is_empty() {
        let name = segments.join("::");
        if modules.contains_key(&name) {
            return Some(name).filter(|name| name != module);
        }
        segments.pop();
    }
    None
}

/// Every path in the code, with the members of its braces one by one; what is only handed on is left out.
fn paths(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for statement in code.split(';') {
        let statement = statement.trim_start();
        if statement.starts_with("pub(crate) use ") || statement.starts_with("pub use ") {
            continue;
        }
        let is_path = |character: char| character.is_alphanumeric() || matches!(character, '_' | ':');
        for word in statement.split(|character| !is_path(character)).filter(|word| word.contains("::")) {
            found.insert(word.trim_end_matches(':').to_owned());
        }
        let Some((stem, members)) = statement.strip_prefix("use ").and_then(|path| path.split_once("::{")) else {
            continue;
        };
        for member in members.trim_end_matches('}').split(',') {
            found.insert(format!("{stem}::{}", member.trim()));
        }
    }
    found
}

fn imports(modules: &Modules) -> BTreeMap<&str, BTreeSet<String>> {
    let of = |name: &String, code: &String| {
        paths(code).iter().filter_map(|path| target(modules, name, path)).collect::<BTreeSet<_>>()
    };
    modules.iter().map(|(name, code)| (name.as_str(), of(name, code))).collect()
}

fn complaints(modules: &Modules) -> Vec<String> {
    let floor = |module: &str| {
        let top = module.split("::").next().unwrap();
        FLOORS.iter().position(|floor| floor.contains(&top))
    };
    let imports = imports(modules);
    let mut complaints = Vec::new();
    for (name, imported) in &imports {
        let Some(here) = floor(name) else {
            complaints.push(format!("{name} stands on no floor"));
            continue;
        };
        for other in imported {
            let inside = name.split("::").next() == other.split("::").next();
            if !inside && floor(other).is_none_or(|there| there <= here) {
                complaints.push(format!("{name} imports {other}, which does not stand below it"));
            }
        }
    }
    // What imports nothing that is left cannot be in a circle.
    let mut left: BTreeSet<&str> = imports.keys().copied().collect();
    loop {
        let done: Vec<&str> = left
            .iter()
            .copied()
            .filter(|name| imports[name].iter().all(|other| !left.contains(other.as_str())))
            .collect();
        if done.is_empty() {
            break;
        }
        done.into_iter().for_each(|name| _ = left.remove(name));
    }
    if !left.is_empty() {
        complaints.push(format!("a circle among {left:?}"));
    }
    for (name, code) in modules {
        let allowed = UNSAFE.contains(&name.split("::").next().unwrap());
        if code.contains("unsafe") && !allowed {
            complaints.push(format!("{name} has unsafe code"));
        }
    }
    complaints
}

#[test]
fn modules_import_from_the_floors_below_and_nothing_goes_in_circles() {
    let modules = modules();
    assert!(modules.len() >= 35, "{:?}", modules.keys());
    assert!(imports(&modules)["delivery::connect"].contains("delivery::tls"), "imports are found");
    assert_eq!(complaints(&modules), Vec::<String>::new());
}

#[test]
fn an_import_from_above_a_circle_and_unsafe_code_are_noticed() {
    for (module, line, complaint) in [
        ("os::own_socket", "use crate::client::Client;", "os::own_socket imports client"),
        ("decision::codes", "fn f() { crate::delivery::warm_up() }", "decision::codes imports delivery"),
        ("delivery::socket", "use super::{failure::Failure, pool};", "a circle among"),
        ("delivery::tls::records", "use super::trust::Trust;\nuse super::Session;", "a circle among"),
        ("json", "unsafe fn f() {}", "json has unsafe code"),
        ("attic", "", "attic stands on no floor"),
    ] {
        let mut modules = modules();
        modules.entry(module.to_owned()).or_default().push_str(&format!("\n;{line}"));
        let complaints = complaints(&modules);
        assert!(complaints.iter().any(|one| one.starts_with(complaint)), "{line}: {complaints:?}");
    }
}
