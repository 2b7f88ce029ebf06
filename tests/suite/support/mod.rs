//! What the tests share: a server that answers as it is asked to, certificates, and clients for it.

pub mod certificates;
pub mod children;
pub mod openssl;
pub mod process;
pub mod server;
pub mod watch;

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
    process::within(test, &mut Command::new(std::env::current_exe().unwrap()), body);
}
