//! A point in time after which a call must be back.

use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn after(start: Instant, duration: Duration) -> Self {
        Deadline(start + duration)
    }

    /// What remains, or nothing once the deadline passed.
    pub(crate) fn remaining(self) -> Option<Duration> {
        let remaining = self.0.saturating_duration_since(Instant::now());
        (!remaining.is_zero()).then_some(remaining)
    }
}
