//! Name resolution: the system's own resolver, and a name server that fails in every way. In a network of its own.

use std::net::IpAddr;
use std::time::Duration;

use super::{AMPLE, BRIEF, LOST, OK, Outcomes, Over, Point, UNSENT_LATE};
use crate::answers;
use crate::names::{Reply, Zone};
use crate::peer::{DEAD, Listen, NEIGHBOUR};
use crate::script::Step;

const UNRESOLVED: Outcomes = &["not_sent/dns"];
const UNCONNECTED: Outcomes = &["not_sent/connect"];
const REFUSED: Outcomes = &["invalid/config"];

/// An address of this machine that is not a loopback address: the test gives it to the interface.
pub const OTHER: &str = "10.9.9.9";
/// Several times what the system's resolver waits for a name server.
const PATIENT: Duration = Duration::from_secs(20);
const NO_ROUTE: &str = "192.0.2.1";
const NO_ROUTE_V6: &str = "2001:db8::1";

pub fn points() -> Vec<Point> {
    [codes(), slow(), garbage(), aliases(), addresses(), plain_http(), changing(), proxies()].concat()
}

fn ips(addresses: &[&str]) -> Vec<IpAddr> {
    addresses.iter().map(|address| address.parse().expect("an address")).collect()
}

/// Both questions are answered in the same way.
fn both(reply: Reply) -> Zone {
    Zone { a: reply.clone(), aaaa: reply }
}

fn at(addresses: &[&str]) -> Zone {
    both(Reply::Addresses(ips(addresses)))
}

fn served() -> Vec<Step> {
    vec![Step::Request, Step::Send(answers::ok())]
}

/// A peer without a fault, with a name of its own.
fn named(name: impl Into<String>, zone: Zone, outcomes: Outcomes) -> Point {
    let mut point = Over::HTTPS.point(name, &served(), outcomes);
    point.host = Some(format!("{}.fault.example", point.name.replace(['/', '.'], "-")));
    point.zones = vec![zone];
    match outcomes {
        UNRESOLVED | UNSENT_LATE | REFUSED => point.in_stage("resolve"),
        UNCONNECTED => point.in_stage("connect"),
        _ => point,
    }
}

fn codes() -> Vec<Point> {
    let mut points = Vec::new();
    for code in 0..16 {
        points.push(named(format!("name-code/{code}"), both(Reply::Code(code)), UNRESOLVED));
    }
    for code in 0..6 {
        let here = || Reply::Addresses(ips(&["127.0.0.1", "::1"]));
        let v4 = Zone { a: here(), aaaa: Reply::Code(code) };
        let v6 = Zone { a: Reply::Code(code), aaaa: here() };
        points.push(named(format!("name-code/{code}-for-aaaa"), v4, OK));
        points.push(named(format!("name-code/{code}-for-a"), v6, OK).listen(Listen::On("::1")));
    }
    points
}

