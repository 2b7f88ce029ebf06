//! More names at once than the library looks up: threads must not pile up if the resolver does not answer.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use paywall::{Client, Config};

use crate::judge::{GRACE, Reported, SESSION, TOKEN};
use crate::names::{NameServer, Reply, Zone};
use crate::watch::Watch;

/// How many names are looked up at once, and how many are asked for.
const MOST: usize = 16;
const CALLS: usize = 40;
const TIMEOUT: Duration = Duration::from_millis(900);

/// All that is wrong with what the calls of a crowd report. Each asks for a name of its own, and no answer comes.
pub fn complaints() -> Vec<String> {
    let names: Vec<String> = (0..CALLS).map(|n| format!("crowd-{n}.fault.example")).collect();
    let server = NameServer::get();
    names.iter().for_each(|name| server.set(name, &Zone { a: Reply::Held, aaaa: Reply::Held }));
    let start = Arc::new(Barrier::new(CALLS));
    let callers: Vec<_> = names
        .iter()
        .map(|name| {
            let (name, start) = (name.clone(), Arc::clone(&start));
            thread::spawn(move || call(&name, &start))
        })
        .collect();
    let reported: Vec<Reported> = callers.into_iter().map(|caller| caller.join().expect("no call panics")).collect();
    let lookups: usize = names.iter().map(|name| server.forget(name)).sum();

    let count = |outcome: &str| reported.iter().filter(|reported| reported.outcome == outcome).count();
    let (waited, refused) = (count("not_sent/timeout"), count("not_sent/dns"));
    let mut complaints = Vec::new();
    if (waited, refused) != (MOST, CALLS - MOST) {
        complaints.push(format!("{waited} of {CALLS} calls waited for a name, and {refused} were refused"));
    }
    if lookups != MOST {
        complaints.push(format!("{lookups} names were looked up"));
    }
    complaints.extend(
        reported.iter().filter(|reported| reported.own > TIMEOUT + GRACE).map(|reported| format!("late: {reported:?}")),
    );
    let at_once = |reported: &&Reported| reported.outcome == "not_sent/dns" && reported.took >= TIMEOUT;
    complaints
        .extend(reported.iter().find(at_once).map(|reported| format!("refused only at the deadline: {reported:?}")));

    // Their turn is over when the resolver answers: then there is room again, within the patience of a call.
    let until = Instant::now() + TIMEOUT;
    let alone = || call("crowd-afterwards.fault.example", &Barrier::new(1));
    let busy = |reported: &Reported| reported.message.contains("other names");
    let mut afterwards = alone();
    while busy(&afterwards) && Instant::now() < until {
        thread::yield_now();
        afterwards = alone();
    }
    if afterwards.outcome != "not_sent/dns" || busy(&afterwards) {
        complaints.push(format!("there is no room again: {afterwards:?}"));
    }
    complaints
}

fn call(name: &str, start: &Barrier) -> Reported {
    let mut config = Config::new();
    let timeout = TIMEOUT.as_millis().to_string();
    for (option, value) in [
        ("base_url", &*format!("https://{name}:1")),
        ("api_key", "crowd-key"),
        ("api_client", "crowd-client"),
        ("timeout_ms", &timeout),
    ] {
        config.set(option, value).expect("a good option");
    }
    let client = Client::new(&config).expect("a good configuration");
    start.wait();
    let watch = Watch::start();
    let outcome = client.resend_otp(TOKEN, SESSION);
    Reported::new(&outcome, &watch)
}
