//! The matrix: every point is a peer's script and what the client must say of it.
//!
//! Where a point names more than one outcome, a comment says why: either the two sides race and each outcome is
//! true of one way that the race can go, or a client may be stricter than it has to be.

mod content;
mod cut;
mod handshake;
mod head;
mod idle;
pub mod names;
mod proxy;
mod request;
mod tls;

use std::net::IpAddr;
use std::time::Duration;

use crate::answers;
use crate::names::Zone;
use crate::peer::Listen;
use crate::script::{End, Step};
use crate::tls::Profile;

/// What a call may report: `ok`, or `status/kind`.
pub type Outcomes = &'static [&'static str];

pub const OK: Outcomes = &["ok"];
/// The request left; the connection ended before the answer did.
pub const LOST: Outcomes = &["in_doubt/connection_lost"];
/// The request left; the deadline came before the answer did.
pub const LATE: Outcomes = &["in_doubt/timeout"];
/// The request left; what came back is not an answer of the service.
pub const BAD: Outcomes = &["in_doubt/bad_response"];
pub const UNSENT_LOST: Outcomes = &["not_sent/connection_lost"];
pub const UNSENT_LATE: Outcomes = &["not_sent/timeout"];
pub const UNSENT_TLS: Outcomes = &["not_sent/tls"];
pub const SERVER_ERROR: Outcomes = &["in_doubt/server_error"];
pub const UNAUTHENTICATED: Outcomes = &["rejected/authentication"];
pub const REDIRECT: Outcomes = &["rejected/redirect"];
pub const REFUSED: Outcomes = &["rejected/http"];

/// The peer goes away while the client begins to send: whether a byte left by then is chance, and the client's word
/// for it has to fit.
pub const RACE: Outcomes = &["in_doubt/connection_lost", "not_sent/connection_lost"];
/// The same, so early that the connection may be reset before the client knows that it has one.
pub const EARLY_RACE: Outcomes = &["in_doubt/connection_lost", "not_sent/connection_lost", "not_sent/connect"];
/// No record of TLS's, or no proper one: an answer that can't be read, over a connection that is lost.
pub const SPOILT: Outcomes = &["in_doubt/connection_lost", "in_doubt/bad_response"];
/// The connection ended in order, a coding of the answer did not: the answer is bad, or its end is missing.
pub const CUT: Outcomes = &["in_doubt/bad_response", "in_doubt/connection_lost"];
/// A client may be strict here, or lenient: HTTP's rules allow both.
pub const OK_OR_BAD: Outcomes = &["ok", "in_doubt/bad_response"];
/// The answer is as good as whole: to say so is true, and to doubt it is careful.
pub const OK_OR_LOST: Outcomes = &["ok", "in_doubt/connection_lost"];
/// An answer that never ends: the client may stop at a limit of its own, or at the deadline.
pub const BAD_OR_LATE: Outcomes = &["in_doubt/bad_response", "in_doubt/timeout"];

/// The deadline of points at which nobody should have to wait.
const AMPLE: Duration = Duration::from_secs(5);
/// The deadline of points that wait for it.
const BRIEF: Duration = Duration::from_millis(600);

/// What one call must report.
#[derive(Clone, Debug)]
pub struct Want {
    pub outcomes: Outcomes,
    /// `new` or `reused`, if it matters.
    pub connection: Option<&'static str>,
    /// How far it came, if no other stage would be true.
    pub stage: Option<&'static str>,
}

impl Want {
    pub fn outcome(outcomes: Outcomes) -> Self {
        Want { outcomes, connection: None, stage: None }
    }
}

/// One point of the matrix.
#[derive(Clone, Debug)]
pub struct Point {
    pub name: String,
    pub over: Over,
    pub listen: Listen,
    /// A script for each connection.
    pub connections: Vec<Vec<Step>>,
    /// The calls that are made, one after another.
    pub calls: Vec<Want>,
    pub timeout: Duration,
    pub connect_timeout: Duration,
    /// The client's other options.
    pub options: Vec<(String, String)>,
    /// Instead of the peer's address.
    pub host: Option<String>,
    /// A proxy before the peer: what is at its address, and a script for each connection to it.
    pub proxy: Option<(Listen, Vec<Vec<Step>>)>,
    /// Instead of the proxy's address.
    pub proxy_host: Option<String>,
    /// What the name server says about the name: before each call the next, while there is one.
    pub zones: Vec<Zone>,
    /// The peer's addresses at which requests come, connection by connection, if it matters.
    pub reached: Option<Vec<IpAddr>>,
    /// How often the name is looked up, if it matters.
    pub lookups: Option<usize>,
}

impl Point {
    /// One connection, one call.
    pub fn new(over: Over, name: impl Into<String>, script: Vec<Step>, outcomes: Outcomes) -> Self {
        let late = outcomes.iter().any(|outcome| outcome.ends_with("/timeout"));
        let timeout = if late { BRIEF } else { AMPLE };
        Point {
            name: name.into(),
            over,
            listen: Listen::Normally,
            connections: vec![script],
            calls: vec![Want::outcome(outcomes)],
            timeout,
            connect_timeout: timeout,
            options: vec![],
            host: None,
            proxy: None,
            proxy_host: None,
            zones: vec![],
            reached: None,
            lookups: None,
        }
    }

