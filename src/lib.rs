//! Client for Paywall's Masterpass "Resend OTP" service.
//!
//! A shop calls "send the code again". The answer can be lost on the way back, and the service has no idempotency key.
//! So this library never sends a request twice, and every [`Outcome`] says what is known about the one that it sent.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut config = paywall::Config::new();
//! config.set("environment", "test")?;
//! config.set("api_key", "…")?;
//! config.set("api_client", "…")?;
//! let client = paywall::Client::new(&config)?;
//!
//! let outcome = client.resend_otp("67a40b720d564a878dd46579b3d2eff3", "6489433e-f36b-1410-825e-001264113a90");
//! println!("{}: {}", outcome.status.name(), outcome.message);
//! # Ok(())
//! # }
//! ```
//!
//! The floors, from the top down. A module imports only from floors below its own; a test checks that:
//!
//! | floor | modules |
//! | --- | --- |
//! | the C interface | [`capi`], a thin shell over `client` |
//! | a call from its entry to its outcome | `client` |
//! | what an answer means; how a request leaves and an answer comes in | `decision`; `delivery` |
//! | what goes in | `config`, `arguments` |
//! | what comes out; base64 | `outcome`; `encoding` |
//! | JSON | `json` |
//! | texts that nobody may see | `secret` |
//! | the operating system's functions that std lacks | `os` |
//! | panics of our own code | `panics` |
//!
//! `unsafe` stands in two folders: `capi` (inbound) and `os` (outbound).

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod arguments;
#[allow(unsafe_code)]
pub mod capi;
mod client;
mod config;
#[cfg(test)]
mod contract;
mod decision;
mod delivery;
mod encoding;
mod json;
#[allow(unsafe_code)]
mod os;
mod outcome;
mod panics;
mod secret;

pub use client::Client;
pub use config::Config;
pub use outcome::{Action, Connection, ErrorInfo, Kind, Outcome, Stage, Status, TokenState, Transport};
