//! Connections that are kept between two calls, and what becomes of them.

use super::{
    BAD, EARLY_RACE, LATE, LOST, OK, Over, Point, UNAUTHENTICATED, UNSENT_LATE, UNSENT_LOST, UNSENT_TLS, broken_off,
    head,
};
use crate::answers::{self, sized};
use crate::script::{End, Step};

pub fn points(over: Over) -> Vec<Point> {
    [kept(over), not_kept(over), died_idle(over), died_on_receipt(over), replaced(over)].concat()
}

/// A request, well served.
fn served() -> Vec<Step> {
    vec![Step::Request, Step::Send(answers::ok())]
}

/// A first call on a new connection, that is well served; then what the steps say.
fn first(over: Over, name: String, steps: &[Step]) -> Point {
    let mut point = over.point(name, &[&served(), steps].concat(), OK);
    point.calls[0].connection = Some("new");
    point
}

fn kept(over: Over) -> Vec<Point> {
    let twice = [served(), served()].concat();
    let refused = [vec![Step::Request, Step::Send(head::refusal("401 Unauthorized"))], served()].concat();
    let no_envelope = [vec![Step::Request, Step::Send(sized("HTTP/1.1 200 OK", &[], "{}"))], served()].concat();
    let keep = sized("HTTP/1.0 200 OK", &["Connection: keep-alive"], answers::body());
    let old = [vec![Step::Request, Step::Send(keep)], served()].concat();
    let paused = [vec![Step::Idle, Step::Done], served()].concat();
    let keep_alive = sized("HTTP/1.1 200 OK", &["Connection: keep-alive", "Keep-Alive: timeout=60"], answers::body());
    vec![
        first(over, "kept/thrice".into(), &twice).then_over("reused", OK).then_over("reused", OK),
        first(over, "kept/after-a-pause".into(), &paused).then_over("reused", OK),
        over.point("kept/after-a-refusal", &refused, UNAUTHENTICATED).then_over("reused", OK),
        over.point("kept/after-no-envelope", &no_envelope, BAD).then(OK),
        // HTTP/1.0 may keep a connection, and a client need not believe it.
        over.point("kept/http-1.0", &old, OK).then(OK),
        over.point("kept/keep-alive", &[&[Step::Request, Step::Send(keep_alive)], &served()[..]].concat(), OK)
            .then_over("reused", OK),
    ]
}

fn not_kept(over: Over) -> Vec<Point> {
    let close = |version: &str, fields: &[&str]| sized(&format!("{version} 200 OK"), fields, answers::body());
    // The peer stays, and would serve another request: the client has to go by what the answer says.
    #[rustfmt::skip]
    let answers: [(&str, Vec<u8>); 5] = [
        ("close",            close("HTTP/1.1", &["Connection: close"])),
        ("close-upper-case", close("HTTP/1.1", &["CONNECTION: CLOSE"])),
        ("close-in-list",    close("HTTP/1.1", &["Connection: foo, close"])),
        ("close-and-keep",   close("HTTP/1.1", &["Connection: keep-alive", "Connection: close"])),
        ("http-1.0",         close("HTTP/1.0", &[])),
    ];
    let mut points: Vec<Point> = answers
        .into_iter()
        .map(|(name, bytes)| over.answered(format!("not-kept/{name}"), bytes, End::Silence, OK).then_anew())
        .collect();
    let mut fresh = first(over, "not-kept/no-idle-time".into(), &served());
    fresh = fresh.option("idle_timeout_ms", "0").then_anew();
    points.push(fresh);
    points
}

