//! Runs a point, and judges what was said about it by what its peer heard.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use paywall::{Client, Config, Outcome};

use crate::answers;
use crate::names::{NameServer, Zone};
use crate::peer::{Heading, Heard, Peer, words};
use crate::points::Point;
use crate::tls::{self, CaFile};
use crate::watch::Watch;

pub const TOKEN: &str = "67a40b720d564a878dd46579b3d2eff3";
pub const SESSION: &str = "6489433e-f36b-1410-825e-001264113a90";

/// How late a call may be after its deadline.
pub const GRACE: Duration = Duration::from_millis(250);
/// How much earlier than its deadline a call may say that the deadline came: the clocks' grain.
const EARLY: Duration = Duration::from_millis(5);

/// What a call reported.
#[derive(Clone, Debug, Default)]
pub struct Reported {
    /// As in [`crate::points::Outcomes`].
    pub outcome: String,
    pub action: &'static str,
    pub stage: Option<&'static str>,
    pub connection: Option<&'static str>,
    pub http_status: Option<u16>,
    pub request_id: Option<String>,
    pub token: Option<String>,
    pub message: String,
    pub took: Duration,
    /// The same, without what the machine had no processor for the call.
    pub own: Duration,
}

impl Reported {
    pub fn new(outcome: &Outcome, watch: &Watch) -> Self {
        let status = outcome.status.name();
        Reported {
            outcome: match &outcome.error {
                Some(error) => format!("{status}/{}", error.kind.name()),
                None => status.to_owned(),
            },
            action: outcome.action.name(),
            stage: outcome.error.as_ref().map(|error| error.stage.name()),
            connection: outcome.transport.connection.map(|connection| connection.name()),
            http_status: outcome.http_status,
            request_id: outcome.request_id.clone(),
            token: outcome.otp_token.clone(),
            message: outcome.message.clone(),
            took: watch.elapsed(),
            own: watch.own(),
        }
    }

    fn status(&self) -> &str {
        self.outcome.split('/').next().unwrap_or_default()
    }

    fn timed_out(&self) -> bool {
        self.outcome.ends_with("/timeout") && self.http_status.is_none()
    }
}

/// A point, and its outcome.
pub struct Judged {
    pub point: Point,
    pub reported: Vec<Reported>,
    pub heard: Heard,
    pub complaints: Vec<String>,
}

pub fn judged(point: Point, ca_file: &CaFile) -> Judged {
    // A panic of the client's is a failure of this point, not the end of all.
    let run = catch_unwind(AssertUnwindSafe(|| run(&point, ca_file)))
        .unwrap_or_else(|panic| Err(format!("panic: {}", words(&*panic))));
    match run {
        Ok(Run { reported, lookups, heard, asked }) => {
            let mut complaints = complaints(&point, &reported, &heard);
            complaints.extend(asked.iter().flat_map(|asked| of_the_proxy(&reported, asked)));
            complaints.extend(of_the_name(&point, &heard, lookups));
            Judged { point, reported, heard, complaints }
        }
        Err(complaint) => Judged { point, reported: vec![], heard: Heard::default(), complaints: vec![complaint] },
    }
}

/// What was said on either side of a point.
struct Run {
    reported: Vec<Reported>,
    lookups: usize,
    heard: Heard,
    /// What the proxy heard, if there is one.
    asked: Option<Heard>,
}

fn run(point: &Point, ca_file: &CaFile) -> Result<Run, String> {
    let broken = |error| format!("the peer did not start: {error}");
    let config = point.over.tls().map(tls::server);
    let peer = Peer::start(point.listen, point.connections.clone(), config).map_err(broken)?;
    let proxy = point.proxy.clone().map(|(listen, scripts)| Peer::proxy(listen, scripts));
    let proxy = proxy.transpose().map_err(broken)?;
    let calls = call_all(point, &peer, proxy.as_ref(), ca_file);
    // The proxy first: what it still has of the client's goes on to the peer.
    let asked = proxy.map(Peer::finish).transpose();
    let heard = peer.finish();
    let (reported, lookups) = calls?;
    Ok(Run { reported, lookups, heard: heard?, asked: asked? })
}

