//! Turns a name into addresses, and remembers what is known about it.
//!
//! The system's resolver cannot be interrupted, so it works on threads that may outlive the call. Those are bounded:
//! with a dead resolver, every retry of a shop would leave one more. An answer that comes too late for its call is kept:
//! it serves the next one.

use std::collections::{HashMap, VecDeque};
use std::ffi::CString;
use std::net::IpAddr;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::deadline::Deadline;
use super::failure::Failure;
use crate::os::{self, Family, NoAddress, PerProcess};
use crate::outcome::{Kind, Stage};

/// How many names are being resolved at once, in the whole process. Each is two questions.
const MOST_NAMES: usize = 16;
const MOST_QUESTIONS: usize = MOST_NAMES * FAMILIES.len();

/// A resolver that drops one of the two questions must not hold up the answer to the other: each is asked for itself.
/// In the order in which RFC 8305 prefers them.
const FAMILIES: [Family; 2] = [Family::V6, Family::V4];

/// After this long another call may ask the same question again, whatever happened to the one before.
const STUCK: Duration = Duration::from_secs(30);

/// How long the preferred family has to answer after it was asked, if the other one's addresses are there: RFC 8305
/// section 3.
const HEAD_START: Duration = Duration::from_millis(50);

/// How long the resolver has, if it answered earlier: then the last known addresses serve.
const PATIENCE: Duration = Duration::from_millis(200);

/// How old they may be. TLS proves that an address still belongs to the name; without TLS, they are as good as what
/// a name server's cache holds.
const OLDEST_WITH_PROOF: Duration = Duration::from_secs(24 * 60 * 60);
const OLDEST: Duration = Duration::from_secs(60);

/// How long it is remembered which address of a name answered last, and which one did not.
const GOOD_FOR: Duration = Duration::from_secs(10 * 60);

/// How many names are remembered. The one that was needed longest ago is forgotten first.
const MOST_REMEMBERED: usize = 64;

/// How long a thread waits for another question. A thread that ends takes a lock of the C library, and a fork at that
/// moment would leave it locked in the child for ever. So a thread ends only after a quiet time.
const LINGER: Duration = Duration::from_secs(1);

static RESOLVER: PerProcess<Resolver> = PerProcess::new();

#[derive(Default)]
struct Resolver {
    state: Mutex<State>,
    /// There is another question.
    asked: Condvar,
    /// There is another answer.
    answered: Condvar,
}

#[derive(Default)]
struct State {
    names: HashMap<String, Name>,
    /// Those that no thread has taken yet.
    waiting: VecDeque<Question>,
    /// Questions that have no answer yet, stuck ones too.
    open: usize,
    /// Threads that wait for one.
    idle: usize,
}

struct Question {
    name: CString,
    /// Its place in [`FAMILIES`].
    place: usize,
    family: Family,
    since: Instant,
}

/// What is known about a name.
struct Name {
    needed: Instant,
    families: [Known; FAMILIES.len()],
    /// The address that answered last, and one that accepted a connection but did not carry it, with the time of it.
    good: Option<(IpAddr, Duration)>,
    bad: Option<(IpAddr, Duration)>,
}

/// What is known about a name's addresses of one family.
#[derive(Default)]
struct Known {
    /// Since when the resolver has been asked: everybody who needs the name in the meantime waits for the same answer.
    asked: Option<Instant>,
    /// What it said last, and when.
    answer: Option<(Instant, Result<Vec<IpAddr>, NoAddress>)>,
    /// The last addresses that it gave, and when.
    addresses: Vec<IpAddr>,
    confirmed: Duration,
}

/// The addresses of a host for one call, as they become known.
pub(super) struct Addresses<'a> {
    host: &'a str,
    since: Instant,
    /// How old the last known addresses may be.
    oldest: Duration,
}

/// What is known at a moment.
pub(super) struct Snapshot {
    /// The most promising first.
    pub(super) addresses: Vec<IpAddr>,
    /// The resolver gave some of them for this call.
    pub(super) are_fresh: bool,
    /// No others will come.
    pub(super) is_final: bool,
    /// When they change, if nothing is heard from the resolver until then.
    changes: Option<Instant>,
}

impl<'a> Addresses<'a> {
    /// Begins to ask for the addresses of `host`, a name or an address. `proven` says that TLS is going to prove that they
    /// belong to it.
    pub(super) fn of(host: &'a str, proven: bool) -> Result<Self, Failure> {
        let addresses =
            Addresses { host, since: Instant::now(), oldest: if proven { OLDEST_WITH_PROOF } else { OLDEST } };
        if addresses.literal().is_none() {
            ask(host, addresses.since)?;
        }
        Ok(addresses)
    }