    /// The row of the table that it belongs to.
    pub fn group(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// How often the peer does something to an idle connection: between the first calls.
    pub fn idle_times(&self) -> usize {
        self.connections.iter().flatten().filter(|step| matches!(step, Step::Idle)).count()
    }

    /// Whether a call's outcome depends on a connection that an earlier one left.
    pub fn keeps_a_connection(&self) -> bool {
        self.idle_times() > 0 || self.calls.iter().any(|call| call.connection == Some("reused"))
    }

    fn listen(mut self, listen: Listen) -> Self {
        self.listen = listen;
        self
    }

    /// Where the first call has to have come to.
    fn in_stage(mut self, stage: &'static str) -> Self {
        self.calls[0].stage = Some(stage);
        self
    }

    fn reaches(mut self, addresses: &[&str]) -> Self {
        self.reached = Some(addresses.iter().map(|address| address.parse().expect("an address")).collect());
        self
    }

    fn looked_up(mut self, times: usize) -> Self {
        self.lookups = Some(times);
        self
    }

    fn option(mut self, name: &str, value: &str) -> Self {
        self.options.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Another connection's script.
    fn connection(mut self, script: Vec<Step>) -> Self {
        self.connections.push(script);
        self
    }

    /// Another call, over whatever connection.
    fn then(mut self, outcomes: Outcomes) -> Self {
        self.calls.push(Want::outcome(outcomes));
        if outcomes.iter().any(|outcome| outcome.ends_with("/timeout")) {
            (self.timeout, self.connect_timeout) = (BRIEF, BRIEF);
        }
        self
    }

    /// Another call, over a connection of this kind.
    fn then_over(self, connection: &'static str, outcomes: Outcomes) -> Self {
        let mut point = self.then(outcomes);
        point.calls.last_mut().expect("it was just pushed").connection = Some(connection);
        point
    }

    /// The connection is spoilt: the next call needs a new one, on which all is well.
    fn then_anew(self) -> Self {
        self.then_over("new", OK)
    }

    /// [`Point::then_anew`], unless the call was good and may have left a good connection.
    fn then_anew_if_spoilt(self) -> Self {
        match self.calls[0].outcomes {
            OK => self,
            _ => self.then_anew(),
        }
    }
}

/// What a point runs over.
#[derive(Clone, Copy, Debug)]
pub enum Over {
    Http,
    Https(Profile),
}

impl Over {
    pub const HTTPS: Over = Over::Https(Profile::V13);

    pub fn tls(self) -> Option<Profile> {
        match self {
            Over::Http => None,
            Over::Https(profile) => Some(profile),
        }
    }

    fn ends(self) -> &'static [End] {
        match self {
            Over::Http => &End::PLAIN,
            Over::Https(_) => &End::TLS,
        }
    }

    /// A script for a connection: over https it begins with a handshake.
    fn script(self, steps: &[Step]) -> Vec<Step> {
        let mut script = match self {
            Over::Http => vec![],
            Over::Https(_) => vec![Step::Shake],
        };
        script.extend_from_slice(steps);
        script
    }

    /// One connection, one call.
    fn point(self, name: impl Into<String>, steps: &[Step], outcomes: Outcomes) -> Point {
        Point::new(self, name, self.script(steps), outcomes)
    }

    /// The peer reads the request, sends these bytes, and ends. If it stays, it serves another request well: a
    /// client that goes on with a spoilt connection shows by having reused it.
    fn answered(self, name: impl Into<String>, bytes: Vec<u8>, end: End, outcomes: Outcomes) -> Point {
        let after = match end {
            End::Silence => vec![Step::Request, Step::Send(answers::ok())],
            _ => end.steps(),
        };
        let steps = [vec![Step::Request, Step::Send(bytes)], after].concat();
        self.point(name, &steps, outcomes)
    }
}

/// What an end means for an answer that is not whole.
fn broken_off(end: End) -> Outcomes {
    match end {
        End::Fin | End::Notify | End::Reset => LOST,
        End::Silence => LATE,
    }
}

pub fn over_http() -> Vec<Point> {
    common(Over::Http)
}

pub fn over_https() -> Vec<Point> {
    [common(Over::HTTPS), tls::points()].concat()
}

/// Every byte of what TLS says.
pub fn over_tls() -> Vec<Point> {
    handshake::points()
}

/// A proxy that fails.
pub fn over_proxy() -> Vec<Point> {
    proxy::points()
}

/// A proxy that works, before a peer that fails.
pub fn behind_proxy() -> Vec<Point> {
    proxy::behind(over_https())
}

/// A name that leads to a peer, or does not.
pub fn over_names() -> Vec<Point> {
    names::points()
}

/// What can go wrong with and without TLS.
fn common(over: Over) -> Vec<Point> {
    [request::points(over), cut::points(over), head::points(over), content::points(over), idle::points(over)].concat()
}
