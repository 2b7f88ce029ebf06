//! The operations that wait for a code: what a resend does to them.
//!
//! Time comes in as an argument, so that the rules can be tested without waiting.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::answers::{Session, new_token};
use crate::clock::timestamp;

/// As many operations are kept: a load test must not eat the machine.
const KEPT: usize = 10_000;
/// As many tokens and sessions of one operation are remembered, the current one included.
const REMEMBERED: usize = 20;
/// What the service takes as a token.
const LONGEST_TOKEN: usize = 1024;

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
    Expired,
    Used,
    Cooldown,
    Limit,
}

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Open,
    /// Its code was verified, or it was given up: its token is used.
    Ended,
    Expired,
}

/// What a person can do to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    End,
    Expire,
    /// Its session gets a new id; the client learns it from the next answer.
    Renew,
}

/// A token or a session, and since when it is the operation's.
#[derive(Debug, Clone, Serialize)]
pub struct Since<T> {
    pub value: T,
    pub time: String,
}

impl<T> Since<T> {
    fn now(value: T) -> Self {
        Self { value, time: timestamp() }
    }
}

/// One operation that waits for its code.
#[derive(Debug, Clone)]
pub struct Operation {
    pub number: u64,
    pub rules: Rules,
    pub state: State,
    /// The current token is the last one.
    pub tokens: VecDeque<Since<String>>,
    /// The same of its sessions. The one before may still be used: the answer with the new one may have been lost.
    pub sessions: VecDeque<Since<Uuid>>,
    pub resends: u32,
    session_since: Instant,
    last_resend: Option<Instant>,
    /// When it changed, in `Operations::changes`.
    changed: u64,
}

/// The operations, by their number, and the tokens that lead to them. A retired token leads to its operation too,
/// which makes it no less wrong.
#[derive(Default)]
pub struct Operations {
    all: BTreeMap<u64, Operation>,
    by_token: HashMap<String, u64>,
    opened: u64,
    /// Counts changes, for those who show them.
    pub changes: u64,
}

impl Operations {
    /// Opens an operation and returns its number, token and session. These two are made up unless they are given.
    pub fn open(
        &mut self,
        rules: Rules,
        token: Option<String>,
        session: Option<Uuid>,
        now: Instant,
    ) -> Result<(u64, String, Uuid), &'static str> {
        let token = token.unwrap_or_else(new_token);
        if token.is_empty() || token.len() > LONGEST_TOKEN || token.contains(char::is_control) {
            return Err("otp_token: 1 to 1024 bytes without control characters");
        }
        if token.starts_with("sbx_") {
            return Err("otp_token: sbx_… are magic tokens, which have no operation");
        }
        if self.by_token.contains_key(&token) {
            return Err("otp_token: an operation has or had this token");
        }
        let session = session.unwrap_or_else(Uuid::new_v4);
        self.opened += 1;
        self.changes += 1;
        let operation = Operation {
            number: self.opened,
            rules,
            state: State::Open,
            tokens: VecDeque::from([Since::now(token.clone())]),
            sessions: VecDeque::from([Since::now(session)]),
            resends: 0,
            session_since: now,
            last_resend: None,
            changed: self.changes,
        };
        self.by_token.insert(token.clone(), self.opened);
        self.all.insert(self.opened, operation);
        if self.all.len() > KEPT {
            let (_, oldest) = self.all.pop_first().expect("more than none");
            oldest.tokens.iter().for_each(|token| _ = self.by_token.remove(&token.value));
        }
        Ok((self.opened, token, session))
    }

    /// The number of the operation that has or had this token.
    pub fn number_of(&self, token: &str) -> Option<u64> {
        self.by_token.get(token).copied()
    }

    /// The operations that changed after `changes`, the newest first.
    pub fn changed_since(&self, changes: u64) -> impl Iterator<Item = &Operation> {
        self.all.values().rev().filter(move |operation| operation.changed > changes)
    }

    /// Asks for one more code.
    pub fn resend(&mut self, token: &str, session: Uuid, now: Instant) -> (Outcome, Session) {
        let Some(operation) = self.with_token(token).filter(|it| it.token() == token && it.has(session)) else {
            return (Outcome::TokenInvalid, Session { id: session, renewed: false });
        };
        let session = operation.session(session, now);
        let outcome = match operation.refusal(now) {
            Some(refusal) => refusal,
            None => {
                let new = new_token();
                operation.sent(now);
                self.adopt(token, Some(&new), None, now);
                Outcome::Sent(new)
            }
        };
        (outcome, session)
    }

    /// The session that an answer to a request of this operation names, whatever else the answer says.
    pub fn session(&mut self, token: &str, session: Uuid, now: Instant) -> Session {
        match self.with_token(token).filter(|it| it.has(session)) {
            Some(operation) => operation.session(session, now),
            None => Session { id: session, renewed: false },
        }
    }

    /// Makes true what an answer says that was not decided here.
    pub fn settle(&mut self, token: &str, new: Option<&str>, renewed: Option<Uuid>, sends: bool, now: Instant) {
        if let Some(operation) = self.with_token(token) {
            if sends {
                operation.sent(now);
            }
            self.adopt(token, new, renewed, now);
        }
    }

    /// Does it to the operation of this number; false if there is none.
    pub fn act(&mut self, number: u64, act: Act, now: Instant) -> bool {
        self.changes += 1;
        let Some(operation) = self.all.get_mut(&number) else { return false };
        operation.changed = self.changes;
        match act {
            Act::End => operation.state = State::Ended,
            Act::Expire => operation.state = State::Expired,
            Act::Renew => operation.renew(Uuid::new_v4(), now),
        }
        true
    }

    pub fn get(&self, number: u64) -> Option<&Operation> {
        self.all.get(&number)
    }

    /// The operation of a request, which changes it.
    fn with_token(&mut self, token: &str) -> Option<&mut Operation> {
        let operation = self.all.get_mut(self.by_token.get(token)?)?;
        self.changes += 1;
        operation.changed = self.changes;
        Some(operation)
    }

    fn adopt(&mut self, token: &str, new: Option<&str>, renewed: Option<Uuid>, now: Instant) {
        let Some(operation) = self.by_token.get(token).and_then(|number| self.all.get_mut(number)) else { return };
        if let Some(session) = renewed.filter(|session| *session != operation.current_session()) {
            operation.renew(session, now);
        }
        let Some(new) = new else { return };
        self.by_token.insert(new.to_owned(), operation.number);
        if let Some(forgotten) = remember(&mut operation.tokens, new.to_owned()) {
            self.by_token.remove(&forgotten);
        }
    }
}

