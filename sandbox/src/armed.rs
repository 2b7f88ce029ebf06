//! What happens next: outcomes that are armed for the next requests, of all or of one operation.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize, Serializer};

use crate::outcomes::{self, Match};

/// As many can be armed at once.
const MOST: usize = 1000;
/// As many requests can one be armed for.
const MOST_TIMES: u32 = 10_000;

/// An outcome as it is asked for: its name, or its name and how often.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Step {
    Once(String),
    Times(Times),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    outcome: String,
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}

/// An outcome, and for whom.
#[derive(Clone, Serialize)]
pub struct Armed {
    #[serde(serialize_with = "name")]
    outcome: Match,
    times: u32,
    /// None: for the requests of all.
    operation: Option<u64>,
}

fn name<S: Serializer>(outcome: &Match, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(outcome.name())
}

impl Armed {
    /// The error is a sentence for a person.
    pub fn new(outcome: &str, times: u32, operation: Option<u64>) -> Result<Self, String> {
        let Some(outcome) = outcomes::named(outcome) else {
            return Err(format!(
                "outcome: {outcome:?} is none; take the name of a magic token without sbx_, such as reset_after or http_503"
            ));
        };
        if !(1..=MOST_TIMES).contains(&times) {
            return Err(format!("times: 1 to {MOST_TIMES}"));
        }
        Ok(Self { outcome, times, operation })
    }

    pub fn from_step(step: &Step, operation: Option<u64>) -> Result<Self, String> {
        match step {
            Step::Once(outcome) => Self::new(outcome, 1, operation),
            Step::Times(Times { outcome, times }) => Self::new(outcome, *times, operation),
        }
    }
}

/// What is armed, in the order in which it comes.
#[derive(Default)]
pub struct Next {
    queue: VecDeque<Armed>,
    /// Counts changes, for those who show them.
    pub changes: u64,
}

impl Next {
    /// Whether so many more can be armed.
    pub fn has_room(&self, more: usize) -> Result<(), String> {
        match self.queue.len().saturating_add(more) > MOST {
            true => {
                Err(format!("at most {MOST} outcomes can be armed at once; DELETE /__sandbox/next takes them back"))
            }
            false => Ok(()),
        }
    }

    pub fn arm(&mut self, armed: Armed) -> Result<(), String> {
        self.has_room(1)?;
        self.changes += 1;
        self.queue.push_back(armed);
        Ok(())
    }

    /// The first that is for a request of this operation, or of none.
    pub fn take(&mut self, operation: Option<u64>) -> Option<Match> {
        let fits = |armed: &Armed| armed.operation.is_none() || armed.operation == operation;
        let at = self.queue.iter().position(fits)?;
        self.changes += 1;
        let armed = &mut self.queue[at];
        armed.times -= 1;
        let outcome = armed.outcome.clone();
        if armed.times == 0 {
            self.queue.remove(at);
        }
        Some(outcome)
    }

    /// Takes back what is armed: all of it, or that for one operation.
    pub fn disarm(&mut self, operation: Option<u64>) {
        self.changes += 1;
        self.queue.retain(|armed| operation.is_some() && armed.operation != operation);
    }

    pub fn all(&self) -> Vec<Armed> {
        self.queue.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_come_in_their_order_and_to_whom_they_are_for() {
        let mut next = Next::default();
        let mut arm = |outcome: &str, times, operation| {
            next.arm(Armed::new(outcome, times, operation).map_err(|_| ()).unwrap()).unwrap();
        };
        arm("hang", 1, Some(7));
        arm("ok_5008", 2, None);
        arm("http_503", 1, Some(8));
        let mut take = |operation| next.take(operation).map(|it| it.outcome());
        let came =
            [None, Some(8), Some(8), Some(7), Some(7), None].map(|operation| take(operation).unwrap_or_default());
        assert_eq!(came, ["5008", "5008", "http_503", "hang", "", ""]);
        assert!(next.all().is_empty());
    }

    #[test]
    fn what_is_wrong_is_said_and_the_number_is_bounded() {
        let error = |outcome: &str, times| Armed::new(outcome, times, None).err().unwrap();
        for name in ["sbx_hang", "nonsense", "", "http_99"] {
            assert!(error(name, 1).starts_with("outcome: "), "{name}");
        }
        assert!(error("hang", 0).starts_with("times: ") && error("hang", MOST_TIMES + 1).starts_with("times: "));
        let mut next = Next::default();
        let hang = || Armed::new("hang", 1, None).map_err(|_| ()).unwrap();
        (0..MOST).for_each(|_| next.arm(hang()).unwrap());
        assert!(next.arm(hang()).is_err());
        next.disarm(Some(1));
        assert_eq!(next.all().len(), MOST);
        next.disarm(None);
        assert!(next.all().is_empty());
    }
}
