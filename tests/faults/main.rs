//! The fault matrix: a peer of our own that fails in every way that a peer can, and what the client says of it.
//!
//! It proves the mission: at most one request leaves per call, and what is said about it is true. Each point has a
//! listener, a client and credentials of its own. `FAULTS=<text>` runs only the points whose name has the text in it, and
//! shows each of them; `--nocapture` shows the table.

#![cfg(unix)]

mod answers;
mod crowd;
mod judge;
mod names;
mod peer;
mod points;
#[path = "../suite/support/process.rs"]
mod process;
mod relay;
mod report;
mod script;
mod tls;
#[path = "../suite/support/watch.rs"]
mod watch;
mod wire;

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use judge::{Judged, Reported, complaints, judged};
use peer::{Heading, Heard, Listen, Peer};
use points::{OK, Over, Point, Want};
use report::Sum;
use script::Step;
use tls::CaFile;

/// Most points wait for something: many more of them than processors can run at once.
const WORKERS: usize = 10;

/// A part of the matrix.
struct Lane {
    name: &'static str,
    points: fn() -> Vec<Point>,
    /// It has no fewer points: if you take some away, say so here.
    floor: usize,
}

const LANES: [Lane; 5] = [
    Lane { name: "http", points: points::over_http, floor: 4500 },
    Lane { name: "https", points: points::over_https, floor: 7000 },
    Lane { name: "tls", points: points::over_tls, floor: 10_000 },
    Lane { name: "a proxy", points: points::over_proxy, floor: 3900 },
    Lane { name: "https behind a proxy", points: points::behind_proxy, floor: 1000 },
];

const NAMES: Lane = Lane { name: "names", points: points::over_names, floor: 120 };

/// Each point has a port of its own, and leaves more of them closed for a minute: all ports, and a bound for those.
const MANY_PORTS: &str =
    "cd /proc/sys/net/ipv4 && echo 1024 65535 >ip_local_port_range && echo 4096 >tcp_max_tw_buckets && cd /";

/// Two at once would take each other's time.
static TURN: Mutex<()> = Mutex::new(());

/// The system's resolver asks a name server of our own.
#[test]
fn the_matrix_of_names() {
    const RESOLV_CONF: &str = "nameserver 127.0.0.1\nsearch .\noptions timeout:4 attempts:1\n";
    let _turn = TURN.lock();
    let reported = process::behind_a_name_server("the_matrix_of_names", RESOLV_CONF, "", || {
        let crowd = crowd::complaints();
        assert!(crowd.is_empty(), "{}", crowd.join("\n"));
        let ip = Command::new("ip").args(["address", "add", points::names::OTHER, "dev", "lo"]).status();
        assert!(ip.is_ok_and(|status| status.success()), "an address that is not loopback");
        let failures = report::failures(&run(&NAMES));
        assert!(failures.is_empty(), "{} points failed:\n{}", failures.len(), failures.join("\n"));
    });
    println!("{reported}");
}

/// One lane after another: the points of one are as many as run well beside each other.
#[test]
fn the_matrix() {
    let _turn = TURN.lock();
    println!("{}", process::isolated("the_matrix", MANY_PORTS, all_lanes));
}

fn all_lanes() {
    let start = Instant::now();
    let mut sum = Sum::default();
    let mut failures = Vec::new();
    for lane in LANES {
        let judged = run(&lane);
        sum = sum.and(Sum::of(&judged));
        failures.extend(report::failures(&judged));
    }
    println!("\n{}\n", sum.line("in all", start.elapsed()));
    assert!(failures.is_empty(), "{} points failed:\n{}", failures.len(), failures.join("\n"));
}

/// The points of a lane, as they came out.
fn run(lane: &Lane) -> Vec<Judged> {
    let mut points = (lane.points)();
    assert!(points.len() >= lane.floor, "only {} points over {}, not {}", points.len(), lane.name, lane.floor);
    let filter = std::env::var("FAULTS").ok();
    if let Some(text) = &filter {
        points.retain(|point| point.name.contains(text));
    }
    let (start, expected) = (Instant::now(), points.len());
    let judged = run_all(points);
    assert_eq!(judged.len(), expected, "every point has an end");
    let table = if filter.is_some() { report::points } else { report::groups };
    println!("{}", table(lane.name, &judged, start.elapsed()));
    judged
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
fn the_names_of_the_matrix_are_unique() {
    for lane in LANES.into_iter().chain([NAMES]) {
        let points = (lane.points)();
        let mut names = HashSet::new();
        for point in &points {
            assert!(names.insert(&point.name), "two points over {} are named {}", lane.name, point.name);
        }
    }
}

#[test]
fn a_wrong_expectation_is_reported() {
    let served = vec![Step::Request, Step::Send(answers::ok())];
    let wrong = Point::new(Over::Http, "wrong", served, points::LOST);
    let judged = run_all(vec![wrong]);
    assert_eq!(judged[0].reported[0].outcome, "ok");
    assert_eq!(judged[0].complaints.len(), 1, "{:?}", judged[0].complaints);
    assert_eq!(report::failures(&judged).len(), 1);
    for table in [report::groups, report::points] {
        assert!(table("http", &judged, Duration::ZERO).contains("FAIL"));
    }
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
    let reported = reported("ok");
    let complaints = complaints(&point, &[reported], &heard);
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
    let stale = Reported { token: Some(answers::STALE.to_owned()), ..reported("ok") };
    let late = Reported { took: Duration::from_secs(9), own: Duration::from_secs(9), ..reported("ok") };
    let early = Reported { took: Duration::ZERO, ..reported("in_doubt/timeout") };
    let reused = Reported { connection: Some("reused"), ..reported("ok") };

    for (reported, heard, complains) in [
        (reported("ok"), &once, false),
        (reported("ok"), &never, true),
        (reported("ok"), &stray, true),
        (reported("ok"), &strange, true),
        (reported("in_doubt/connection_lost"), &once, false),
        (reported("in_doubt/connection_lost"), &never, false),
        (reported("in_doubt/connection_lost"), &begun, false),
        (reported("not_sent/connection_lost"), &never, false),
        (reported("not_sent/connection_lost"), &begun, true),
        (reported("not_sent/connection_lost"), &once, true),
        (reported("not_sent/connection_lost"), &sealed, true),
        (reported("internal/internal"), &once, true),
        (stale, &once, true),
        (late, &once, true),
        (early, &once, true),
        (reused, &once, true),
    ] {
        let point = expecting(&reported.outcome);
        let complaints = complaints(&point, std::slice::from_ref(&reported), heard);
        assert_eq!(!complaints.is_empty(), complains, "{reported:?} {heard:?} {complaints:?}");
    }
}

/// A call that reported this, with the request id 7, on a new connection.
fn reported(outcome: &str) -> Reported {
    let request_id = Some("7".to_owned());
    let action = judge::action(outcome);
    Reported { outcome: outcome.to_owned(), action, connection: Some("new"), request_id, ..Reported::default() }
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
    point.calls = vec![Want { connection: Some("new"), ..Want::outcome(outcomes) }];
    point
}