impl Operation {
    pub fn token(&self) -> &str {
        &self.tokens.back().expect("one at least").value
    }

    pub fn current_session(&self) -> Uuid {
        self.sessions.back().expect("one at least").value
    }

    /// How long the next resend must wait.
    pub fn cooldown_left(&self, now: Instant) -> Duration {
        let ends = self.last_resend.map(|last| last + self.rules.cooldown);
        ends.map_or(Duration::ZERO, |ends| ends.saturating_duration_since(now))
    }

    /// Whether this is its session, or the one before the last renewal.
    fn has(&self, session: Uuid) -> bool {
        self.sessions.iter().rev().take(2).any(|one| one.value == session)
    }

    /// Renews the session if it is old. `renewed` is also true for a client that comes with the one before.
    fn session(&mut self, asked: Uuid, now: Instant) -> Session {
        let age = now.saturating_duration_since(self.session_since);
        if self.rules.session_expired || age >= self.rules.session_ttl {
            self.renew(Uuid::new_v4(), now);
        }
        Session { id: self.current_session(), renewed: asked != self.current_session() }
    }

    fn renew(&mut self, session: Uuid, now: Instant) {
        self.rules.session_expired = false;
        self.session_since = now;
        remember(&mut self.sessions, session);
    }

    fn sent(&mut self, now: Instant) {
        self.resends = self.resends.saturating_add(1);
        self.last_resend = Some(now);
    }

    fn refusal(&self, now: Instant) -> Option<Outcome> {
        match self.state {
            State::Ended => return Some(Outcome::Used),
            State::Expired => return Some(Outcome::Expired),
            State::Open => {}
        }
        if self.resends >= self.rules.limit {
            return Some(Outcome::Limit);
        }
        (self.cooldown_left(now) > Duration::ZERO).then_some(Outcome::Cooldown)
    }
}

