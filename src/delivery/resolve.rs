//! Turns a name into addresses, within a deadline.
//!
//! The system's resolver cannot be interrupted, so it works on a thread that may outlive the call. Those are bounded:
//! behind a dead resolver every retry of a shop would leave one more behind.

use std::collections::HashMap;
use std::net::{IpAddr, ToSocketAddrs};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::deadline::Deadline;
use super::failure::Failure;
use crate::ffi::os::{self, PerProcess};
use crate::outcome::{Kind, Stage};

/// How many names are being resolved at once, in the whole process.
const MOST_LOOKUPS: usize = 16;

/// After this long somebody else may ask for the same name anew: in the child of a fork a look-up can be stuck for good,
/// where another thread of the parent was in the midst of one.
const STUCK: Duration = Duration::from_secs(30);

static RESOLVER: PerProcess<Mutex<Resolver>> = PerProcess::new();

#[derive(Default)]
struct Resolver {
    /// Look-ups that have not ended, stuck ones too.
    running: usize,
    current: HashMap<String, Arc<Lookup>>,
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
    let mut resolver = lock(RESOLVER.get());
    if let Some(lookup) = resolver.current.get(host).filter(|lookup| lookup.since.elapsed() < STUCK) {
        return Ok(Arc::clone(lookup));
    }
    if resolver.running >= MOST_LOOKUPS {
        let what = format!("{MOST_LOOKUPS} other names are still being resolved: the resolver does not answer");
        return Err(Failure::new(Kind::Dns, Stage::Resolve, what));
    }
    let lookup = Arc::new(Lookup { since: Instant::now(), answer: Mutex::default(), answered: Condvar::default() });
    let (name, answering) = (host.to_owned(), Arc::clone(&lookup));
    os::spawn("paywall-resolve", move || {
        let answer = panic::catch_unwind(AssertUnwindSafe(|| ask_system(&name)))
            .unwrap_or_else(|_| Err("the system's resolver failed".to_owned()));
        // Forget the name first: whoever asks after the answer gets a new one.
        let mut resolver = lock(RESOLVER.get());
        resolver.running -= 1;
        if resolver.current.get(&name).is_some_and(|current| Arc::ptr_eq(current, &answering)) {
            resolver.current.remove(&name);
        }
        drop(resolver);
        *lock(&answering.answer) = Some(answer);
        answering.answered.notify_all();
    })
    .map_err(|error| unresolved(host).because(format!("no thread for it: {error}")))?;
    resolver.running += 1;
    resolver.current.insert(host.to_owned(), Arc::clone(&lookup));
    Ok(lookup)
}

fn ask_system(name: &str) -> Result<Vec<IpAddr>, String> {
    match (name, 0).to_socket_addrs() {
        Ok(addresses) => Ok(addresses.map(|address| address.ip()).collect()),
        Err(error) => Err(error.to_string()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