/// The calls, and how often the name was looked up for them.
fn call_all(
    point: &Point,
    peer: &Peer,
    proxy: Option<&Peer>,
    ca_file: &CaFile,
) -> Result<(Vec<Reported>, usize), String> {
    let _place = Place::take(point);
    let client = client(point, peer, proxy, ca_file).map_err(|outcome| format!("no client: {}", outcome.message))?;
    let client = Arc::new(client);
    let idle = point.idle_times();
    let mut reported = Vec::new();
    let named = Named::new(point);
    for call in 0..point.calls.len() {
        named.before(call);
        if call > 0 && call <= idle {
            peer.between_calls().map_err(|error| format!("{error}; the calls before: {reported:?}"))?;
        }
        reported.push(resend(&client, point.timeout)?);
    }
    Ok((reported, named.lookups()))
}

/// A name that the name server knows while the point lasts.
struct Named<'a> {
    name: Option<&'a str>,
    zones: &'a [Zone],
    /// `localhost` is one name for many points.
    _turn: Option<MutexGuard<'static, ()>>,
}

impl<'a> Named<'a> {
    fn new(point: &'a Point) -> Self {
        static LOCALHOST: Mutex<()> = Mutex::new(());
        let name = point.host.as_deref().or(point.proxy_host.as_deref()).filter(|_| !point.zones.is_empty());
        let turn = (name == Some("localhost")).then(|| LOCALHOST.lock().unwrap_or_else(PoisonError::into_inner));
        Named { name, zones: &point.zones, _turn: turn }
    }

    fn before(&self, call: usize) {
        if let (Some(name), Some(zone)) = (self.name, self.zones.get(call)) {
            NameServer::get().set(name, zone);
        }
    }

    /// How often the name was looked up. It is forgotten.
    fn lookups(&self) -> usize {
        let lookups = self.name.map_or(0, |name| NameServer::get().forget(name));
        if self._turn.is_some() {
            forget_localhost();
        }
        lookups
    }
}

/// A call waits for a look-up of the same name that is under way: the next point must not get the answer of this one's. So
/// this one more waits for it.
fn forget_localhost() {
    let mut config = Config::new();
    for (name, value) in [("base_url", "http://localhost:1"), ("api_key", "afterwards"), ("api_client", "afterwards")] {
        config.set(name, value).expect("a good option");
    }
    Client::new(&config).expect("a good configuration").check();
    NameServer::get().forget("localhost");
}

/// The library keeps a bounded number of pools, and closes the connections of the one that was used longest ago. While
/// a point counts on a kept connection, no more clients than this are made beside it.
const ROOM: usize = 12;

/// The points that count on a kept connection: their numbers, and how much room each has left.
static KEEPING: (Mutex<Vec<(u64, usize)>>, Condvar) = (Mutex::new(Vec::new()), Condvar::new());

/// A client's place among the others, until its calls are done.
struct Place(u64);

impl Place {
    /// Waits until nobody is crowded out by one client more.
    fn take(point: &Point) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let place = Place(NUMBER.fetch_add(1, Ordering::Relaxed));
        let keeping = KEEPING.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |keeping: &mut Vec<(u64, usize)>| keeping.iter().any(|(_, room)| *room == 0);
        let mut keeping = KEEPING.1.wait_while(keeping, full).unwrap_or_else(PoisonError::into_inner);
        keeping.iter_mut().for_each(|(_, room)| *room -= 1);
        if point.keeps_a_connection() {
            keeping.push((place.0, ROOM));
        }
        place
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        KEEPING.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(number, _)| *number != self.0);
        KEEPING.1.notify_all();
    }
}

