//! What an answer means: two bytes of HTTP status, and the body. A whole call without the network.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use paywall::{Client, Config};
use paywall_fuzz::document::{agrees_with_the_table, checked};
use paywall_fuzz::{SESSION, TOKEN};

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let mut config = Config::new();
    for (name, value) in [("base_url", "http://127.0.0.1"), ("api_key", "the-key"), ("api_client", "the-client")] {
        config.set(name, value).expect("a good option");
    }
    Client::new(&config).expect("a good configuration")
});

fuzz_target!(|data: &[u8]| {
    let Some((status, body)) = data.split_first_chunk() else { return };
    let http_status = u16::from_be_bytes(*status) % 1000;
    let document = checked(&CLIENT.resend_answered(TOKEN, SESSION, http_status, body).to_json());
    agrees_with_the_table(&document);
});
