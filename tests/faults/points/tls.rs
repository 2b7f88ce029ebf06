//! What only TLS can do: handshakes, alerts, records.

use super::{
    BAD, LATE, LOST, OK, Outcomes, Over, Point, RACE, SPOILT, UNSENT_LATE, UNSENT_LOST, UNSENT_TLS, broken_off, head,
};
use crate::answers;
use crate::script::{At, End, Flight, Step};
use crate::tls::{ClientCertificate, Identity, Profile};

/// Small records: a flight has many of them.
const SMALL: Option<usize> = Some(150);
const V13: Profile = Profile { record: SMALL, ..Profile::V13 };
const V12: Profile = Profile { record: SMALL, ..Profile::V12 };
const RETRY: Profile = Profile { retry: true, ..V13 };

pub fn points() -> Vec<Point> {
    [
        good(),
        certificates(),
        client_certificates(),
        protocols(),
        hello(),
        no_tls(),
        flights(),
        slow(),
        connected(),
        records(),
        old_tls(),
    ]
    .concat()
}

/// Profiles that work.
fn good() -> Vec<Point> {
    let profiles = [
        ("tls-1.3", Profile::V13),
        ("tls-1.2", Profile::V12),
        ("tls-1.3-small-records", V13),
        ("tls-1.2-small-records", V12),
        ("tls-1.3-retry", RETRY),
    ];
    let once = [Step::Request, Step::Send(answers::ok())];
    let served = [once.clone(), once].concat();
    let points = profiles
        .map(|(name, profile)| Over::Https(profile).point(format!("good/{name}"), &served, OK).then_over("reused", OK));
    points.to_vec()
}

/// Certificates that the client must refuse, before any byte of the request.
fn certificates() -> Vec<Point> {
    let identities = [
        ("stranger", Identity::Stranger),
        ("other-name", Identity::OtherName),
        ("expired", Identity::Expired),
        ("not-yet-valid", Identity::NotYetValid),
        ("authority", Identity::Authority),
    ];
    let versions = [("1.3", Profile::V13), ("1.2", Profile::V12)];
    let mut points = Vec::new();
    for (version, profile) in versions {
        for (name, identity) in identities {
            let over = Over::Https(Profile { identity, ..profile });
            points.push(over.point(format!("certificate/{name}/tls-{version}"), &[Step::Request], UNSENT_TLS));
        }
    }
    points
}

/// The client has no certificate, and does not send the request before it knows whether it can do without.
fn client_certificates() -> Vec<Point> {
    let once = [Step::Request, Step::Send(answers::ok())];
    let served = [once.clone(), once].concat();
    let mut points = Vec::new();
    for (version, profile) in [("1.3", Profile::V13), ("1.2", Profile::V12)] {
        let wanted = |client_certificate| Over::Https(Profile { client_certificate, ..profile });
        let name = |what: &str| format!("client-certificate/{what}/tls-{version}");
        let asked = wanted(ClientCertificate::Asked);
        let demanded = wanted(ClientCertificate::Demanded);
        points.push(asked.point(name("asked"), &served, OK).then_over("reused", OK));
        points.push(asked.point(
            name("asked-and-closed"),
            &[Step::Close],
            ASKED_AND_CLOSED[usize::from(version == "1.2")],
        ));
        points.push(demanded.point(name("demanded"), &served, UNSENT_TLS));
    }
    points
}

/// With TLS 1.3 a close behind the handshake is the server's refusal; with TLS 1.2 it would have refused in the handshake.
const ASKED_AND_CLOSED: [Outcomes; 2] = [UNSENT_TLS, RACE];

/// A server that says what it speaks inside TLS.
fn protocols() -> Vec<Point> {
    let once = [Step::Request, Step::Send(answers::ok())];
    let served = [once.clone(), once].concat();
    let speaks = |protocol| Over::Https(Profile { protocol: Some(protocol), ..Profile::V13 });
    vec![
        speaks("http/1.1").point("protocol/http-1.1", &served, OK).then_over("reused", OK),
        speaks("h2").point("protocol/only-http-2", &served, UNSENT_TLS),
    ]
}