fn slow() -> Vec<Point> {
    let here = || Reply::Addresses(ips(&["127.0.0.1"]));
    let late = |milliseconds| both(Reply::Late(Duration::from_millis(milliseconds), ips(&["127.0.0.1"])));
    // The time to connect begins when the address is known.
    let mut past_the_connect_timeout = named("name-slow/past-the-connect-timeout", late(900), OK);
    (past_the_connect_timeout.timeout, past_the_connect_timeout.connect_timeout) = (AMPLE, BRIEF);
    let mut timeout = named("name-slow/timeout", both(Reply::Held), UNSENT_LATE);
    timeout.connect_timeout = AMPLE;
    let mut in_time = named("name-slow/just-in-time", late(200), OK);
    (in_time.timeout, in_time.connect_timeout) = (2 * BRIEF, 2 * BRIEF);
    let mut aaaa_held = named("name-slow/aaaa-after-the-deadline", Zone { a: here(), aaaa: Reply::Held }, OK);
    aaaa_held.timeout = BRIEF;
    vec![
        past_the_connect_timeout,
        timeout,
        in_time,
        named("name-slow/after-the-deadline", both(Reply::Held), UNSENT_LATE),
        named("name-slow/a-after-the-deadline", Zone { a: Reply::Held, aaaa: Reply::Code(0) }, UNSENT_LATE),
        // Each of the two is asked for itself.
        aaaa_held,
        named("name-slow/aaaa-alone", Zone { a: Reply::Held, aaaa: Reply::Addresses(ips(&["::1"])) }, OK)
            .listen(Listen::On("::1")),
        named("name-slow/in-time", late(400), OK),
        patient(named("name-slow/silence", both(Reply::Silence), UNRESOLVED)),
        patient(named("name-slow/silence-for-a", Zone { a: Reply::Silence, aaaa: Reply::Code(0) }, UNRESOLVED)),
        named("name-slow/silence-for-aaaa", Zone { a: here(), aaaa: Reply::Silence }, OK),
        // The name is there again at the next call.
        again(named("name-slow/then-in-time", both(Reply::Held), UNSENT_LATE), at(&["127.0.0.1"]), OK),
        // The answer came too late for the call that asked: the next one need not ask again.
        again(named("name-slow/too-late-for-the-first", late(900), UNSENT_LATE), both(Reply::Silence), OK),
    ]
}

/// The system's resolver gives up first, on a busy machine too.
fn patient(mut point: Point) -> Point {
    (point.timeout, point.connect_timeout) = (PATIENT, PATIENT);
    point
}

/// Another call, before which the name server changes its mind.
fn again(point: Point, zone: Zone, outcomes: Outcomes) -> Point {
    let mut point = point.then(outcomes);
    point.zones.push(zone);
    point
}

/// Answers that are none.
fn garbage() -> Vec<Point> {
    let here = || ips(&["127.0.0.1"]);
    let mut points = vec![
        named("name-garbage/other-number", both(Reply::OtherNumber(here())), UNRESOLVED),
        named("name-garbage/other-name", both(Reply::OtherName(here())), UNRESOLVED),
        named("name-garbage/too-long-without-tcp", both(Reply::Truncated(None)), UNRESOLVED),
        named("name-garbage/too-long-but-for-tcp", both(Reply::Truncated(Some(here()))), OK),
    ];
    for (what, bytes) in [
        ("empty", vec![]),
        ("zeros", vec![0; 100]),
        ("bits", vec![0xa5; 100]),
        ("text", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
        ("a-question", [&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], b"\x01x\0", &[0, 1, 0, 1]].concat()),
    ] {
        points.push(named(format!("name-garbage/{what}"), both(Reply::Garbage(bytes)), UNRESOLVED));
    }
    // The address is the end of an answer: without its last byte there is none.
    let question = "name-garbage-cut-00.fault.example".len() + 6;
    let whole = 12 + question + 16;
    for n in (0..whole).step_by(4) {
        points.push(named(format!("name-garbage/cut-{n:02}"), both(Reply::Cut(n, here())), UNRESOLVED));
    }
    points.push(named("name-garbage/cut-by-one", both(Reply::Cut(whole + 1, here())), UNRESOLVED));
    // It goes on waiting for a better answer.
    points.into_iter().map(patient).collect()
}

fn aliases() -> Vec<Point> {
    vec![
        named("name-alias/one", both(Reply::Alias(ips(&["127.0.0.1"]))), OK),
        named("name-alias/of-nothing", both(Reply::Alias(vec![])), UNRESOLVED),
        named("name-alias/circle", both(Reply::Circle), UNRESOLVED),
    ]
}

