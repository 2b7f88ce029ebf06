//! What went wrong on the way, classified where it happens: nothing is guessed from error texts later.

use std::fmt::Display;

use crate::outcome::{Kind, Stage};

/// A failure of the delivery. Whether anything was sent is not its business: the byte counter knows.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    pub(crate) stage: Stage,
    /// What happened and what to do, for the log.
    pub(crate) what: String,
    /// The reason of the operating system, of TLS or of the HTTP parser.
    pub(crate) detail: Option<String>,
}

impl Failure {
    pub(crate) fn new(kind: Kind, stage: Stage, what: impl Into<String>) -> Self {
        Failure { kind, stage, what: what.into(), detail: None }
    }

    pub(crate) fn because(self, detail: impl Display) -> Self {
        Failure { detail: Some(detail.to_string()), ..self }
    }

    pub(crate) fn timeout(stage: Stage) -> Self {
        let what = match stage {
            Stage::Resolve => "the deadline passed while the name was being resolved",
            Stage::Connect => "the deadline passed while connecting",
            Stage::Proxy => "the deadline passed while the proxy was being asked",
            Stage::Tls => "the deadline passed in the TLS handshake",
            Stage::Send => "the deadline passed while the request was being sent",
            _ => "the deadline passed before the whole answer came",
        };
        Failure::new(Kind::Timeout, stage, what)
    }

    /// The text of the failure as a whole.
    pub(crate) fn text(&self) -> String {
        match &self.detail {
            Some(detail) => format!("{} ({detail})", self.what),
            None => self.what.clone(),
        }
    }
}
