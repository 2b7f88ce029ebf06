//! `tests/contract.json`, the one description of the vocabulary. Each language holds its constants, options and members
//! against it. It is written from the sources (`make header`), and this test compares the committed one with them.

use serde_json::{Value, json};

use crate::capi::{PW_ABI_MAJOR, PW_ABI_MINOR};
use crate::config;
use crate::outcome::{Action, Connection, Kind, Outcome, Stage, Status, TokenState};

macro_rules! names {
    ($type:ident) => {
        $type::ALL.iter().map(|word| word.name()).collect::<Vec<_>>()
    };
}

fn members(value: &Value) -> Vec<&String> {
    value.as_object().expect("an object").keys().collect()
}

fn described() -> String {
    let statuses: Vec<Value> =
        Status::ALL.iter().map(|status| json!({"name": status.name(), "number": status.number()})).collect();
    let document: Value =
        serde_json::from_str(&Outcome::invalid_argument("token", "must not be empty").to_json()).unwrap();
    let contract = json!({
        "abi": {"major": PW_ABI_MAJOR, "minor": PW_ABI_MINOR},
        "statuses": statuses,
        "actions": names!(Action),
        "kinds": names!(Kind),
        "stages": names!(Stage),
        "token_states": names!(TokenState),
        "connections": names!(Connection),
        "options": config::tests::described(),
        "members": {
            "document": members(&document),
            "error": members(&document["error"]),
            "transport": members(&document["transport"]),
        },
    });
    serde_json::to_string_pretty(&contract).unwrap() + "\n"
}

#[test]
fn the_committed_description_is_what_the_sources_say() {
    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contract.json");
    let described = described();
    if std::env::var_os("PAYWALL_WRITE_CONTRACT").is_some() {
        std::fs::write(FILE, &described).unwrap();
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(committed == described, "tests/contract.json is not what the sources say: run `make header`");
}