/// The peer answers the ClientHello by an alert, or by nothing.
fn hello() -> Vec<Point> {
    #[rustfmt::skip]
    let alerts: [(&str, u8); 7] = [
        ("handshake-failure", 40),
        ("protocol-version",  70),
        ("internal-error",    80),
        ("unrecognized-name", 112),
        ("access-denied",     49),
        ("insufficient-security", 71),
        ("unknown-one",       200),
    ];
    let mut points = Vec::new();
    for end in [End::Fin, End::Reset, End::Silence] {
        for (name, code) in alerts {
            let alert = vec![21, 3, 3, 0, 2, 2, code];
            points.push(after_hello(format!("hello/{name}/{}", end.name()), alert, end, UNSENT_TLS));
        }
        let broken_off = unsent(end);
        let name = |what: &str| format!("hello/{what}/{}", end.name());
        points.extend([
            after_hello(name("close-notify"), vec![21, 3, 3, 0, 2, 1, 0], end, closed(end)),
            after_hello(name("nothing"), vec![], end, broken_off),
            after_hello(name("half-an-alert"), vec![21, 3, 3, 0, 2, 2], end, broken_off),
            after_hello(name("record-header"), vec![22, 3, 3, 0, 90], end, broken_off),
            after_hello(name("3-bytes-of-header"), vec![22, 3, 3], end, broken_off),
        ]);
    }
    points.extend([
        Point::new(Over::HTTPS, "hello/silence-unread", vec![Step::Deaf], UNSENT_LATE),
        Point::new(Over::HTTPS, "hello/close-on-accept", vec![Step::Close], UNCONNECTED),
        Point::new(Over::HTTPS, "hello/reset-on-accept", vec![Step::Reset], UNCONNECTED),
        Point::new(Over::HTTPS, "hello/fin-on-accept", vec![Step::Fin], UNSENT_LOST),
        Point::new(Over::HTTPS, "hello/close-unread", vec![Step::Peek, Step::Close], UNSENT_LOST),
        Point::new(Over::HTTPS, "hello/half-read-reset", vec![Step::Read(50), Step::Reset], UNSENT_LOST),
        Point::new(Over::HTTPS, "hello/half-read-close", vec![Step::Read(50), Step::Close], UNSENT_LOST),
        // The time to connect is its own limit, whatever the call's is.
        connect_timeout(Point::new(Over::HTTPS, "hello/silence-connect-timeout", vec![Step::Hello], UNSENT_LATE)),
        timeout(Point::new(Over::HTTPS, "hello/silence-timeout", vec![Step::Hello], UNSENT_LATE)),
    ]);
    points
}

/// A reset that may come before the client knows that it has a connection.
const UNCONNECTED: Outcomes = &["not_sent/connection_lost", "not_sent/connect"];

/// An alert, but one that means the end of the connection and nothing else. The client may wait for what has to
/// follow it.
fn closed(end: End) -> Outcomes {
    match end {
        End::Silence => &["not_sent/connection_lost", "not_sent/tls", "not_sent/timeout"],
        _ => &["not_sent/connection_lost", "not_sent/tls"],
    }
}

fn unsent(end: End) -> Outcomes {
    if end == End::Silence { UNSENT_LATE } else { UNSENT_LOST }
}

fn after_hello(name: String, bytes: Vec<u8>, end: End, outcomes: Outcomes) -> Point {
    let script = [vec![Step::Hello, Step::Raw(bytes)], end.steps()].concat();
    Point::new(Over::HTTPS, name, script, outcomes)
}

fn connect_timeout(mut point: Point) -> Point {
    point.timeout = super::AMPLE;
    point
}

fn timeout(mut point: Point) -> Point {
    point.connect_timeout = super::AMPLE;
    point
}

/// A peer that speaks something else.
fn no_tls() -> Vec<Point> {
    // A ServerHello of TLS 1.0: the version, a random, no session id, a cipher suite, no compression.
    let old_hello = [&[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1][..], &[7; 32], &[0, 0x00, 0x2f, 0]].concat();
    #[rustfmt::skip]
    let answers: [(&str, Vec<u8>); 8] = [
        ("http",         head::refusal("400 Bad Request")),
        ("http-0.9",     b"<html>The plain HTTP request was sent to HTTPS port</html>".to_vec()),
        ("ssh",          b"SSH-2.0-OpenSSH_9.2p1\r\n".to_vec()),
        ("zeros",        vec![0; 64]),
        ("bits",         vec![0xa5; 64]),
        ("old-version",  old_hello),
        ("no-handshake", vec![22, 3, 3, 0, 4, 99, 0, 0, 0]),
        ("data",         [&[23, 3, 3, 0, 32][..], &[9; 32]].concat()),
    ];
    let mut points = Vec::new();
    for (name, bytes) in answers {
        for end in [End::Fin, End::Silence] {
            points.push(after_hello(format!("no-tls/{name}/{}", end.name()), bytes.clone(), end, UNSENT_TLS));
        }
    }
    // A server that speaks first.
    let banner = vec![Step::Raw(b"SSH-2.0-OpenSSH_9.2p1\r\n".to_vec())];
    points.push(Point::new(Over::HTTPS, "no-tls/banner-first", banner, UNSENT_TLS));
    points
}