fn client(point: &Point, peer: &Peer, proxy: Option<&Peer>, ca_file: &CaFile) -> Result<Client, Box<Outcome>> {
    // Points never share connections: those are kept between clients of equal address and credentials.
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);

    let address = peer.address();
    let host = point.host.clone().unwrap_or_else(|| address.ip().to_string());
    let mut config = Config::new();
    if point.over.tls().is_some() {
        config.set("base_url", &format!("https://{host}:{}", address.port()))?;
        config.set("ca_file", ca_file.path())?;
    } else {
        config.set("base_url", &format!("http://{host}:{}", address.port()))?;
    }
    config.set("api_key", &format!("fault-key-{number}"))?;
    config.set("api_client", "fault-client")?;
    config.set("timeout_ms", &point.timeout.as_millis().to_string())?;
    config.set("connect_timeout_ms", &point.connect_timeout.as_millis().to_string())?;
    if let Some(proxy) = proxy {
        let address = proxy.address();
        let host = point.proxy_host.clone().unwrap_or_else(|| address.ip().to_string());
        config.set("proxy", &format!("http://fault-user:fault-password@{host}:{}", address.port()))?;
    }
    for (name, value) in &point.options {
        config.set(name, value)?;
    }
    Client::new(&config)
}

/// Makes a call, and gives up on one that does not come back.
fn resend(client: &Arc<Client>, timeout: Duration) -> Result<Reported, String> {
    let (sender, reported) = channel();
    let client = Arc::clone(client);
    let call = std::thread::spawn(move || {
        let watch = Watch::start();
        let outcome = client.resend_otp(TOKEN, SESSION);
        let _ = sender.send(Reported::new(&outcome, &watch));
    });
    match reported.recv_timeout(timeout + Duration::from_secs(5)) {
        Ok(reported) => Ok(reported),
        Err(_) if call.is_finished() => {
            let panic = call.join().expect_err("a call that ends without a word panicked");
            Err(format!("the call panicked: {}", words(&*panic)))
        }
        Err(_) => Err("the call did not come back".to_owned()),
    }
}

/// All that is wrong with what was reported.
pub fn complaints(point: &Point, reported: &[Reported], heard: &Heard) -> Vec<String> {
    let calls = point.calls.iter().zip(reported).enumerate();
    let each = calls.flat_map(|(n, (want, reported))| {
        let mut complaints = Vec::new();
        if !want.outcomes.contains(&reported.outcome.as_str()) {
            let wanted = want.outcomes.join(" or ");
            complaints.push(format!("{} instead of {wanted}: {}", reported.outcome, reported.message));
        }
        if !fits(want.connection, reported.connection) {
            let (got, wanted) = (reported.connection.unwrap_or("none"), want.connection.unwrap_or("any"));
            complaints.push(format!("connection {got} instead of {wanted}"));
        }
        if reported.action != action(&reported.outcome) {
            let (got, wanted) = (reported.action, action(&reported.outcome));
            complaints.push(format!("action {got} instead of {wanted}"));
        }
        if reported.stage.is_some_and(|stage| !may_fail_in(reported.status(), stage))
            || !fits(want.stage, reported.stage)
        {
            let wanted = want.stage.unwrap_or("one that fits");
            complaints.push(format!(
                "{} in stage {}, not in {wanted}",
                reported.outcome,
                reported.stage.unwrap_or("none")
            ));
        }
        if reported.own > point.timeout + GRACE {
            complaints.push(format!("back after {:?}, with a deadline of {:?}", reported.took, point.timeout));
        }
        if reported.timed_out() {
            // Only what comes after the name is known is bounded by the time to connect.
            let deadline = match (reported.status(), reported.stage) {
                ("not_sent", stage) if stage != Some("resolve") => point.timeout.min(point.connect_timeout),
                _ => point.timeout,
            };
            if reported.took + EARLY < deadline || reported.own > deadline + GRACE {
                complaints.push(format!("timed out after {:?}, with a deadline of {deadline:?}", reported.took));
            }
        }
        if reported.token.as_deref() == Some(answers::STALE) {
            complaints.push("reported the token of an answer that belongs to no call".to_owned());
        }
        complaints
            .into_iter()
            .map(move |complaint| if n == 0 { complaint } else { format!("call {}: {complaint}", n + 1) })
    });
    each.chain(delivery(point, reported, heard)).collect()
}

