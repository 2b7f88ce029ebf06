//! The kept connections: one pool for each combination of address, proxy, trust and credentials, in the whole process.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout};

use super::call;
use super::connect::{Route, open};
use super::tls;
use super::wire::{INPUT_BUFFER, Wire};
use crate::os::{self, PerProcess};
use crate::secret::{Secret, Wiped};

/// How many pools are kept. The least recently used one goes first.
const MOST_POOLS: usize = 64;
/// How many idle connections a pool keeps: as many as there may be threads that call at once.
const MOST_IDLE: usize = 64;
/// No context can ask for a longer idle time; each connection also knows when it was used last.
const LONGEST_IDLE: Duration = Duration::from_secs(600);

/// How long sessions are resumed: after that the peer shows its certificates again, and is verified.
const OLDEST: Duration = Duration::from_secs(60 * 60);

/// What two contexts must have in common to share connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    tls: bool,
    host: String,
    port: u16,
    proxy: Option<(String, u16)>,
    trust: Option<u64>,
    /// Keyed hashes, so that the registry outlives the credentials without holding them.
    credentials: [u64; 2],
}

/// Two hashes under keys of this process: 128 bits that nobody outside can aim at.
#[derive(Default)]
struct Hashers([RandomState; 2]);

static HASHERS: PerProcess<Hashers> = PerProcess::new();

impl Key {
    /// `fields`: what the heads of all requests have in common, with the credentials.
    pub(crate) fn new(route: &Route, trust: Option<u64>, fields: &Wiped) -> Self {
        let (proxy, proxy_credentials) = match &route.proxy {
            Some(proxy) => (Some((proxy.host.clone(), proxy.port)), proxy.credentials.as_ref().map(Secret::reveal)),
            None => (None, None),
        };
        let secrets = (fields.bytes(), proxy_credentials);
        Key {
            tls: route.address.tls,
            host: route.address.host.clone(),
            port: route.address.port,
            proxy,
            trust,
            credentials: HASHERS.get().0.each_ref().map(|hasher| hasher.hash_one(secrets)),
        }
    }
}

static POOLS: PerProcess<Mutex<Vec<Pool>>> = PerProcess::new();

/// The kept connections of one key, under ureq's care, and the TLS sessions of those that are gone.
struct Pool {
    key: Key,
    /// How connections are made, with the sessions.
    route: Route,
    agent: Agent,
    /// These two by [`os::uptime`].
    made: Duration,
    last_used: Duration,
}

impl Pool {
    fn new(key: &Key, route: &Route, now: Duration) -> Self {
        let tls = route.tls.as_ref().map(tls::Client::remembering);
        let route = Route { tls, ..route.clone() };
        Pool { key: key.clone(), agent: new_agent(&route), route, made: now, last_used: now }
    }
}

fn pools() -> MutexGuard<'static, Vec<Pool>> {
    POOLS.get().lock().unwrap_or_else(PoisonError::into_inner)
}

/// ureq's agent for `key`, with the connections of its pool; a new pool along `route` if there is none. Pools that nobody
/// uses any more are closed.
pub(super) fn agent(key: &Key, route: &Route) -> Agent {
    let now = os::uptime();
    let mut pools = pools();
    // The one that was used longest ago stands first. Dropped outside the lock: closing connections may take a moment.
    let stale = pools.iter().take_while(|pool| now.saturating_sub(pool.last_used) > LONGEST_IDLE).count();
    let dropped: Vec<Pool> = pools.drain(..stale).collect();
    let known = pools.iter().position(|pool| pool.key == *key).map(|place| pools.remove(place));
    let (known, outdated) = match known {
        Some(pool) if now.saturating_sub(pool.made) > OLDEST => (None, Some(pool)),
        known => (known, None),
    };
    let mut pool = known.unwrap_or_else(|| Pool::new(key, route, now));
    pool.last_used = now;
    let agent = pool.agent.clone();
    let evicted = (pools.len() >= MOST_POOLS).then(|| pools.remove(0));
    pools.push(pool);
    drop(pools);
    drop((dropped, outdated, evicted));
    agent
}

/// Forgets the pool for `key`: a panic may have left it in any state, or the peer takes its sessions no more.
pub(crate) fn forget(key: &Key) {
    let mut pools = pools();
    let place = pools.iter().position(|pool| pool.key == *key);
    let forgotten = place.map(|place| pools.remove(place));
    drop(pools);
    drop(forgotten);
}

/// Uses the kept connections of `key` no more, since one of them was dead. Its TLS sessions stay.
pub(super) fn distrust(key: &Key) {
    let mut pools = pools();
    let pool = pools.iter_mut().find(|pool| pool.key == *key);
    let distrusted = pool.map(|pool| std::mem::replace(&mut pool.agent, new_agent(&pool.route)));
    drop(pools);
    drop(distrusted);
}

fn new_agent(route: &Route) -> Agent {
    let config = Config::builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent("")
        .accept("")
        .accept_encoding("")
        // ureq counts whatever else came along: the buffer is the limit.
        .max_response_header_size(INPUT_BUFFER)
        .max_idle_connections(MOST_IDLE)
        .max_idle_connections_per_host(MOST_IDLE)
        .max_idle_age(LONGEST_IDLE)
        .build();
    Agent::with_parts(config, Opener(route.clone()), NoResolver)
}

/// Lets ureq set up what it keeps for the whole process, before a fork can come in the midst of it: a child would wait
/// for ever for the thread that was about to finish.
pub(crate) fn warm_up() {
    #[derive(Debug)]
    struct Nowhere;
    impl Connector for Nowhere {
        type Out = Wire;
        fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Wire>, ureq::Error> {
            Ok(None)
        }
    }

    static WARM: AtomicBool = AtomicBool::new(false);
    if !WARM.load(Ordering::Acquire) {
        os::between_forks(|| {
            let agent = Agent::with_parts(Config::builder().proxy(None).build(), Nowhere, NoResolver);
            _ = agent.get("http://127.0.0.1/").call();
        });
        WARM.store(true, Ordering::Release);
    }
}

/// Makes the connections of one pool.
#[derive(Debug)]
struct Opener(Route);

impl Connector for Opener {
    type Out = Wire;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Wire>, ureq::Error> {
        open(&self.0).map(Some).map_err(|failure| {
            call::fail(failure);
            ureq::Error::ConnectionFailed
        })
    }
}

/// ureq resolves before it looks for a kept connection; here a name is resolved only if a connection must be made.
struct NoResolver;

impl fmt::Debug for NoResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoResolver")
    }
}

impl Resolver for NoResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
