//! A `ca_file` of any content: it is read, or refused in a short line that has nothing of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use paywall::{Client, Config};
use paywall_fuzz::document::checked;

/// Stands somewhere in each file, as a key would.
const SECRET: &[u8] = b"q7PlantedSecret";

fuzz_target!(|data: &[u8]| {
    // Where the secret stands comes first.
    let [high, low, data @ ..] = data else { return };
    let path = std::env::temp_dir().join(format!("paywall-fuzz-{}.pem", std::process::id()));
    let place = usize::from(u16::from_be_bytes([*high, *low])) % (data.len() + 1);
    for content in [data.to_vec(), [&data[..place], SECRET, &data[place..]].concat()] {
        std::fs::write(&path, content).unwrap();
        let mut config = Config::new();
        let options = [("base_url", "http://127.0.0.1:9"), ("api_key", "key"), ("api_client", "client")];
        for (name, value) in options.into_iter().chain([("ca_file", path.to_str().unwrap())]) {
            config.set(name, value).unwrap();
        }
        let made = Client::new(&config);
        std::fs::remove_file(&path).unwrap();
        let Err(outcome) = made else { continue };
        assert_eq!(checked(&outcome.to_json())["status"], "invalid");
        let message = &outcome.message;
        assert!(message.len() < 700 && !message.chars().any(char::is_control), "{message}");
        assert!(!message.contains("q7Planted"), "{message}");
    }
});
