//! The deadline, if it is the system's resolver that does not answer.

use std::net::UdpSocket;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use paywall::{Client, Config, Outcome};

use crate::support::process::behind_a_name_server;
use crate::support::watch::Watch;
use crate::support::{SESSION, TOKEN};

/// The only name server is a socket that never answers.
#[test]
fn a_dead_resolver_neither_holds_a_call_nor_piles_up_threads() {
    behind_a_name_server(
        "time::a_dead_resolver_neither_holds_a_call_nor_piles_up_threads",
        "nameserver 127.0.0.1\noptions timeout:30 attempts:1\n",
        "127.0.0.1 localhost\n",
        behind_a_dead_resolver,
    );
}

fn behind_a_dead_resolver() {
    let server = UdpSocket::bind("127.0.0.1:53").expect("the name server's port in a network of its own");

    // A call is back in time, and says what it waited for.
    assert_in_time(&call("slow.example", 300), "timeout");

    // Many callers of one name wait for one look-up.
    let start = Arc::new(Barrier::new(50));
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let start = Arc::clone(&start);
            thread::spawn(move || {
                start.wait();
                call("slow.example", 300)
            })
        })
        .collect();
    for caller in callers {
        assert_in_time(&caller.join().unwrap(), "timeout");
    }
    assert_eq!(resolving(), 2);

    // Other names have two threads each, for IPv4 and for IPv6, up to the limit, and are refused at once beyond it.
    let outcomes: Vec<_> = (0..20).map(|number| call(&format!("slow-{number}.example"), 20)).collect();
    let kinds: Vec<_> = outcomes.iter().map(|outcome| outcome.error.as_ref().unwrap().kind.name()).collect();
    assert_eq!(kinds, [["timeout"; 15].as_slice(), &["dns"; 5]].concat());
    assert!(outcomes[19].message.contains("16 names"), "{}", outcomes[19].message);
    assert_eq!(resolving(), 32);

    // An address needs no look-up: it still works, if only to be refused.
    let error = call("127.0.0.1", 300).error.clone().unwrap();
    assert_eq!(error.kind.name(), "connect");

    // The name server was asked for nothing but those names, and for each of them once for A and once for AAAA.
    server.set_nonblocking(true).unwrap();
    let mut queries = 0;
    while server.recv(&mut [0; 512]).is_ok() {
        queries += 1;
    }
    assert!((16..=32).contains(&queries), "{queries} queries");
}

fn call(host: &str, timeout_ms: u64) -> Outcome {
    let mut config = Config::new();
    for (name, value) in [
        ("base_url", format!("https://{host}:1")),
        ("api_key", "the-key".to_owned()),
        ("api_client", "the-client".to_owned()),
        ("timeout_ms", timeout_ms.to_string()),
    ] {
        config.set(name, &value).unwrap();
    }
    let client = Client::new(&config).unwrap();
    let watch = Watch::start();
    let outcome = client.resend_otp(TOKEN, SESSION);
    assert!(watch.own() < Duration::from_millis(timeout_ms + 250), "{:?} of {:?}", watch.own(), watch.elapsed());
    outcome
}

fn assert_in_time(outcome: &Outcome, kind: &str) {
    let error = outcome.error.as_ref().unwrap();
    assert_eq!((outcome.status.name(), error.kind.name(), error.stage.name()), ("not_sent", kind, "resolve"));
}

/// How many threads are resolving names.
fn resolving() -> usize {
    let names = std::fs::read_dir("/proc/self/task")
        .unwrap()
        .map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default());
    names.filter(|name| name.starts_with("paywall-resolve")).count()
}
