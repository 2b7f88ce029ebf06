//! A client of the library, and what it says.

use std::time::Duration;

use paywall::{Client, Config, Outcome};

use crate::certificates::Authority;

const TOKEN: &str = "67a40b720d564a878dd46579b3d2eff3";
const SESSION: &str = "6489433e-f36b-1410-825e-001264113a90";

/// The answer of the service that means success.
pub const OK: &str = include_str!("../samples/resend_ok_5001.json");

/// A client with credentials that no other has: it shares no connection.
pub fn client(base_url: &str, options: &[(&str, &str)]) -> Client {
    let api_key = format!("key-{}", uuid::Uuid::new_v4());
    let ca_file = Authority::trusted().ca_file.to_str().unwrap();
    let always = [("base_url", base_url), ("api_key", &api_key), ("api_client", "peers"), ("ca_file", ca_file)];
    let mut config = Config::new();
    for (name, value) in always.iter().chain(options) {
        config.set(name, value).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    Client::new(&config).unwrap()
}

pub fn call(client: &Client) -> Told {
    Told(client.resend_otp(TOKEN, SESSION))
}

pub fn check(client: &Client) -> Told {
    Told(client.check())
}

/// What became of a call.
#[derive(Debug)]
pub struct Told(pub Outcome);

impl Told {
    /// The outcome in short: the status, then the kind, the stage and the action of a failure.
    pub fn outcome(&self) -> String {
        let status = self.0.status.name();
        match &self.0.error {
            Some(error) => format!("{status} {} {} {}", error.kind.name(), error.stage.name(), self.0.action.name()),
            None => status.to_owned(),
        }
    }

    /// `new`, `reused` or `none`.
    pub fn connection(&self) -> &str {
        self.0.transport.connection.map_or("none", |connection| connection.name())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.transport.elapsed
    }

    /// Asserts the outcome in short.
    #[track_caller]
    pub fn is(self, wanted: &str) -> Self {
        assert_eq!(self.outcome(), wanted, "{self:?}");
        self
    }

    /// Asserts that the message has these words.
    #[track_caller]
    pub fn saying(self, words: &str) -> Self {
        assert!(self.0.message.contains(words), "not '{words}': {self:?}");
        self
    }

    #[track_caller]
    pub fn within(self, seconds: f64) -> Self {
        assert!(self.elapsed() < Duration::from_secs_f64(seconds), "not within {seconds} s: {self:?}");
        self
    }
}
