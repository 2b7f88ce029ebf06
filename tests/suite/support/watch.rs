//! Time as a call can be held to it.

use std::time::{Duration, Instant};

/// Measures what the calling thread does, on a machine that may be busy with something else.
pub struct Watch {
    start: Instant,
    waited: Duration,
}

impl Watch {
    pub fn start() -> Self {
        Watch { waited: waited(), start: Instant::now() }
    }

    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The same, without the time that this thread could have gone on, but the machine had no processor for it.
    pub fn own(&self) -> Duration {
        self.elapsed().saturating_sub(waited().saturating_sub(self.waited))
    }
}

/// How long this thread has waited for a processor: the second number of `schedstat`, in nanoseconds. Zero if the system keeps no count.
fn waited() -> Duration {
    let counts = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(counts.split(' ').nth(1).and_then(|count| count.trim().parse().ok()).unwrap_or_default())
}
