//! Up to the request: the connection, and a peer that goes while the request is on its way.

use super::{
    EARLY_RACE, LATE, LOST, OK, Outcomes, Over, Point, REFUSED, SERVER_ERROR, SPOILT, UNAUTHENTICATED, UNSENT_LATE,
};
use super::{broken_off, head};
use crate::answers;
use crate::peer::Listen;
use crate::script::{End, Step};

pub fn points(over: Over) -> Vec<Point> {
    [connect(over), reading(over), large(over), early(over)].concat()
}

fn connect(over: Over) -> Vec<Point> {
    let mut points = vec![
        Point::new(over, "connect/refused", vec![], &["not_sent/connect"]).listen(Listen::Nobody),
        Point::new(over, "connect/no-answer", vec![], UNSENT_LATE).listen(Listen::QueueFull),
    ];
    // The peer listens on 127.0.0.1 only; a name may stand for other addresses as well, and those refuse.
    let mut by_name = over.point("connect/by-name", &[Step::Request, Step::Send(answers::ok())], OK);
    by_name.host = Some("localhost".to_owned());
    points.push(by_name);
    if over.tls().is_some() {
        // Plain HTTP goes to loopback addresses only. Without a resolver in reach, the deadline decides.
        let mut unknown = Point::new(over, "connect/unknown-name", vec![], &["not_sent/dns", "not_sent/timeout"])
            .listen(Listen::Nobody);
        unknown.host = Some("paywall.invalid".to_owned());
        points.push(unknown);
    }
    points
}

/// The peer ends before, while, or after it reads the request, and answers nothing.
fn reading(over: Over) -> Vec<Point> {
    let mut points = vec![
        over.point("request/well-served", &[Step::Request, Step::Send(answers::ok())], OK),
        over.point("request/no-answer", &[], LATE).then_anew(),
        over.point("request/never-read", &[Step::Deaf], LATE),
        // On accept: nothing says whether the client had begun to send.
        over.point("request/close-on-accept", &[Step::Close], EARLY_RACE).then_anew(),
        // Some requests arrive and lie unread; the system then makes a reset of the close.
        over.point("request/close-unread", &[Step::Peek, Step::Close], LOST).then_anew(),
    ];
    for end in over.ends() {
        let name = |place: &str| format!("request/{place}/{}", end.name());
        let script = |steps: &[Step]| [steps, &end.steps()[..]].concat();
        if *end != End::Silence {
            points.push(over.point(name("on-accept"), &script(&[]), EARLY_RACE).then_anew());
        }
        points.push(over.point(name("unread"), &script(&[Step::Peek]), broken_off(*end)).then_anew());
        for n in [1, 4, 30, 120, 300] {
            points.push(over.point(name(&format!("after-{n}-bytes")), &script(&[Step::Read(n)]), broken_off(*end)));
        }
        if over.tls().is_none() {
            // Over TLS one record holds head and body.
            points.push(over.point(name("after-head"), &script(&[Step::Head]), broken_off(*end)).then_anew());
        }
        points.push(over.point(name("after-all"), &script(&[Step::Request]), broken_off(*end)).then_anew());
    }
    points
}

