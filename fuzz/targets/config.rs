//! Options in any order: lines of `name=value`. What is accepted makes a client whose requests are good HTTP.

#![no_main]

use libfuzzer_sys::fuzz_target;
use paywall::{Client, Config, Outcome};
use paywall_fuzz::document::checked;
use paywall_fuzz::{SESSION, TOKEN};

/// A refusal names the rule; longer values it never quotes, since any of them may be a secret.
fn refused(outcome: &Outcome, value: &str) {
    let json = outcome.to_json();
    assert_eq!(checked(&json)["status"], "invalid");
    assert!(value.len() < 32 || !json.contains(value), "{json}");
}

fuzz_target!(|data: &str| {
    let mut config = Config::new();
    let mut secrets = vec![];
    for line in data.split('\n') {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        // The fuzzer names no file of this machine.
        if name == "ca_file" {
            continue;
        }
        let before = format!("{config:?}");
        match config.set(name, value) {
            Ok(()) if name == "api_key" || name == "api_client" || name.starts_with("header.") => secrets.push(value),
            Ok(()) => {}
            Err(outcome) => {
                refused(&outcome, value);
                assert_eq!(format!("{config:?}"), before);
            }
        }
    }
    let shown = format!("{config:?}");
    assert!(!secrets.iter().any(|secret| secret.len() > 32 && shown.contains(secret)), "{shown}");
    match Client::new(&config) {
        Err(outcome) => refused(&outcome, ""),
        // Builds the request, as a panic in that would show.
        Ok(client) => _ = checked(&client.resend_answered(TOKEN, SESSION, 403, b"").to_json()),
    }
});
