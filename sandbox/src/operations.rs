//! The operations that wait for a code: what a resend does to them.
//!
//! Time comes in as an argument, so that the rules can be tested without waiting.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::answers::{Session, new_token};

/// The rules that hold for one operation.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub cooldown: Duration,
    pub limit: u32,
    pub session_ttl: Duration,
    /// The first resend finds the session too old, whatever its age.
    pub session_expired: bool,
}

/// What a resend came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A code is sent; this token replaces the one of the request.
    Sent(String),
    TokenInvalid,
    Cooldown,
    Limit,
}

struct Operation {
    rules: Rules,
    session: Uuid,
    /// The session before the renewal: the answer with the new one may have been lost.
    previous: Option<Uuid>,
    session_since: Instant,
    resends: u32,
    last_resend: Option<Instant>,
}

/// All open operations, by the one token of each that is valid. A retired token is in here no more,
/// which makes it as wrong as one that never was.
#[derive(Default)]
pub struct Operations(HashMap<String, Operation>);

impl Operations {
    /// Opens an operation and returns its token and session.
    pub fn open(&mut self, rules: Rules, now: Instant) -> (String, Uuid) {
        let (token, session) = (new_token(), Uuid::new_v4());
        let operation = Operation { rules, session, previous: None, session_since: now, resends: 0, last_resend: None };
        self.0.insert(token.clone(), operation);
        (token, session)
    }

    /// Asks for one more code.
    pub fn resend(&mut self, token: &str, session: Uuid, now: Instant) -> (Outcome, Session) {
        let unknown = Session { id: session, renewed: false };
        let Some(operation) = self.0.get_mut(token) else {
            return (Outcome::TokenInvalid, unknown);
        };
        if session != operation.session && Some(session) != operation.previous {
            return (Outcome::TokenInvalid, unknown);
        }
        operation.renew_old_session(now);
        // Also true for a client that comes with the session before the renewal.
        let session = Session { id: operation.session, renewed: session != operation.session };
        match operation.refusal(now) {
            Some(refusal) => (refusal, session),
            None => {
                operation.resends += 1;
                operation.last_resend = Some(now);
                let new = new_token();
                let operation = self.0.remove(token);
                self.0.extend(operation.map(|it| (new.clone(), it)));
                (Outcome::Sent(new), session)
            }
        }
    }
}

impl Operation {
    fn renew_old_session(&mut self, now: Instant) {
        let age = now.saturating_duration_since(self.session_since);
        if self.rules.session_expired || age >= self.rules.session_ttl {
            self.rules.session_expired = false;
            self.previous = Some(self.session);
            self.session = Uuid::new_v4();
            self.session_since = now;
        }
    }

    fn refusal(&self, now: Instant) -> Option<Outcome> {
        if self.resends >= self.rules.limit {
            return Some(Outcome::Limit);
        }
        let waiting = self.last_resend.is_some_and(|last| now.saturating_duration_since(last) < self.rules.cooldown);
        waiting.then_some(Outcome::Cooldown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn rules() -> Rules {
        Rules { cooldown: MINUTE, limit: 3, session_ttl: MINUTE * 60, session_expired: false }
    }

    fn sent(outcome: Outcome) -> String {
        match outcome {
            Outcome::Sent(token) => token,
            other => panic!("not sent: {other:?}"),
        }
    }

    #[test]
    fn the_new_token_retires_the_old_one() {
        let (mut operations, now) = (Operations::default(), Instant::now());
        let (first, session) = operations.open(rules(), now);
        let second = sent(operations.resend(&first, session, now).0);
        assert_ne!(first, second);
        let later = now + MINUTE;
        let old = operations.resend(&first, session, later);
        assert_eq!(old.0, Outcome::TokenInvalid);
        sent(operations.resend(&second, session, later).0);
    }

    #[test]
    fn the_cooldown_runs_from_the_last_resend_and_keeps_the_token() {
        let (mut operations, now) = (Operations::default(), Instant::now());
        let (token, session) = operations.open(rules(), now);
        // The first resend need not wait.
        let token = sent(operations.resend(&token, session, now).0);
        let early = now + MINUTE - Duration::from_nanos(1);
        assert_eq!(operations.resend(&token, session, early).0, Outcome::Cooldown);
        sent(operations.resend(&token, session, now + MINUTE).0);
    }

    #[test]
    fn the_limit_counts_resends_only() {
        let (mut operations, mut now) = (Operations::default(), Instant::now());
        let (mut token, session) = operations.open(rules(), now);
        for _ in 0..3 {
            token = sent(operations.resend(&token, session, now).0);
            assert_ne!(operations.resend(&token, session, now).0, Outcome::TokenInvalid);
            now += MINUTE;
        }
        assert_eq!(operations.resend(&token, session, now).0, Outcome::Limit);
    }

    #[test]
    fn an_old_session_is_renewed_also_by_a_refusal() {
        let (mut operations, now) = (Operations::default(), Instant::now());
        let (token, session) = operations.open(rules(), now);
        let (outcome, same) = operations.resend(&token, session, now);
        let token = sent(outcome);
        assert_eq!((same.id, same.renewed), (session, false));

        let mut strict = rules();
        strict.session_ttl = Duration::ZERO;
        strict.limit = 0;
        let (refused, old) = operations.open(strict, now);
        let (outcome, renewed) = operations.resend(&refused, old, now);
        assert_eq!(outcome, Outcome::Limit);
        assert!(renewed.renewed && renewed.id != old);

        let (_, renewed) = operations.resend(&token, session, now + MINUTE * 60);
        assert!(renewed.renewed && renewed.id != session);
    }

    #[test]
    fn the_session_before_the_renewal_still_serves() {
        let (mut operations, now) = (Operations::default(), Instant::now());
        let mut expired = rules();
        expired.session_expired = true;
        expired.cooldown = Duration::ZERO;
        let (token, old) = operations.open(expired, now);
        let (outcome, renewed) = operations.resend(&token, old, now);
        let token = sent(outcome);
        // The answer was lost: the client comes with what it has, and gets the new one again.
        let (outcome, again) = operations.resend(&token, old, now);
        assert_eq!(again, renewed);
        let (outcome, current) = operations.resend(&sent(outcome), renewed.id, now);
        sent(outcome);
        assert_eq!((current.id, current.renewed), (renewed.id, false));
    }

    #[test]
    fn a_foreign_session_is_refused_and_nothing_is_said_of_the_true_one() {
        let (mut operations, now) = (Operations::default(), Instant::now());
        let (token, _) = operations.open(rules(), now);
        let foreign = Uuid::new_v4();
        let (outcome, session) = operations.resend(&token, foreign, now);
        assert_eq!(outcome, Outcome::TokenInvalid);
        assert_eq!((session.id, session.renewed), (foreign, false));
    }
}
