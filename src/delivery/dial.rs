//! Connects to a host that may have several addresses, of which some may be dead: the attempts race, as in RFC 8305.
//! Nothing is sent before one of them has won, so nothing is sent twice.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::call;
use super::deadline::Deadline;
use super::failure::Failure;
use super::resolve::{Addresses, Snapshot};
use super::socket::{Connecting, Socket};
use crate::outcome::{Kind, Stage};

/// How long an attempt has before the next one joins it: RFC 8305 section 5.
const HEAD_START: Duration = Duration::from_millis(250);
/// How often the resolver is asked for news while attempts are under way.
const GLANCE: Duration = Duration::from_millis(10);
/// How many addresses a message lists.
const MOST_LISTED: usize = 4;

/// What a host's addresses may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// TLS proves afterwards that an address belongs to the service.
    Service,
    Proxy,
    /// Plain http stays on this machine.
    ThisMachine,
}

/// The attempts to connect to a host.
pub(super) struct Race<'a> {
    host: &'a str,
    port: u16,
    reach: Reach,
    addresses: Addresses<'a>,
    /// Since when the resolver's answer to this call is known: from then on `connect_timeout_ms` counts.
    answered: Option<Instant>,
    running: Vec<(IpAddr, Connecting)>,
    /// Those that ended, with the reason of those that failed.
    ended: Vec<(IpAddr, Option<io::Error>)>,
    next_start: Instant,
}

/// A connection to one of the host's addresses.
pub(super) struct Reached {
    pub(super) socket: Socket,
    pub(super) address: IpAddr,
    /// The resolver answered for this call: otherwise the address is one that was known before.
    pub(super) is_confirmed: bool,
    /// For what is still to be done, until the request can leave.
    pub(super) deadline: Deadline,
}

impl<'a> Race<'a> {
    pub(super) fn begin(host: &'a str, port: u16, reach: Reach) -> Result<Self, Failure> {
        Ok(Race {
            host,
            port,
            reach,
            addresses: Addresses::of(host, reach == Reach::Service)?,
            answered: None,
            running: Vec::new(),
            ended: Vec::new(),
            next_start: Instant::now(),
        })
    }

    /// Waits for the next address that accepts. May be called again, if the one before turned out to be no good.
    pub(super) fn next(&mut self) -> Result<Reached, Failure> {
        let mut known = self.addresses.now()?;
        loop {
            if known.are_fresh || known.is_final {
                self.answered.get_or_insert_with(Instant::now);
            }
            let untried = self.untried(&known);
            let now = Instant::now();
            if let Some(address) = untried.filter(|_| self.running.is_empty() || now >= self.next_start) {
                self.start(address);
            }
            if let Some((address, socket)) = self.winner() {
                let is_confirmed = self.answered.is_some();
                return Ok(Reached { socket, address, is_confirmed, deadline: self.deadline(true) });
            }
            let Some(remaining) = self.deadline(false).remaining() else { return Err(self.late()) };
            if !self.running.is_empty() {
                let untried = self.untried(&known).map(|_| self.next_start.saturating_duration_since(Instant::now()));
                let glance = (!known.is_final).then_some(GLANCE);
                let timeout = [untried, glance].into_iter().flatten().fold(remaining, Duration::min);
                let running = self.running.iter().map(|(_, connecting)| connecting);
                Connecting::wait(running, timeout).map_err(|error| self.failed().because(error))?;
                known = self.addresses.now()?;
            } else if self.untried(&known).is_none() {
                if known.is_final {
                    return Err(self.failed());
                }
                let deadline = self.deadline(false);
                let more = self.addresses.wait(deadline, |known| known.is_final || self.untried(known).is_some());
                known = more.map_err(|failure| if self.ended.is_empty() { failure } else { self.failed() })?;
            }
        }
    }

    /// The most promising address that was not tried yet.
    fn untried(&self, known: &Snapshot) -> Option<IpAddr> {
        let is_allowed = |address: &&IpAddr| self.reach != Reach::ThisMachine || address.is_loopback();
        let is_tried = |address: &IpAddr| {
            let tried = self.running.iter().map(|(tried, _)| tried).chain(self.ended.iter().map(|(tried, _)| tried));
            tried.into_iter().any(|tried| tried == address)
        };
        known.addresses.iter().filter(is_allowed).find(|address| !is_tried(address)).copied()
    }

    fn start(&mut self, address: IpAddr) {
        match Connecting::begin(SocketAddr::new(address, self.port)) {
            Ok(connecting) => {
                self.running.push((address, connecting));
                self.next_start = Instant::now() + HEAD_START;
            }
            Err(error) => self.ended.push((address, Some(error))),
        }
    }

    /// The first attempt that succeeded, if one did. Those that failed end, and make way for the next.
    fn winner(&mut self) -> Option<(IpAddr, Socket)> {
        let mut place = 0;
        while place < self.running.len() {
            let ended = match self.running[place].1.is_connected() {
                Ok(false) => {
                    place += 1;
                    continue;
                }
                Ok(true) => {
                    let (address, connecting) = self.running.remove(place);
                    match connecting.finish() {
                        Ok(socket) => {
                            self.ended.push((address, None));
                            return Some((address, socket));
                        }
                        Err(error) => (address, Some(error)),
                    }
                }
                Err(error) => (self.running.remove(place).0, Some(error)),
            };
            self.ended.push(ended);
            self.next_start = Instant::now();
        }
        None
    }

    /// Until when the host must be connected; or, if it is, until when the request must be able to leave. While only
    /// addresses are tried that were known before, the resolver may take its time.
    fn deadline(&self, connected: bool) -> Deadline {
        let limits = call::limits();
        match self.answered.or(connected.then(Instant::now)) {
            Some(answered) => Deadline::after(answered, limits.connect_timeout).min(limits.deadline),
            None => limits.deadline,
        }
    }

    fn failed(&self) -> Failure {
        if self.ended.is_empty() && self.reach == Reach::ThisMachine {
            let what = "plain http goes only to this machine, and the name does not resolve to it";
            return Failure::new(Kind::Config, Stage::Resolve, what);
        }
        let what = format!("could not connect to {}, port {}", self.host, self.port);
        Failure::new(Kind::Connect, Stage::Connect, what).because(self.tried())
    }

    fn late(&self) -> Failure {
        match self.ended.is_empty() && self.running.is_empty() {
            true => Failure::timeout(Stage::Resolve),
            false => Failure::timeout(Stage::Connect).because(self.tried()),
        }
    }

    /// Which addresses were tried, and what became of each.
    fn tried(&self) -> String {
        let ended = self.ended.iter().map(|(address, error)| match error {
            Some(error) => format!("{address}: {error}"),
            None => format!("{address}: accepted, but was no good"),
        });
        let running = self.running.iter().map(|(address, _)| format!("{address}: no answer"));
        let all: Vec<String> = ended.chain(running).collect();
        match all.len().saturating_sub(MOST_LISTED) {
            0 => all.join("; "),
            more => format!("{}; and {more} more", all[..MOST_LISTED].join("; ")),
        }
    }
}
