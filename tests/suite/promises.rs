//! SECURITY.md names the test for each of its claims: they must be there.

use std::fs;
use std::path::PathBuf;

const SECURITY: &str = include_str!("../../SECURITY.md");

/// The source of `folder/file`, which is in `tests` unless it is in `src` or `sandbox`.
fn source(name: &str) -> String {
    let folder = if name.starts_with("src/") || name.starts_with("sandbox/") { "" } else { "tests" };
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder).join(format!("{name}.rs"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("SECURITY.md names {name}: {error}"))
}

#[test]
fn every_claim_about_security_names_a_test_that_is_there() {
    let claims: Vec<&str> = SECURITY
        .split("\n| cannot | shown by |\n| --- | --- |\n")
        .skip(1)
        .map(|table| table.split("\n\n").next().unwrap())
        .collect();
    assert!(claims.len() >= 5, "SECURITY.md has lost its tables");
    for row in claims.iter().flat_map(|table| table.lines()) {
        let tests: Vec<&str> = row.split('`').filter(|text| text.contains("::")).collect();
        assert!(!tests.is_empty(), "no test for: {row}");
        for test in tests {
            let (file, name) = test.split_once("::").unwrap();
            let source = source(file);
            let lines: Vec<&str> = source.lines().map(str::trim).collect();
            let head = format!("fn {name}(");
            assert!(
                lines.windows(2).any(|pair| pair[0] == "#[test]" && pair[1].starts_with(&head)),
                "there is no test {test}"
            );
        }
    }
}