/// Addresses that lead nowhere, by themselves and beside one that leads to the peer.
fn addresses() -> Vec<Point> {
    let mut points = Vec::new();
    for address in [
        NO_ROUTE,
        "10.0.0.1",
        "127.0.0.2",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        NO_ROUTE_V6,
        "::1",
        "fe80::1",
        "ff02::1",
        "::ffff:192.0.2.1",
        "64:ff9b::c000:201",
    ] {
        points.push(named(format!("name-nowhere/{address}").replace(':', "-"), at(&[address]), UNCONNECTED));
        for (order, addresses) in [("first", [address, "127.0.0.1"]), ("last", ["127.0.0.1", address])] {
            points.push(named(format!("name-beside/{address}-{order}").replace(':', "-"), at(&addresses), OK));
        }
    }
    let many: Vec<String> = (1..=28).map(|n| format!("127.0.1.{n}")).collect();
    let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
    points.push(named("name-nowhere/many", at(&many), UNCONNECTED));
    many.push("127.0.0.1");
    points.push(named("name-beside/many", at(&many), OK));
    points.extend([
        named("name-nowhere/nobody-answers", at(&["127.0.0.1"]), &["not_sent/timeout"])
            .listen(Listen::QueueFull)
            .in_stage("connect"),
        dead_before_a_slow_one("one", &[DEAD[0], NEIGHBOUR]),
        dead_before_a_slow_one("three", &[DEAD[0], DEAD[1], DEAD[2], NEIGHBOUR]),
        // It accepts, and closes: nothing was sent, so the next one is tried.
        named("name-beside/one-closes", at(&[DEAD[0], NEIGHBOUR]), OK).listen(Listen::RudeNeighbour),
        named("name-v6/alone", at(&["::1"]), OK).listen(Listen::On("::1")),
        named("name-v6/no-route-for-v4", at(&["::1", NO_ROUTE]), OK).listen(Listen::On("::1")),
        named("name-v6/no-route", at(&[NO_ROUTE_V6, "2001:db8::2"]), UNCONNECTED),
    ]);
    points
}

/// Some addresses answer no SYN. The one that does takes more than half of the time for its handshake: it must be tried
/// long before the others have failed.
fn dead_before_a_slow_one(number: &str, addresses: &[&str]) -> Point {
    let mut point = named(format!("name-beside/{number}-do-not-answer"), at(addresses), OK);
    point.connections = vec![[vec![Step::ShakeLate(AMPLE * 11 / 20)], served()].concat()];
    point.listen(Listen::DeadNeighbours)
}

/// Plain http goes only to loopback addresses, whatever the name server says that `localhost` is.
fn plain_http() -> Vec<Point> {
    let localhost = |name: &str, zone, outcomes| {
        let mut point = named(format!("name-plain-http/{name}"), zone, outcomes);
        (point.over, point.connections) = (Over::Http, vec![served()]);
        point.host = Some("localhost".to_owned());
        point
    };
    let mut points = Vec::new();
    // A listener is there, at the address or everywhere: it must not be heard of.
    for address in [OTHER, NO_ROUTE, "0.0.0.0", "::ffff:127.0.0.1", "::ffff:10.9.9.9", NO_ROUTE_V6, "::", "128.0.0.1"] {
        let point = localhost(address, at(&[address]), REFUSED);
        points.push(point.listen(Listen::On("0.0.0.0")).reaches(&[]));
    }
    points.extend([
        localhost("there", at(&[OTHER]), REFUSED).listen(Listen::On(OTHER)).reaches(&[]),
        localhost("both", at(&[OTHER, "127.0.0.1"]), OK).listen(Listen::On("0.0.0.0")).reaches(&["127.0.0.1"]),
        localhost("both-but-loopback-refuses", at(&[OTHER, "127.0.0.1"]), UNCONNECTED)
            .listen(Listen::On(OTHER))
            .reaches(&[]),
        localhost("loopback", at(&["127.9.9.9"]), OK).listen(Listen::On("0.0.0.0")).reaches(&["127.9.9.9"]),
        localhost("loopback-v6", at(&["::1"]), OK).listen(Listen::On("::1")).reaches(&["::1"]),
        localhost("no-such-name", both(Reply::Code(3)), UNRESOLVED),
        localhost("late", both(Reply::Held), UNSENT_LATE),
        again(
            died(localhost("moved-away", at(&["127.0.0.1"]), OK)).listen(Listen::On("0.0.0.0")).reaches(&["127.0.0.1"]),
            at(&[OTHER]),
            REFUSED,
        ),
    ]);
    points
}

