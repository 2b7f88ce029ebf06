//! An answer as it comes over the wire, byte by byte: over a real socket.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use paywall::{Client, Config};
use paywall_fuzz::document::{agrees_with_the_table, checked};
use paywall_fuzz::server::Server;
use paywall_fuzz::{SESSION, TOKEN, closing};

static PEER: LazyLock<(Server, Client)> = LazyLock::new(|| {
    let server = Server::start();
    let mut config = Config::new();
    for (name, value) in [
        ("base_url", &*format!("http://127.0.0.1:{}", server.port())),
        ("api_key", "the-key"),
        ("api_client", "the-client"),
        ("idle_timeout_ms", "0"),
    ] {
        config.set(name, value).expect("a good option");
    }
    (server, Client::new(&config).expect("a good configuration"))
});

fuzz_target!(|data: &[u8]| {
    let (server, client) = &*PEER;
    server.will_answer([closing(data)]);
    let document = checked(&client.resend_otp(TOKEN, SESSION).to_json());
    assert_eq!(server.requests().len(), 1);
    agrees_with_the_table(&document);
});