/// The peer goes at a place in one of its flights. Until the last of them is whole, nothing can have been sent.
fn flights() -> Vec<Point> {
    use At::{Byte, Inside, Last, OneShort, Record};
    let places = [
        (Flight::First, Byte(3)),
        (Flight::First, Inside(0)),
        (Flight::First, Record(1)),
        (Flight::First, Inside(1)),
        (Flight::First, Record(2)),
        (Flight::First, Inside(2)),
        (Flight::First, Record(3)),
        (Flight::First, Last),
        (Flight::First, OneShort),
    ];
    // TLS 1.2 and a retry have a second flight, which the client has to wait for.
    let second = [
        (Flight::First, At::End),
        (Flight::Second, Byte(3)),
        (Flight::Second, Inside(0)),
        (Flight::Second, Record(1)),
        (Flight::Second, OneShort),
    ];
    let retry = [
        (Flight::First, Byte(3)),
        (Flight::First, Inside(0)),
        (Flight::First, OneShort),
        (Flight::First, At::End),
        (Flight::Second, Byte(3)),
        (Flight::Second, Record(1)),
        (Flight::Second, Inside(1)),
        (Flight::Second, Last),
        (Flight::Second, OneShort),
    ];
    let handshakes = [
        ("tls-1.3", V13, places.to_vec()),
        ("tls-1.2", V12, [&places[..], &second].concat()),
        ("tls-1.3-retry", RETRY, retry.to_vec()),
    ];
    let mut points = Vec::new();
    for (version, profile, places) in handshakes {
        for (flight, at) in places {
            for end in [End::Fin, End::Reset, End::Silence] {
                let name = format!("handshake/{version}/{flight:?}-{at:?}/{}", end.name());
                let script = [vec![Step::ShakeTo(flight, at)], end.steps()].concat();
                points.push(Point::new(Over::Https(profile), name, script, unsent(end)));
            }
        }
    }
    // An alert in the middle of the handshake. TLS 1.2's is not enciphered there.
    for (name, at) in [("after-server-hello", Record(1)), ("before-the-last", Last)] {
        let alert = Step::Raw(vec![21, 3, 3, 0, 2, 2, 80]);
        let script = vec![Step::ShakeTo(Flight::First, at), alert, Step::Fin];
        points.push(Point::new(Over::Https(V12), format!("handshake/tls-1.2/alert/{name}"), script, UNSENT_TLS));
    }
    let alert = vec![Step::ShakeTo(Flight::First, At::End), Step::Raw(vec![21, 3, 3, 0, 2, 2, 40]), Step::Fin];
    points.push(Point::new(Over::Https(V12), "handshake/tls-1.2/alert/instead-of-finished", alert, UNSENT_TLS));
    // Garbage where a record has to be.
    for (name, profile, flight) in
        [("tls-1.3", V13, Flight::First), ("tls-1.2", V12, Flight::First), ("tls-1.2-finished", V12, Flight::Second)]
    {
        let script = vec![Step::ShakeTo(flight, Last), Step::Raw(vec![0xa5; 100])];
        points.push(Point::new(Over::Https(profile), format!("handshake/garbage/{name}"), script, UNSENT_TLS));
    }
    points
}

