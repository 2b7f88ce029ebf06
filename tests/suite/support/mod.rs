//! What the tests share: a server that answers as told, certificates, and clients for it.

pub mod certificates;
pub mod server;

use std::process::Command;

use paywall::{Client, Config};
use server::Server;

pub const TOKEN: &str = "67a40b720d564a878dd46579b3d2eff3";
pub const SESSION: &str = "6489433e-f36b-1410-825e-001264113a90";
pub const OK: &str = include_str!("../../samples/resend_ok_5001.json");
pub const TOKEN_NOT_VALID: &str = include_str!("../../samples/resend_token_not_valid.json");

/// A configuration for the server, with credentials that no other test has: tests never share connections.
pub fn config(server: &Server) -> Config {
    let mut config = Config::new();
    config.set("base_url", &server.url()).unwrap();
    config.set("api_key", &format!("key-{}", uuid::Uuid::new_v4())).unwrap();
    config.set("api_client", "client-of-the-tests").unwrap();
    if let Some(ca_file) = server.ca_file() {
        config.set("ca_file", ca_file).unwrap();
    }
    config
}

/// A client for the server, with some options on top.
pub fn client(server: &Server, options: &[(&str, &str)]) -> Client {
    let mut config = config(server);
    for (name, value) in options {
        config.set(name, value).unwrap();
    }
    Client::new(&config).unwrap()
}

/// Runs a test in a process of its own: for what the whole process shares, kept connections among it. The test says its
/// own name, by which it is found again there.
pub fn alone(test: &str, body: impl FnOnce()) {
    within(test, &mut Command::new(std::env::current_exe().unwrap()), body);
}

/// The same, by a command to which the name is added: it must run this program.
pub fn within(test: &str, command: &mut Command, body: impl FnOnce()) {
    const INSIDE: &str = "PAYWALL_TEST_ALONE";
    if std::env::var(INSIDE).as_deref() == Ok(test) {
        return body();
    }
    let output = command.args(["--exact", test, "--nocapture"]).env(INSIDE, test).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let told = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}