    fn literal(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// What is known now; a failure if there are no addresses and none will come.
    pub(super) fn now(&self) -> Result<Snapshot, Failure> {
        match self.literal() {
            Some(address) => Ok(Snapshot::of(address)),
            None => self.snapshot(&mut lock(&RESOLVER.get().state)),
        }
    }

    /// Waits until as much is known as `enough` wants; a failure if there are no addresses and none will come, or if the
    /// deadline passes.
    pub(super) fn wait(&self, deadline: Deadline, enough: impl Fn(&Snapshot) -> bool) -> Result<Snapshot, Failure> {
        if let Some(address) = self.literal() {
            return Ok(Snapshot::of(address));
        }
        let resolver = RESOLVER.get();
        let mut state = lock(&resolver.state);
        loop {
            let snapshot = self.snapshot(&mut state)?;
            if enough(&snapshot) {
                return Ok(snapshot);
            }
            let Some(remaining) = deadline.remaining() else { return Err(Failure::timeout(Stage::Resolve)) };
            let next = snapshot.changes.map(|changes| changes.saturating_duration_since(Instant::now()));
            let timeout = next.map_or(remaining, |next| next.min(remaining));
            state = resolver.answered.wait_timeout(state, timeout).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn snapshot(&self, state: &mut State) -> Result<Snapshot, Failure> {
        let name = state.name(self.host, self.since);
        let uptime = os::uptime();
        let now = Instant::now();
        let lost_patience = self.since + PATIENCE;
        let mut are_fresh = false;
        let families = name.families.each_ref().map(|known| {
            let is_known = uptime.saturating_sub(known.confirmed) < self.oldest;
            match known.answer(self.since) {
                Some(Ok(addresses)) => {
                    are_fresh |= !addresses.is_empty();
                    addresses.as_slice()
                }
                Some(Err(no_address)) if is_known && !no_address.is_certain => &known.addresses,
                None if is_known && (now >= lost_patience || known.asked.is_none()) => &known.addresses,
                Some(Err(_)) | None => &[],
            }
        });
        let [preferred, other] = name.families.each_ref().map(|known| known.is_awaited(self.since));
        let is_final = !preferred && !other;
        // Whoever was asked long ago, for another call, had its head start.
        let head_start = name.families[0].asked.filter(|_| preferred).map(|asked| asked + HEAD_START);
        let head_start = head_start.filter(|end| *end > now);
        let addresses = if head_start.is_some() { Vec::new() } else { name.in_order(families, uptime) };
        if addresses.is_empty() && is_final {
            return Err(name.unresolved(self.host, self.since));
        }
        let changes = head_start.or(Some(lost_patience)).filter(|change| !is_final && *change > now);
        Ok(Snapshot { addresses, are_fresh, is_final, changes })
    }
}

impl Snapshot {
    fn of(address: IpAddr) -> Self {
        Snapshot { addresses: vec![address], are_fresh: true, is_final: true, changes: None }
    }
}

/// Remembers that this address of `host` carried a connection.
pub(super) fn prefer(host: &str, address: IpAddr) {
    let mut state = lock(&RESOLVER.get().state);
    if let Some(name) = state.names.get_mut(host) {
        name.good = Some((address, os::uptime()));
        name.bad = name.bad.filter(|(bad, _)| *bad != address);
    }
}

/// Remembers that this address of `host` accepted a connection and did not carry it.
pub(super) fn avoid(host: &str, address: IpAddr) {
    let mut state = lock(&RESOLVER.get().state);
    if let Some(name) = state.names.get_mut(host) {
        name.bad = Some((address, os::uptime()));
        name.good = name.good.filter(|(good, _)| *good != address);
    }
}

impl State {
    /// What is known about the name.
    fn name(&mut self, host: &str, now: Instant) -> &mut Name {
        if self.names.len() >= MOST_REMEMBERED && !self.names.contains_key(host) {
            // Somebody may wait for those that are being resolved; they are few.
            let idle = self.names.iter().filter(|(_, name)| name.families.iter().all(|known| known.asked.is_none()));
            let oldest = idle.min_by_key(|(_, name)| name.needed).map(|(host, _)| host.clone());
            oldest.map(|host| self.names.remove(&host));
        }
        let name = self.names.entry(host.to_owned()).or_insert_with(|| Name::new(now));
        name.needed = name.needed.max(now);
        name
    }
}

impl Name {
    fn new(now: Instant) -> Self {
        Name { needed: now, families: Default::default(), good: None, bad: None }
    }

    /// The families take turns. What answered last goes first, and what did not goes last.
    fn in_order(&self, families: [&[IpAddr]; FAMILIES.len()], uptime: Duration) -> Vec<IpAddr> {
        let longest = families.iter().map(|addresses| addresses.len()).max().unwrap_or_default();
        let turns = (0..longest).flat_map(|turn| families.iter().filter_map(move |addresses| addresses.get(turn)));
        let mut addresses: Vec<IpAddr> = turns.copied().collect();
        let recent = |remembered: Option<(IpAddr, Duration)>| {
            remembered.filter(|(_, when)| uptime.saturating_sub(*when) < GOOD_FOR).map(|(address, _)| address)
        };
        let (good, bad) = (recent(self.good), recent(self.bad));
        addresses.sort_by_key(|address| match Some(*address) {
            address if address == good => 0,
            address if address == bad => 2,
            _ => 1,
        });
        addresses
    }

    /// What the resolver could not find out, otherwise what it denied.
    fn unresolved(&self, host: &str, since: Instant) -> Failure {
        let reasons = self.families.iter().filter_map(|known| known.answer(since)?.as_ref().err());
        match reasons.min_by_key(|no_address| no_address.is_certain) {
            Some(no_address) => unresolved(host).because(&no_address.reason),
            None => unresolved(host),
        }
    }
}

fn unresolved(host: &str) -> Failure {
    Failure::new(Kind::Dns, Stage::Resolve, format!("the name {host} could not be resolved"))
}

/// Asks for what is not being asked already.
fn ask(host: &str, now: Instant) -> Result<(), Failure> {
    let Ok(for_system) = CString::new(host) else { return Err(unresolved(host)) };
    let resolver = RESOLVER.get();
    let mut state = lock(&resolver.state);
    let is_asked = |known: &Known| known.asked.is_some_and(|asked| now.saturating_duration_since(asked) < STUCK);
    let asked = state.name(host, now).families.each_ref().map(is_asked);
    let missing = asked.iter().filter(|asked| !**asked).count();
    if state.open + missing > MOST_QUESTIONS {
        if state.name(host, now).families.iter().any(|known| !known.addresses.is_empty()) {
            // What was known last has to do.
            return Ok(());
        }
        let what = format!("{MOST_NAMES} names are still being resolved: the resolver does not answer");
        return Err(Failure::new(Kind::Dns, Stage::Resolve, what));
    }
    for (place, family) in FAMILIES.into_iter().enumerate().filter(|(place, _)| !asked[*place]) {
        if state.idle > state.waiting.len() {
            resolver.asked.notify_one();
        } else {
            os::spawn(c"paywall-resolve", || work(RESOLVER.get()))
                .map_err(|error| unresolved(host).because(format!("no thread could be started for it: {error}")))?;
        }
        state.open += 1;
        state.name(host, now).families[place].asked = Some(now);
        state.waiting.push_back(Question { name: for_system.clone(), place, family, since: now });
    }
    Ok(())
}

/// What a thread does: one question after another, until none comes any more.
fn work(resolver: &Resolver) {
    let mut state = lock(&resolver.state);
    loop {
        let Some(question) = state.waiting.pop_front() else {
            state.idle += 1;
            let waited = resolver.asked.wait_timeout_while(state, LINGER, |state| state.waiting.is_empty());
            let (again, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = again;
            state.idle -= 1;
            if timeout.timed_out() && state.waiting.is_empty() {
                return;
            }
            continue;
        };
        drop(state);
        let ask_system = || os::between_forks(|| os::look_up(&question.name, question.family));
        let answer = panic::catch_unwind(AssertUnwindSafe(ask_system)).unwrap_or_else(|_| {
            Err(NoAddress { reason: "the system's resolver failed".to_owned(), is_certain: false })
        });
        state = lock(&resolver.state);
        state.open -= 1;
        state.name(&question.name.to_string_lossy(), question.since).families[question.place].learn(&question, answer);
        resolver.answered.notify_all();
    }
}

impl Known {
    /// The answer, if it came after `since`.
    fn answer(&self, since: Instant) -> Option<&Result<Vec<IpAddr>, NoAddress>> {
        self.answer.as_ref().filter(|(came, _)| *came >= since).map(|(_, answer)| answer)
    }

    /// Whether an answer may still come for whoever has waited since then.
    fn is_awaited(&self, since: Instant) -> bool {
        self.answer(since).is_none() && self.asked.is_some()
    }

    fn learn(&mut self, question: &Question, answer: Result<Vec<IpAddr>, NoAddress>) {
        // One that got stuck was asked again: that one is still to come.
        self.asked = self.asked.filter(|asked| *asked != question.since);
        match &answer {
            Ok(addresses) => (self.addresses, self.confirmed) = (addresses.clone(), os::uptime()),
            Err(no_address) if no_address.is_certain => self.addresses.clear(),
            Err(_) => {}
        }
        self.answer = Some((Instant::now(), answer));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