/// Handshakes that take too long, and one in small pieces that comes in time.
fn slow() -> Vec<Point> {
    let drip = |name: &str, profile, flight, at| {
        Point::new(Over::Https(profile), format!("slow/{name}"), vec![Step::ShakeDrip(flight, at)], UNSENT_LATE)
    };
    let in_bytes = |name: &str, profile| {
        let script = vec![Step::ShakeInBytes, Step::Request, Step::Send(answers::ok())];
        Point::new(Over::Https(profile), format!("slow/{name}"), script, OK)
    };
    vec![
        drip("tls-1.3/server-hello", V13, Flight::First, At::Byte(0)),
        drip("tls-1.3/certificate", V13, Flight::First, At::Record(2)),
        drip("tls-1.3/last", V13, Flight::First, At::Last),
        drip("tls-1.3-retry/second", RETRY, Flight::Second, At::Byte(0)),
        drip("tls-1.2/server-hello", V12, Flight::First, At::Byte(0)),
        drip("tls-1.2/certificate", V12, Flight::First, At::Record(1)),
        drip("tls-1.2/finished", V12, Flight::Second, At::Byte(0)),
        connect_timeout(drip("connect-timeout", V13, Flight::First, At::Byte(0))),
        in_bytes("in-bytes/tls-1.3", V13),
        in_bytes("in-bytes/tls-1.2", V12),
    ]
}

/// The handshake is done; the peer goes before, while, or after the request comes.
fn connected() -> Vec<Point> {
    let versions = [("tls-1.3", Profile::V13), ("tls-1.2", Profile::V12)];
    let mut points = Vec::new();
    for (version, profile) in versions {
        let over = Over::Https(profile);
        let name = |what: &str| format!("connected/{version}/{what}");
        points.extend([
            // The client sends while this comes: whether a byte left is chance. An alert that comes before it has
            // sent anything may be reported as a refusal by TLS.
            over.point(
                name("alert"),
                &[Step::Alert],
                &["in_doubt/connection_lost", "not_sent/connection_lost", "not_sent/tls"],
            ),
            over.point(name("alert-unread"), &[Step::Peek, Step::Alert], LOST).then_anew(),
            over.point(name("alert-unread-fin"), &[Step::Peek, Step::Alert, Step::Fin], LOST),
            over.point(name("alert-unread-reset"), &[Step::Peek, Step::Alert, Step::Reset], LOST),
            over.point(name("alert-after-all"), &[Step::Request, Step::Alert], LOST).then_anew(),
            over.point(name("alert-after-all-fin"), &[Step::Request, Step::Alert, Step::Fin], LOST),
            over.point(name("alert-after-all-reset"), &[Step::Request, Step::Alert, Step::Reset], LOST),
            // TLS's own end, without TCP's.
            over.point(name("notify"), &[Step::Notify], RACE),
            over.point(name("notify-after-all"), &[Step::Request, Step::Notify], LOST).then_anew(),
        ]);
    }
    // In TLS 1.3 the client may send as soon as the peer's flight is whole.
    for end in [End::Fin, End::Reset, End::Silence] {
        let script = [vec![Step::ShakeTo(Flight::First, At::End), Step::Peek], end.steps()].concat();
        let outcomes = if end == End::Silence { LATE } else { RACE };
        points.push(Point::new(
            Over::HTTPS,
            format!("connected/tls-1.3/before-finished/{}", end.name()),
            script,
            outcomes,
        ));
    }
    points
}