/// The connection dies, or is spoilt, while nobody uses it. No byte of the second request has left when the client
/// finds out: it takes a new connection, and one request arrives.
fn died_idle(over: Over) -> Vec<Point> {
    let timed_out = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let mut deaths = vec![
        ("fin", vec![Step::Fin]),
        ("close", vec![Step::Close]),
        ("reset", vec![Step::Reset]),
        ("second-answer", vec![Step::Send(answers::stale())]),
        ("second-answer-fin", vec![Step::Send(answers::stale()), Step::Fin]),
        ("second-answer-reset", vec![Step::Send(answers::stale()), Step::Reset]),
        ("half-answer", vec![Step::Send(answers::stale()[..50].to_vec())]),
        ("interim", vec![Step::Send(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())]),
        // What some servers say before they close an idle connection.
        ("408", vec![Step::Send(timed_out.clone())]),
        ("408-fin", vec![Step::Send(timed_out.clone()), Step::Fin]),
        ("408-close", vec![Step::Send(timed_out), Step::Close]),
        ("garbage", vec![Step::Send(vec![0xa5; 100])]),
        ("one-byte", vec![Step::Send(b"H".to_vec())]),
        ("blank-line", vec![Step::Send(b"\r\n".to_vec())]),
        ("a-lot", vec![Step::Send(vec![b'x'; 100_000])]),
    ];
    if over.tls().is_some() {
        deaths.extend([
            ("notify", vec![Step::Notify]),
            ("notify-fin", vec![Step::Notify, Step::Fin]),
            ("notify-close", vec![Step::Notify, Step::Close]),
            ("notify-reset", vec![Step::Notify, Step::Reset]),
            ("alert", vec![Step::Alert]),
            ("alert-fin", vec![Step::Alert, Step::Fin]),
            ("alert-reset", vec![Step::Alert, Step::Reset]),
            ("second-answer-notify", vec![Step::Send(answers::stale()), Step::Notify, Step::Fin]),
            ("raw-garbage", vec![Step::Raw(vec![0xa5; 100])]),
            ("raw-http", vec![Step::Raw(answers::stale())]),
            ("raw-byte", vec![Step::Raw(vec![0x17])]),
            ("raw-half-record", vec![Step::SendPart(answers::stale(), 40)]),
            ("raw-half-record-fin", vec![Step::SendPart(answers::stale(), 40), Step::Fin]),
            ("spoilt-record", vec![Step::SendSpoilt(answers::stale())]),
        ]);
    }
    deaths
        .into_iter()
        .map(|(name, death)| {
            let steps = [&[Step::Idle], &death[..], &[Step::Done], &served()].concat();
            first(over, format!("died-idle/{name}"), &steps).then_anew()
        })
        .collect()
}

/// The connection dies only when the second request comes. Part of it has left: no other is sent for it.
fn died_on_receipt(over: Over) -> Vec<Point> {
    let half = answers::ok()[..50].to_vec();
    let mut points = vec![
        first(over, "died-on-receipt/close-unread".into(), &[Step::Peek, Step::Close])
            .then_over("reused", LOST)
            .then_anew(),
    ];
    for end in over.ends() {
        let receipts: [(&str, Vec<Step>); 5] = [
            ("unread", vec![Step::Peek]),
            ("after-1-byte", vec![Step::Read(1)]),
            ("after-100-bytes", vec![Step::Read(100)]),
            ("after-all", vec![Step::Request]),
            ("after-half-an-answer", vec![Step::Request, Step::Send(half.clone())]),
        ];
        for (place, receipt) in receipts {
            let name = format!("died-on-receipt/{place}/{}", end.name());
            let point = first(over, name, &[receipt, end.steps()].concat());
            points.push(point.then_over("reused", broken_off(*end)).then_anew());
        }
    }
    let silent = [&served()[..], &[Step::Request, Step::Deaf]].concat();
    points.push(
        first(over, "died-on-receipt/third-call".into(), &silent).then_over("reused", OK).then_over("reused", LATE),
    );
    points
}

/// A connection that died while idle is replaced once. What becomes of the new one is the call's outcome.
fn replaced(over: Over) -> Vec<Point> {
    let died = |name: String, script: Vec<Step>, outcomes| {
        let steps = [Step::Idle, Step::Close, Step::Done];
        first(over, name, &steps).connection(script).then(outcomes).then_anew()
    };
    let mut points = Vec::new();
    for end in over.ends() {
        let steps = [vec![Step::Request], end.steps()].concat();
        points.push(died(format!("replaced/after-all/{}", end.name()), over.script(&steps), broken_off(*end)));
    }
    points.push(died("replaced/unread-close".into(), over.script(&[Step::Peek, Step::Close]), LOST));
    points.push(died("replaced/close-on-accept".into(), over.script(&[Step::Close]), EARLY_RACE));
    if over.tls().is_some() {
        // Before its handshake is done, nothing has left on the new one either.
        let alert = Step::Raw(vec![21, 3, 3, 0, 2, 2, 40]);
        points.extend([
            died("replaced/hello-reset".into(), vec![Step::Hello, Step::Reset], UNSENT_LOST),
            died("replaced/hello-silence".into(), vec![Step::Hello], UNSENT_LATE),
            died("replaced/hello-alert".into(), vec![Step::Hello, alert], UNSENT_TLS),
        ]);
    }
    points
}
