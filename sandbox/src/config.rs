//! The file of `--config`: operations and outcomes that are there from the start, and again after every reset.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use uuid::Uuid;

use crate::armed::Step;
use crate::flags::Flags;
use crate::operations::Rules;

/// An operation to open, in the file and in the body of `POST /__sandbox/operation`. The flags say the rest.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewOperation {
    pub otp_token: Option<String>,
    pub session_id: Option<Uuid>,
    cooldown_ms: Option<u32>,
    limit: Option<u32>,
    session_ttl_ms: Option<u32>,
    session_expired: bool,
    /// What its next requests come to; after these, the rules decide.
    pub script: Vec<Step>,
}

impl NewOperation {
    pub fn rules(&self, flags: &Flags) -> Rules {
        let or = |ms: Option<u32>, flag| ms.map_or(flag, |ms| Duration::from_millis(ms.into()));
        Rules {
            cooldown: or(self.cooldown_ms, flags.cooldown),
            limit: self.limit.unwrap_or(flags.limit),
            session_ttl: or(self.session_ttl_ms, flags.session_ttl),
            session_expired: self.session_expired,
        }
    }
}

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub operations: Vec<NewOperation>,
    /// What the next requests of all come to.
    pub next: Vec<Step>,
}

impl Config {
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read(file).map_err(|error| error.to_string())?;
        serde_json::from_slice(&text).map_err(|error| error.to_string())
    }
}