/// The first connection dies when its call is over.
fn died(mut point: Point) -> Point {
    point.connections[0].extend([Step::Idle, Step::Close, Step::Done]);
    point
}

/// The name's address changes between two calls.
fn changing() -> Vec<Point> {
    let first = |name: &str| {
        named(format!("name-changing/{name}"), at(&["127.0.0.1"]), OK)
            .listen(Listen::On("0.0.0.0"))
            .reaches(&["127.0.0.1"])
    };
    let moved = || at(&["127.0.0.3"]);
    let mut kept = again(first("kept"), moved(), OK).looked_up(1);
    kept.connections[0].extend(served());
    kept.calls[1].connection = Some("reused");
    let mut kept_without_dns = again(first("kept-without-dns"), both(Reply::Code(2)), OK).looked_up(1);
    kept_without_dns.connections[0].extend(served());
    kept_without_dns.calls[1].connection = Some("reused");
    let mut lost = again(again(first("lost-on-receipt"), moved(), LOST), moved(), OK);
    lost.connections[0].extend([Step::Request, Step::Close]);
    lost.calls[1].connection = Some("reused");
    vec![
        kept,
        kept_without_dns,
        // In doubt is in doubt: the new address sees the next call, not this one again.
        lost.reaches(&["127.0.0.1", "127.0.0.3"]).looked_up(2),
        again(died(first("died")), moved(), OK).reaches(&["127.0.0.1", "127.0.0.3"]).looked_up(2),
        again(first("not-kept").option("idle_timeout_ms", "0"), moved(), OK).reaches(&["127.0.0.1", "127.0.0.3"]),
        again(died(first("died-no-such-name")), both(Reply::Code(3)), UNRESOLVED),
        // The last known address serves, and TLS proves that it still belongs to the service.
        again(died(first("died-no-answer")), both(Reply::Held), OK).reaches(&["127.0.0.1", "127.0.0.1"]),
        again(died(first("died-resolver-failed")), both(Reply::Code(2)), OK).reaches(&["127.0.0.1", "127.0.0.1"]),
        again(died(first("died-no-route")), at(&[NO_ROUTE]), UNCONNECTED),
        again(named("name-changing/there-again", both(Reply::Code(3)), UNRESOLVED), at(&["127.0.0.1"]), OK),
        again(named("name-changing/route-again", at(&[NO_ROUTE_V6]), UNCONNECTED), at(&["127.0.0.1"]), OK),
    ]
}

/// The proxy's name; and the service's, which is the proxy's business.
fn proxies() -> Vec<Point> {
    let proxy = |name: &str, zone, outcomes| {
        let mut point = named(format!("name-of-proxy/{name}"), zone, outcomes);
        point.proxy = Some((Listen::Normally, vec![]));
        point.proxy_host = point.host.take();
        if outcomes == OK { point } else { point.in_stage("proxy") }
    };
    let mut of_service = named("name-of-proxy/service-unknown", both(Reply::Code(3)), UNCONNECTED).in_stage("proxy");
    of_service.proxy = Some((Listen::Normally, vec![]));
    vec![
        proxy("good", at(&["127.0.0.1"]), OK),
        proxy("no-such-name", both(Reply::Code(3)), UNRESOLVED),
        proxy("nothing", both(Reply::Code(0)), UNRESOLVED),
        proxy("late", both(Reply::Held), UNSENT_LATE),
        proxy("no-route", at(&[NO_ROUTE]), UNCONNECTED),
        proxy("no-route-v6", at(&[NO_ROUTE_V6]), UNCONNECTED),
        of_service,
    ]
}
