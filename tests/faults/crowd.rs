//! More names at once than the library looks up: behind a resolver that does not answer, threads must not pile up.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use paywall::{Client, Config};

use crate::judge::{GRACE, SESSION, TOKEN, Told};
use crate::names::{NameServer, Reply, Zone};
use crate::watch::Watch;

/// How many names are looked up at once, and how many are asked for.
const MOST: usize = 16;
const CALLS: usize = 40;
const TIMEOUT: Duration = Duration::from_millis(900);

/// All that is wrong with what was told to a crowd that asks for a name each, of which no answer comes.
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
    let told: Vec<Told> = callers.into_iter().map(|caller| caller.join().expect("no call panics")).collect();
    let lookups: usize = names.iter().map(|name| server.forget(name)).sum();

    let count = |outcome: &str| told.iter().filter(|told| told.outcome == outcome).count();
    let (waited, refused) = (count("not_sent/timeout"), count("not_sent/dns"));
    let mut complaints = Vec::new();
    if (waited, refused) != (MOST, CALLS - MOST) {
        complaints.push(format!("{waited} of {CALLS} calls waited for a name, and {refused} were refused"));
    }
    if lookups != MOST {
        complaints.push(format!("{lookups} names were looked up"));
    }
    complaints.extend(told.iter().filter(|told| told.own > TIMEOUT + GRACE).map(|told| format!("late: {told:?}")));
    let at_once = |told: &&Told| told.outcome == "not_sent/dns" && told.took >= TIMEOUT;
    complaints.extend(told.iter().find(at_once).map(|told| format!("refused only at the deadline: {told:?}")));

    // Their turn is over when the resolver answers: then there is room again, within the patience of a call.
    let until = Instant::now() + TIMEOUT;
    let alone = || call("crowd-afterwards.fault.example", &Barrier::new(1));
    let busy = |told: &Told| told.message.contains("other names");
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

fn call(name: &str, start: &Barrier) -> Told {
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
    Told::new(&outcome, &watch)
}