/// The proxy is asked for connections, and never sees a byte of the request.
fn of_the_proxy(reported: &[Reported], asked: &Heard) -> Vec<String> {
    let mut complaints = Vec::new();
    if asked.connects > 2 * reported.len() {
        complaints.push(format!("the proxy was asked {} times for {} calls", asked.connects, reported.len()));
    }
    let refused = reported.iter().all(|reported| reported.stage == Some("proxy"));
    if !asked.requests.is_empty() || refused && asked.stray > 0 {
        complaints.push(format!("the proxy got {} requests, and {} bytes", asked.requests.len(), asked.stray));
    }
    complaints
}

/// The name leads where the name server says, and is asked for no more often than necessary.
fn of_the_name(point: &Point, heard: &Heard, lookups: usize) -> Vec<String> {
    let mut complaints = Vec::new();
    if point.reached.as_ref().is_some_and(|reached| *reached != heard.at) {
        complaints.push(format!("requests came at {:?}", heard.at));
    }
    if point.lookups.is_some_and(|wanted| wanted != lookups) {
        complaints.push(format!("the name was looked up {lookups} times"));
    }
    complaints
}

fn fits(wanted: Option<&str>, got: Option<&str>) -> bool {
    wanted.is_none() || wanted == got
}

/// What the caller is to do about an outcome.
pub fn action(outcome: &str) -> &'static str {
    match outcome.split_once('/') {
        None => "verify_otp",
        Some(("in_doubt", _)) => "await_code",
        Some(("not_sent", "dns" | "connect" | "timeout" | "connection_lost")) => "retry",
        Some(("rejected", "rate_limited")) => "wait",
        Some(("rejected", "http")) => "fix_request",
        Some((
            "not_sent" | "rejected" | "invalid",
            "tls" | "proxy" | "config" | "authentication" | "forbidden" | "wrong_address" | "redirect",
        )) => "fix_configuration",
        Some(_) => "contact_support",
    }
}

/// Whether a call with this status can have come no further than this.
fn may_fail_in(status: &str, stage: &str) -> bool {
    match status {
        "not_sent" => ["resolve", "connect", "proxy", "tls", "send"].contains(&stage),
        "in_doubt" => ["send", "receive", "decode", "service"].contains(&stage),
        "rejected" => stage == "service",
        _ => true,
    }
}

/// The mission: at most one request for each call, and what is said about it is true.
fn delivery(point: &Point, reported: &[Reported], heard: &Heard) -> Vec<String> {
    let mut complaints = Vec::new();
    if reported.len() != point.calls.len() {
        complaints.push(format!("{} of {} calls came back", reported.len(), point.calls.len()));
    }
    if heard.requests.len() > reported.len() {
        complaints.push(format!("{} requests for {} calls", heard.requests.len(), reported.len()));
    }
    if heard.stray > 0 {
        complaints.push(format!("{} bytes that belong to no request", heard.stray));
    }
    let nothing_left = reported.iter().all(|reported| !["ok", "rejected", "in_doubt"].contains(&reported.status()));
    if nothing_left && heard.bytes + heard.sealed > 0 {
        complaints.push(format!("nothing was sent, it says, but {} bytes came", heard.bytes + heard.sealed));
    }
    for (n, reported) in reported.iter().enumerate() {
        let came =
            heard.requests.iter().filter(|heading| heading.id.is_some() && heading.id == reported.request_id).count();
        let (least, most) = match reported.status() {
            "ok" => (1, 1),
            "in_doubt" | "rejected" => (0, 1),
            _ => (0, 0),
        };
        if !(least..=most).contains(&came) {
            complaints.push(format!("call {}: {}, but its request came {came} times", n + 1, reported.outcome));
        }
    }
    let strange =
        |heading: &&Heading| heading.id.is_some() && reported.iter().all(|reported| reported.request_id != heading.id);
    if let Some(heading) = heard.requests.iter().find(strange) {
        complaints.push(format!("a request came whose id no call reported: {:?}", heading.id));
    }
    complaints
}
