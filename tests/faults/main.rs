//! The fault matrix: a peer of our own that fails in every way that a peer can, and what the client says of it.
//!
//! It proves the mission: at most one request leaves per call, and what is said about it is true. Each point has a
//! listener, a client and credentials of its own. `FAULTS=<text>` runs only the points whose name has the text in it;
//! `--nocapture` shows the table.

#![cfg(unix)]

mod answers;
mod judge;
mod peer;
mod points;
mod report;
mod script;
mod tls;
mod wire;

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use judge::{Judged, Told, complaints, judged};
use peer::{Heading, Heard, Listen, Peer};
use points::{OK, Over, Point, Want};
use script::Step;
use tls::CaFile;

/// Most points wait for something: many more of them than processors can run at once.
const WORKERS: usize = 10;

/// The least number of points for each scheme.
const LEAST: usize = 150;

#[test]
fn over_http() {
    run("http", points::over_http());
}

#[test]
fn over_https() {
    run("https", points::over_https());
}

fn run(scheme: &str, mut points: Vec<Point>) {
    if let Ok(text) = std::env::var("FAULTS") {
        points.retain(|point| point.name.contains(&text));
        println!("{} points over {scheme} have {text} in their name", points.len());
    }
    let start = Instant::now();
    let judged = run_all(points);
    println!("{}", report::table(scheme, &judged, start.elapsed()));
    let failures = report::failures(&judged);
    assert!(failures.is_empty(), "{} points failed over {scheme}:\n{}", failures.len(), failures.join("\n"));
}

/// The points in parallel; the result in their order.
fn run_all(points: Vec<Point>) -> Vec<Judged> {
    let ca_file = CaFile::new().expect("a file in the target directory");
    let results: Vec<Mutex<Option<Judged>>> = points.iter().map(|_| Mutex::default()).collect();
    let queue = Mutex::new(points.into_iter().zip(&results));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no worker panics").next();
                    let Some((point, result)) = next else { return };
                    *result.lock().expect("no worker panics") = Some(judged(point, &ca_file));
                }
            });
        }
    });
    results.into_iter().filter_map(|result| result.into_inner().expect("no worker panics")).collect()
}

#[test]
fn the_matrix_is_large_and_its_names_are_unique() {
    for points in [points::over_http(), points::over_https()] {
        assert!(points.len() >= LEAST, "only {} points", points.len());
        let mut names = HashSet::new();
        for point in &points {
            assert!(names.insert(&point.name), "two points are named {}", point.name);
        }
    }
}

#[test]
fn a_wrong_expectation_is_reported() {
    let served = vec![Step::Request, Step::Send(answers::ok())];
    let wrong = Point::new(Over::Http, "wrong", served, points::LOST);
    let judged = run_all(vec![wrong]);
    assert_eq!(judged[0].told[0].outcome, "ok");
    assert_eq!(judged[0].complaints.len(), 1, "{:?}", judged[0].complaints);
    assert_eq!(report::failures(&judged).len(), 1);
    assert!(report::table("http", &judged, Duration::ZERO).contains("FAIL"));
}

/// What a client that repeats itself looks like to a peer: over real sockets, without the library.
#[test]
fn a_second_request_is_counted() {
    let request = b"POST /resend HTTP/1.1\r\nX-Request-Id: 7\r\nContent-Length: 2\r\n\r\n{}";
    let served = vec![Step::Request, Step::Send(answers::ok())];
    let peer = Peer::start(Listen::Normally, vec![served], None).expect("a peer");
    for _ in 0..2 {
        let mut tcp = TcpStream::connect(peer.address()).expect("a listener");
        tcp.write_all(request).expect("a reader");
        tcp.read_exact(&mut [0; 8]).expect("an answer");
    }
    let heard = peer.finish().expect("a count");
    assert_eq!((heard.connections, heard.requests.len(), heard.stray), (2, 2, 0));
    assert_eq!(heard.bytes, 2 * request.len());

    let point = Point::new(Over::Http, "twice", vec![], OK);
    let told = told("ok");
    let complaints = complaints(&point, &[told], &heard);
    assert!(complaints.iter().any(|complaint| complaint.contains("2 requests for 1 calls")), "{complaints:?}");
    assert!(complaints.iter().any(|complaint| complaint.contains("came 2 times")), "{complaints:?}");
}

#[test]
fn every_lie_is_reported() {
    let heading = || Heading { id: Some("7".to_owned()) };
    let once = Heard { connections: 1, bytes: 60, requests: vec![heading()], ..Heard::default() };
    let never = Heard::default();
    let begun = Heard { connections: 1, bytes: 3, requests: vec![Heading { id: None }], ..Heard::default() };
    let sealed = Heard { sealed: 90, ..Heard::default() };
    let stray = Heard { stray: 9, ..once.clone() };
    let strange = Heard { requests: vec![Heading { id: Some("8".to_owned()) }], ..once.clone() };
    let stale = Told { token: Some(answers::STALE.to_owned()), ..told("ok") };
    let late = Told { took: Duration::from_secs(9), ..told("ok") };
    let early = Told { took: Duration::ZERO, ..told("in_doubt/timeout") };
    let reused = Told { connection: Some("reused"), ..told("ok") };

    for (told, heard, complains) in [
        (told("ok"), &once, false),
        (told("ok"), &never, true),
        (told("ok"), &stray, true),
        (told("ok"), &strange, true),
        (told("in_doubt/connection_lost"), &once, false),
        (told("in_doubt/connection_lost"), &never, false),
        (told("in_doubt/connection_lost"), &begun, false),
        (told("not_sent/connection_lost"), &never, false),
        (told("not_sent/connection_lost"), &begun, true),
        (told("not_sent/connection_lost"), &once, true),
        (told("not_sent/connection_lost"), &sealed, true),
        (told("internal/internal"), &once, true),
        (stale, &once, true),
        (late, &once, true),
        (early, &once, true),
        (reused, &once, true),
    ] {
        let point = expecting(&told.outcome);
        let complaints = complaints(&point, std::slice::from_ref(&told), heard);
        assert_eq!(!complaints.is_empty(), complains, "{told:?} {heard:?} {complaints:?}");
    }
}

/// A call that told this, with the request id 7, on a new connection.
fn told(outcome: &str) -> Told {
    let request_id = Some("7".to_owned());
    Told { outcome: outcome.to_owned(), connection: Some("new"), request_id, ..Told::default() }
}

fn expecting(outcome: &str) -> Point {
    let outcomes: points::Outcomes = match outcome {
        "ok" => OK,
        "in_doubt/connection_lost" => points::LOST,
        "in_doubt/timeout" => points::LATE,
        "not_sent/connection_lost" => points::UNSENT_LOST,
        _ => &["internal/internal"],
    };
    let mut point = Point::new(Over::Http, "expecting", vec![], outcomes);
    point.calls = vec![Want { outcomes, connection: Some("new") }];
    point
}