/// The answer's records are cut, spoilt, or mixed with others.
fn records() -> Vec<Point> {
    let ok = answers::ok();
    let (first, second) = ok.split_at(ok.len() / 2);
    let begun = |step: Step| [Step::Request, Step::Send(first.to_vec()), step];
    let mut points = Vec::new();
    for (version, profile) in [("tls-1.3", Profile::V13), ("tls-1.2", Profile::V12)] {
        let over = Over::Https(profile);
        let name = |what: &str| format!("record/{version}/{what}");
        for end in [End::Fin, End::Reset, End::Silence] {
            for n in [3, 5, 30, ok.len()] {
                let cut = [vec![Step::Request, Step::SendPart(ok.clone(), n)], end.steps()].concat();
                let place = format!("cut-{n}/{}", end.name());
                points.push(over.point(name(&place), &cut, broken_off(end)).then_anew());
            }
            let cut = [begun(Step::SendPart(second.to_vec(), 30)).to_vec(), end.steps()].concat();
            points.push(over.point(name(&format!("second-cut/{}", end.name())), &cut, broken_off(end)));
        }
        points.extend([
            over.point(name("drip"), &[Step::Request, Step::DripRecord(ok.clone())], LATE).then_anew(),
            over.point(name("spoilt"), &[Step::Request, Step::SendSpoilt(ok.clone())], SPOILT).then_anew(),
            over.point(name("second-spoilt"), &begun(Step::SendSpoilt(second.to_vec())), SPOILT).then_anew(),
            over.point(name("garbage"), &[Step::Request, Step::Raw(vec![0xa5; 200])], SPOILT).then_anew(),
            over.point(name("second-garbage"), &begun(Step::Raw(vec![0xa5; 200])), SPOILT).then_anew(),
            over.point(name("http"), &[Step::Request, Step::Raw(ok.clone())], SPOILT).then_anew(),
            over.point(name("plain-alert"), &begun(Step::Raw(vec![21, 3, 3, 0, 2, 2, 40])), SPOILT).then_anew(),
            over.point(name("alert"), &begun(Step::Alert), LOST).then_anew(),
            over.point(name("notify"), &begun(Step::Notify), LOST).then_anew(),
        ]);
        // The same after a good record, in one write: after half an answer, and after a whole one.
        let faults = [
            ("spoilt", Step::SendSpoilt(ok.clone()), SPOILT),
            ("garbage", Step::Raw(vec![0xa5; 200]), SPOILT),
            ("http", Step::Raw(ok.clone()), SPOILT),
            ("plain-alert", Step::Raw(vec![21, 3, 3, 0, 2, 2, 40]), SPOILT),
            ("alert", Step::Alert, LOST),
            ("notify", Step::Notify, LOST),
        ];
        for (what, fault, outcomes) in faults {
            let half = Step::Together(vec![Step::Send(first.to_vec()), fault.clone()]);
            let whole = Step::Together(vec![Step::Send(ok.clone()), fault]);
            points.extend([
                over.point(name(&format!("half-and-{what}")), &[Step::Request, half], outcomes).then_anew(),
                over.point(name(&format!("whole-and-{what}")), &[Step::Request, whole], OK).then_anew(),
            ]);
        }
    }
    // New keys in the middle of an answer, and while the connection is idle, are no fault at all.
    let keys =
        [&begun(Step::KeyUpdate)[..], &[Step::Send(second.to_vec()), Step::Request, Step::Send(ok.clone())]].concat();
    let idle = [
        Step::Request,
        Step::Send(ok.clone()),
        Step::Idle,
        Step::KeyUpdate,
        Step::Done,
        Step::Request,
        Step::Send(ok.clone()),
    ];
    points.extend([
        Over::HTTPS.point("record/key-update", &keys, OK).then(OK),
        Over::HTTPS.point("record/key-update-idle", &idle, OK).then(OK),
        Over::HTTPS.point("record/small", &[Step::Request, Step::SendInBytes(ok.clone())], OK),
        Over::Https(V13).point("record/of-150-bytes", &[Step::Request, Step::Send(ok.clone())], OK),
    ]);
    points
}

/// What depends on TLS's end of a body, over TLS 1.2 as well.
fn old_tls() -> Vec<Point> {
    let over = Over::Https(Profile::V12);
    let pieces = answers::closed_pieces();
    let mut points = Vec::new();
    for end in End::TLS {
        for (place, bytes) in [("body-half", pieces.cut("body-half").0), ("whole", pieces.whole())] {
            let outcomes = match (place, end) {
                ("whole", End::Notify) => OK,
                (_, End::Notify) => BAD,
                _ => broken_off(end),
            };
            points.push(over.answered(format!("tls-1.2/closed/{place}/{}", end.name()), bytes, end, outcomes));
        }
        let half = answers::sized_pieces().cut("body-half").0;
        points.push(over.answered(format!("tls-1.2/sized/body-half/{}", end.name()), half, end, broken_off(end)));
    }
    let served = vec![Step::Request, Step::Send(answers::ok())];
    for (name, death) in [
        ("fin", vec![Step::Fin]),
        ("notify-fin", vec![Step::Notify, Step::Fin]),
        ("reset", vec![Step::Reset]),
        ("alert", vec![Step::Alert]),
        ("second-answer", vec![Step::Send(answers::stale())]),
        ("garbage", vec![Step::Raw(vec![0xa5; 100])]),
    ] {
        let steps = [&served[..], &[Step::Idle], &death, &[Step::Done], &served].concat();
        points.push(over.point(format!("tls-1.2/died-idle/{name}"), &steps, OK).then_anew());
    }
    points
}
