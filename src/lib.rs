//! Client for Paywall's Masterpass "Resend OTP" service.
//!
//! A shop calls "send the code again". The answer can be lost on the way back, and the service has no idempotency key:
//! so this library never sends a request twice, and every [`Outcome`] says what is known about the one that was sent.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<paywall::Outcome>> {
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
//! The folders, from the top down: [`ffi`] is the C ABI, a thin shell over `client`; `decision` says what an answer
//! means; `delivery` gets a request out and an answer in; `config`, `arguments` and `outcome` are what goes in and what
//! comes out. The operating system's functions that std lacks are under `ffi::os`: `unsafe` stands in `ffi` alone.

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod arguments;
mod client;
mod config;
mod decision;
mod delivery;
mod encoding;
#[allow(unsafe_code)]
pub mod ffi;
mod json;
mod outcome;
mod panics;
mod secret;

pub use client::Client;
pub use config::Config;
pub use outcome::{Action, Connection, ErrorInfo, Kind, Outcome, Stage, Status, TokenState, Transport};
