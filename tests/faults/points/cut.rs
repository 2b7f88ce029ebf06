//! A good answer, cut or stretched at every boundary.

use super::{BAD, LATE, LOST, OK, OK_OR_LOST, Outcomes, Over, Point, broken_off, head};
use crate::answers::{self, Pieces};
use crate::script::{End, Step};

pub fn points(over: Over) -> Vec<Point> {
    [sized(over), chunked(over), closed(over), refusals(over), drips(over)].concat()
}

/// The length is told: the answer is whole at its last byte, whatever comes after it.
fn sized(over: Over) -> Vec<Point> {
    each(over, "sized", &answers::sized_pieces(), |place, end| match place {
        "whole" => OK,
        _ => broken_off(end),
    })
}

/// Chunked: the answer has arrived once the last chunk's line has (RFC 9112, section 8); only the trailer section is
/// still to come, and a connection that ends in order says that there is none. Silence and a reset do not say that;
/// half a line, and TLS's truncation, may be taken for an end or not.
fn chunked(over: Over) -> Vec<Point> {
    let orderly = head::closing(over);
    each(over, "chunked", &answers::chunked_pieces(), |place, end| match (place, end) {
        ("whole", _) => OK,
        ("after-zero-line", end) if end == orderly => OK,
        ("after-zero-line" | "in-final-crlf", End::Fin | End::Notify | End::Reset) => OK_OR_LOST,
        _ => broken_off(end),
    })
}

/// The body ends with the connection. An end in the middle can't be told from the end of it, so there the JSON
/// decides; but a reset is no end, and over TLS only close_notify is one.
fn closed(over: Over) -> Vec<Point> {
    let tls = over.tls().is_some();
    each(over, "closed", &answers::closed_pieces(), move |place, end| match (place, end) {
        ("head", _) => broken_off(end),
        (_, End::Reset | End::Silence) => broken_off(end),
        (_, End::Fin) if tls => LOST,
        ("whole", _) => OK,
        _ => BAD,
    })
}

fn each(over: Over, framing: &str, pieces: &Pieces, outcomes: impl Fn(&str, End) -> Outcomes) -> Vec<Point> {
    let mut points = Vec::new();
    for (place, before, _) in pieces.cuts() {
        for end in over.ends() {
            let name = format!("{framing}/{place}/{}", end.name());
            let point = over.answered(name, before.clone(), *end, outcomes(place, *end));
            points.push(point.then_anew_if_spoilt());
        }
    }
    points
}

/// Answers that refuse have to be whole as well.
fn refusals(over: Over) -> Vec<Point> {
    let mut points = Vec::new();
    for status in ["302 Found", "401 Unauthorized", "404 Not Found", "429 Too Many Requests", "503 Service Unavailable"]
    {
        let whole = head::refusal(status);
        for end in over.ends() {
            let name = |place: &str| format!("{}-cut/{place}/{}", &status[..3], end.name());
            let one_short = whole[..whole.len() - 1].to_vec();
            points.push(over.answered(name("body-one-short"), one_short, *end, broken_off(*end)));
            let in_head = whole[..20].to_vec();
            points.push(over.answered(name("in-head"), in_head, *end, broken_off(*end)));
        }
    }
    points
}

/// An answer that comes, but too slowly; and one in small pieces that comes in time.
fn drips(over: Over) -> Vec<Point> {
    let sized = answers::sized_pieces();
    let chunked = answers::chunked_pieces();
    let closed = answers::closed_pieces();
    let from = [
        ("drip/status-line", sized.cut("start")),
        ("drip/fields", sized.cut("after-status-line")),
        ("drip/length", sized.cut("before-length")),
        ("drip/blank-line", sized.cut("before-blank-line")),
        ("drip/body", sized.cut("body-0")),
        ("drip/chunk-size", chunked.cut("before-size")),
        ("drip/chunk", chunked.cut("in-chunk")),
        ("drip/second-chunk", chunked.cut("second-chunk-0")),
        ("drip/closed-body", closed.cut("body-half")),
    ];
    let mut points: Vec<Point> = from
        .into_iter()
        .map(|(name, (before, rest))| {
            over.point(name, &[Step::Request, Step::Send(before), Step::Drip(rest)], LATE).then_anew()
        })
        .collect();
    points.extend([
        over.point(
            "drip/trailers",
            &trickled(&answers::chunked(&answers::chunk_size(), "\r\n0\r\n"), b"X: y\r\n"),
            LATE,
        )
        .then_anew(),
        over.point("drip/chunks", &trickled(&chunked.cut("between-chunks").0, b"1\r\n \r\n"), LATE).then_anew(),
        over.point("drip/interim", &trickled(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), LATE).then_anew(),
        over.point("drip/header-lines", &trickled(b"HTTP/1.1 200 OK\r\n", b"X-Drip: y\r\n"), LATE).then_anew(),
    ]);
    let closing = head::closing(over);
    let again = [Step::Request, Step::Send(answers::ok())];
    let in_bytes =
        |pieces: &Pieces, after: &[Step]| [&[Step::Request, Step::SendInBytes(pieces.whole())], after].concat();
    points.extend([
        over.point("in-bytes/sized", &in_bytes(&sized, &again), OK).then_over("reused", OK),
        over.point("in-bytes/chunked", &in_bytes(&chunked, &again), OK).then_over("reused", OK),
        over.point("in-bytes/closed", &in_bytes(&closed, &closing.steps()), OK).then_anew(),
    ]);
    points
}

fn trickled(before: &[u8], again: &[u8]) -> [Step; 3] {
    [Step::Request, Step::Send(before.to_vec()), Step::Trickle(again.to_vec())]
}
