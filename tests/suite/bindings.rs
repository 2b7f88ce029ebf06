//! The COM class, which only Windows can run: its properties are the members of the document.

use std::collections::BTreeSet;

use serde_json::Value;

const COM: &str = include_str!("../../bindings/com/paywall_com.cpp");

/// `retry_after_ms` as `RetryAfterMs`, `url_3d` as `Url3D`.
fn capitalized(name: &str) -> String {
    let part = |part: &str| {
        let digits = part.len() - part.trim_start_matches(|character: char| character.is_ascii_digit()).len();
        let (digits, word) = part.split_at(digits);
        let (first, rest) = word.split_at(1);
        format!("{digits}{}{rest}", first.to_uppercase())
    };
    name.split('_').map(part).collect()
}

#[test]
fn the_com_class_has_a_property_for_each_member_and_no_other() {
    let contract: Value = serde_json::from_str(include_str!("../contract.json")).unwrap();
    let members = ["document", "error", "transport"].into_iter().flat_map(|part| {
        contract["members"][part].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned())
    });
    // The two objects are flattened. The status is also there as the number that C returns.
    let mut expected: BTreeSet<String> = members.filter(|name| !["error", "transport"].contains(&&**name)).collect();
    assert!(expected.insert("number".to_owned()));

    let mut properties = BTreeSet::new();
    for line in COM.lines().filter_map(|line| line.trim().strip_prefix("PAYWALL_PROPERTY(\"")) {
        let (name, accessor) = line.strip_suffix("),").unwrap().split_once("\", ").unwrap();
        assert_eq!(name, capitalized(accessor));
        assert!(properties.insert(accessor.to_owned()), "{name} stands twice");
    }
    assert_eq!(properties, expected);
}