/// Adds what is current from now on; returns what is forgotten for it.
fn remember<T>(all: &mut VecDeque<Since<T>>, value: T) -> Option<T> {
    all.push_back(Since::now(value));
    (all.len() > REMEMBERED).then(|| all.pop_front().expect("more than none").value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn rules() -> Rules {
        Rules { cooldown: MINUTE, limit: 3, session_ttl: MINUTE * 60, session_expired: false }
    }

    fn open(operations: &mut Operations, rules: Rules, now: Instant) -> (String, Uuid) {
        let (_, token, session) = operations.open(rules, None, None, now).unwrap();
        (token, session)
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
        let (first, session) = open(&mut operations, rules(), now);
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
        let (token, session) = open(&mut operations, rules(), now);
        // The first resend need not wait.
        let token = sent(operations.resend(&token, session, now).0);
        let early = now + MINUTE - Duration::from_nanos(1);
        assert_eq!(operations.resend(&token, session, early).0, Outcome::Cooldown);
        sent(operations.resend(&token, session, now + MINUTE).0);
    }

    #[test]
    fn the_limit_counts_resends_only() {
        let (mut operations, mut now) = (Operations::default(), Instant::now());
        let (mut token, session) = open(&mut operations, rules(), now);
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
        let (token, session) = open(&mut operations, rules(), now);
        let (outcome, same) = operations.resend(&token, session, now);
        let token = sent(outcome);
        assert_eq!((same.id, same.renewed), (session, false));

        let mut strict = rules();
        strict.session_ttl = Duration::ZERO;
        strict.limit = 0;
        let (refused, old) = open(&mut operations, strict, now);
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
        let (token, old) = open(&mut operations, expired, now);
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
        let (token, _) = open(&mut operations, rules(), now);
        let foreign = Uuid::new_v4();
        let (outcome, session) = operations.resend(&token, foreign, now);
        assert_eq!(outcome, Outcome::TokenInvalid);
        assert_eq!((session.id, session.renewed), (foreign, false));
    }

    #[test]
    fn a_person_ends_expires_and_renews() {
        let (mut operations, now) = (Operations::default(), Instant::now());
        let (token, session) = open(&mut operations, rules(), now);
        assert!(operations.act(1, Act::Renew, now) && !operations.act(2, Act::Renew, now));
        let (outcome, renewed) = operations.resend(&token, session, now);
        assert!(renewed.renewed && renewed.id != session);
        let token = sent(outcome);
        for (act, expected) in [(Act::Expire, Outcome::Expired), (Act::End, Outcome::Used)] {
            operations.act(1, act, now);
            assert_eq!(operations.resend(&token, renewed.id, now + MINUTE).0, expected);
        }
        let operation = operations.get(1).unwrap();
        assert_eq!((operation.tokens.len(), operation.sessions.len(), operation.resends), (2, 2, 1));
    }

    #[test]
    fn what_an_answer_says_becomes_true() {
        let (mut operations, now) = (Operations::default(), Instant::now());
        let (token, session) = open(&mut operations, rules(), now);
        let renewed = Uuid::new_v4();
        operations.settle(&token, Some("new"), Some(renewed), true, now);
        assert_eq!(operations.resend(&token, session, now).0, Outcome::TokenInvalid);
        assert_eq!(operations.resend("new", renewed, now).0, Outcome::Cooldown);
        sent(operations.resend("new", renewed, now + MINUTE).0);
    }

    #[test]
    fn tokens_can_be_chosen_once() {
        let (mut operations, now) = (Operations::default(), Instant::now());
        let mut open = |token: &str| operations.open(rules(), Some(token.to_owned()), None, now).map(|it| it.1);
        assert_eq!(open("order-1"), Ok("order-1".to_owned()));
        for wrong in ["order-1", "", "sbx_ok_5001", "a\nb", &"x".repeat(1025)] {
            assert!(open(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let (mut operations, now) = (Operations::default(), Instant::now());
        let mut lenient = rules();
        (lenient.cooldown, lenient.limit) = (Duration::ZERO, u32::MAX);
        for _ in 0..KEPT + 5 {
            open(&mut operations, lenient, now);
        }
        let (mut token, session) = open(&mut operations, lenient, now);
        for _ in 0..100 {
            token = sent(operations.resend(&token, session, now).0);
            operations.act(operations.opened, Act::Renew, now);
            operations.settle(&token, None, Some(session), false, now);
        }
        assert_eq!(operations.all.len(), KEPT);
        assert_eq!(operations.by_token.len(), KEPT - 1 + REMEMBERED);
        assert_eq!(operations.get(operations.opened).unwrap().sessions.len(), REMEMBERED);
    }
}
