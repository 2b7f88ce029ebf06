//! Turns a name into addresses, within a deadline.
//!
//! The system's resolver cannot be interrupted, so it works on threads that may outlive the call. Those are bounded:
//! with a dead resolver, every retry of a shop would leave one more.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, ToSocketAddrs};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::deadline::Deadline;
use super::failure::Failure;
use crate::os::{self, PerProcess};
use crate::outcome::{Kind, Stage};

/// How many names are being resolved at once, in the whole process.
const MOST_LOOKUPS: usize = 16;

/// After this long another call may ask for the same name again, whatever happened to the look-up before.
const STUCK: Duration = Duration::from_secs(30);

/// How long a thread waits for another name. A thread that ends takes a lock of the C library, and a fork at that moment
/// would leave it locked in the child for ever. So a thread ends only after a quiet time.
const LINGER: Duration = Duration::from_secs(1);

static RESOLVER: PerProcess<Resolver> = PerProcess::new();

#[derive(Default)]
struct Resolver {
    state: Mutex<State>,
    more: Condvar,
}

#[derive(Default)]
struct State {
    /// By name.
    current: HashMap<String, Arc<Lookup>>,
    /// Those that no thread has taken yet.
    waiting: VecDeque<(String, Arc<Lookup>)>,
    /// Look-ups that have no answer yet, stuck ones too.
    open: usize,
    /// Threads that wait for one.
    idle: usize,
}

/// A name that is being resolved: everybody who asks for it in the meantime waits for the same answer.
struct Lookup {
    since: Instant,
    answer: Mutex<Option<Result<Vec<IpAddr>, String>>>,
    answered: Condvar,
}

/// The addresses of `host`, a name or an address; never an empty list.
pub(super) fn resolve(host: &str, deadline: Deadline) -> Result<Vec<IpAddr>, Failure> {
    if let Ok(address) = host.parse() {
        return Ok(vec![address]);
    }
    let lookup = join_or_start(host)?;
    let mut answer = lock(&lookup.answer);
    loop {
        if let Some(answer) = answer.as_ref() {
            return match answer {
                Ok(addresses) if addresses.is_empty() => Err(unresolved(host)),
                Ok(addresses) => Ok(addresses.clone()),
                Err(reason) => Err(unresolved(host).because(reason)),
            };
        }
        let Some(remaining) = deadline.remaining() else { return Err(Failure::timeout(Stage::Resolve)) };
        answer = lookup.answered.wait_timeout(answer, remaining).unwrap_or_else(PoisonError::into_inner).0;
    }
}

fn unresolved(host: &str) -> Failure {
    Failure::new(Kind::Dns, Stage::Resolve, format!("the name {host} could not be resolved"))
}

fn join_or_start(host: &str) -> Result<Arc<Lookup>, Failure> {
    let resolver = RESOLVER.get();
    let mut state = lock(&resolver.state);
    if let Some(lookup) = state.current.get(host).filter(|lookup| lookup.since.elapsed() < STUCK) {
        return Ok(Arc::clone(lookup));
    }
    if state.open >= MOST_LOOKUPS {
        let what = format!("{MOST_LOOKUPS} other names are still being resolved: the resolver does not answer");
        return Err(Failure::new(Kind::Dns, Stage::Resolve, what));
    }
    if state.idle > state.waiting.len() {
        resolver.more.notify_one();
    } else {
        os::spawn(c"paywall-resolve", || work(RESOLVER.get()))
            .map_err(|error| unresolved(host).because(format!("no thread could be started for it: {error}")))?;
    }
    let lookup = Arc::new(Lookup { since: Instant::now(), answer: Mutex::default(), answered: Condvar::default() });
    state.open += 1;
    state.current.insert(host.to_owned(), Arc::clone(&lookup));
    state.waiting.push_back((host.to_owned(), Arc::clone(&lookup)));
    Ok(lookup)
}

/// What a thread does: one name after another, until none comes any more.
fn work(resolver: &Resolver) {
    let mut state = lock(&resolver.state);
    loop {
        let Some((name, lookup)) = state.waiting.pop_front() else {
            state.idle += 1;
            let waited = resolver.more.wait_timeout_while(state, LINGER, |state| state.waiting.is_empty());
            let (again, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = again;
            state.idle -= 1;
            if timeout.timed_out() && state.waiting.is_empty() {
                return;
            }
            continue;
        };
        drop(state);
        let answer = panic::catch_unwind(AssertUnwindSafe(|| ask_system(&name)))
            .unwrap_or_else(|_| Err("the system's resolver failed".to_owned()));
        // Forget the name first: a call that asks after the answer gets a new one.
        state = lock(&resolver.state);
        state.open -= 1;
        if state.current.get(&name).is_some_and(|current| Arc::ptr_eq(current, &lookup)) {
            state.current.remove(&name);
        }
        *lock(&lookup.answer) = Some(answer);
        lookup.answered.notify_all();
    }
}

fn ask_system(name: &str) -> Result<Vec<IpAddr>, String> {
    match os::between_forks(|| (name, 0).to_socket_addrs()) {
        Ok(addresses) => Ok(addresses.map(|address| address.ip()).collect()),
        Err(error) => Err(error.to_string()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