/// A request that is more than the system's buffers take: the client is stopped in the middle of its sending.
fn large(over: Over) -> Vec<Point> {
    let refusal = head::refusal("413 Content Too Large");
    let half = refusal[..refusal.len() - 3].to_vec();
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    let mut table: Vec<(&str, Vec<Step>, Outcomes)> = vec![
        ("well-served", vec![Step::Request, Step::Send(answers::ok())], OK),
        ("never-read", vec![Step::Deaf], LATE),
        ("some-read", vec![Step::Read(10_000), Step::Deaf], LATE),
        ("fin", vec![Step::Peek, Step::Fin, Step::Deaf], LOST),
        ("close", vec![Step::Peek, Step::Close], LOST),
        ("reset", vec![Step::Peek, Step::Reset], LOST),
        ("some-read-close", vec![Step::Read(10_000), Step::Close], LOST),
        ("some-read-reset", vec![Step::Read(10_000), Step::Reset], LOST),
        ("early-answer", vec![Step::Peek, Step::Send(refusal.clone()), Step::Deaf], REFUSED),
        ("early-answer-fin", vec![Step::Peek, Step::Send(refusal.clone()), Step::Fin, Step::Deaf], REFUSED),
        ("early-answer-close", vec![Step::Peek, Step::Send(refusal.clone()), Step::Close], REFUSED),
        ("early-answer-reset", vec![Step::Peek, Step::Send(refusal.clone()), Step::Reset], REFUSED),
        ("early-answer-some-read", vec![Step::Read(10_000), Step::Send(refusal), Step::Close], REFUSED),
        ("early-half-answer", vec![Step::Peek, Step::Send(half.clone()), Step::Deaf], LATE),
        ("early-half-answer-reset", vec![Step::Peek, Step::Send(half), Step::Reset], LOST),
        // The peer is in the middle of reading; an interim answer is not a reason to stop sending.
        ("interim", vec![Step::Peek, Step::Send(interim), Step::Request, Step::Send(answers::ok())], OK),
    ];
    if over.tls().is_some() {
        table.extend([
            ("alert", vec![Step::Peek, Step::Alert, Step::Deaf], LOST),
            // The end of one direction is not the other's: the client may go on, and may give up.
            ("notify", vec![Step::Peek, Step::Notify, Step::Deaf], &["in_doubt/connection_lost", "in_doubt/timeout"]),
            ("garbage", vec![Step::Peek, Step::Raw(vec![0xa5; 100]), Step::Deaf], SPOILT),
            ("half-a-record", vec![Step::Peek, Step::SendPart(answers::ok(), 50), Step::Deaf], LATE),
        ]);
    }
    let points = table.into_iter().map(|(name, steps, outcomes)| {
        let point = over.point(format!("large/{name}"), &steps, outcomes).listen(Listen::SmallBuffers);
        (0..30).fold(point, |point, n| point.option(&format!("header.X-Fill-{n}"), &"x".repeat(8000)))
    });
    points.collect()
}

/// The peer answers before it has read the request: the answer counts.
fn early(over: Over) -> Vec<Point> {
    let answers: [(&str, Vec<u8>, Outcomes); 4] = [
        ("ok", answers::ok(), OK),
        ("401", head::refusal("401 Unauthorized"), UNAUTHENTICATED),
        ("413", head::refusal("413 Content Too Large"), REFUSED),
        ("500", head::refusal("500 Internal Server Error"), SERVER_ERROR),
    ];
    let mut points = Vec::new();
    for (what, answer, outcomes) in &answers {
        let name = |place: &str| format!("early/{what}/{place}");
        // With the request unread, a close is a reset; what came before it can still be read.
        let places = [
            ("unread", vec![Step::Peek, Step::Send(answer.clone())]),
            ("unread-close", vec![Step::Peek, Step::Send(answer.clone()), Step::Close]),
            ("unread-reset", vec![Step::Peek, Step::Send(answer.clone()), Step::Reset]),
            ("after-head", vec![Step::Head, Step::Send(answer.clone())]),
            ("after-head-fin", vec![Step::Head, Step::Send(answer.clone()), Step::Fin]),
            ("after-head-close", vec![Step::Head, Step::Send(answer.clone()), Step::Close]),
            ("after-head-reset", vec![Step::Head, Step::Send(answer.clone()), Step::Reset]),
        ];
        points.extend(places.map(|(place, steps)| over.point(name(place), &steps, outcomes)));
    }
    let refusal = head::refusal("401 Unauthorized");
    let half = refusal[..refusal.len() - 3].to_vec();
    points.extend([
        // The answer is there before the request: whether any of that left then is chance.
        over.point("early/401/on-accept", &[Step::Send(refusal.clone()), Step::Peek, Step::Close], UNAUTHENTICATED),
        over.point(
            "early/401/on-accept-close",
            &[Step::Send(refusal.clone()), Step::Close],
            &["rejected/authentication", "in_doubt/connection_lost", "not_sent/connection_lost", "not_sent/connect"],
        ),
        over.point("early/half-reset", &[Step::Peek, Step::Send(half.clone()), Step::Reset], LOST),
        over.point("early/half-close", &[Step::Peek, Step::Send(half.clone()), Step::Close], LOST),
        over.point("early/half-silence", &[Step::Peek, Step::Send(half), Step::Deaf], LATE),
    ]);
    points
}
