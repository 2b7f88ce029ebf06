//! `pw_json_get` against serde_json's own pointers.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::abi::{agrees_with_serde_json, json_get};
use crate::cases;
use crate::envelopes::{envelope, json};

/// Every pointer that leads somewhere.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                pointers(value, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                pointers(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(cases(700))]

    #[test]
    fn every_pointer_leads_where_serde_json_finds_it(json in prop_oneof![json(), envelope()]) {
        let mut found = vec![];
        if let Ok(value) = serde_json::from_str(&json) {
            pointers(&value, "", &mut found);
        }
        for pointer in found {
            agrees_with_serde_json(&json, &pointer);
            for other in ["/", "/0", "/00", "/+0", "/-1", "/-", "/18446744073709551616", "~", "~0", "0"] {
                agrees_with_serde_json(&json, &format!("{pointer}{other}"));
            }
        }
    }

    #[test]
    fn any_texts_are_read_alike(
        json in prop_oneof![json(), any::<String>(), "[\\[\\]{}\",:0-9ae \\\\]{0,20}"],
        pointer in prop_oneof![
            any::<String>(),
            vec(select(vec!["", "0", "1", "01", "-", "~0", "~1", "~2", "~01", "~", "a", "ğ"]), 0..4)
                .prop_map(|segments| segments.iter().map(|segment| format!("/{segment}")).collect::<String>()),
        ],
    ) {
        agrees_with_serde_json(&json, &pointer);
    }

    #[test]
    fn what_is_found_is_json_at_any_depth(depth in 1..200_usize, at in 0..200_usize) {
        let json = format!("{}7{}", r#"{"a":["#.repeat(depth), "]}".repeat(depth));
        let found = json_get(&json, &"/a/0".repeat(at.min(depth)));
        prop_assert_eq!(found.map(|found| found.len()), Some(1 + 8 * depth.saturating_sub(at)));
    }
}
