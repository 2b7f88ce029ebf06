//! A good answer, cut or stretched at every boundary.

use super::{BAD, CUT, LATE, OK, OK_OR_LOST, Outcomes, Over, Point, broken_off, head};
use crate::answers::{self, Pieces};
use crate::script::{End, Step};

pub fn points(over: Over) -> Vec<Point> {
    [named(over), every_byte(over), refusals(over), drips(over)].concat()
}

/// What a call must report about an answer that ends after `n` of its bytes.
type Rule = fn(Over, &[u8], usize, End) -> Outcomes;

/// The length is announced: the answer is whole at its last byte, whatever comes after it.
fn sized(_: Over, whole: &[u8], n: usize, end: End) -> Outcomes {
    if n == whole.len() { OK } else { broken_off(end) }
}

/// Chunked: the answer has arrived once the last chunk's line has (RFC 9112, section 8); only the trailer section is
/// still to come, and a connection that ends in order says that there is none. Silence and a reset do not say that;
/// half a line, and TLS's truncation, may be taken for an end or not.
fn chunked(over: Over, whole: &[u8], n: usize, end: End) -> Outcomes {
    match (whole.len() - n, end) {
        (0, _) => OK,
        (2, end) if end == head::closing(over) => OK,
        (1 | 2, End::Fin | End::Notify | End::Reset) => OK_OR_LOST,
        _ => broken_off(end),
    }
}

/// The body ends with the connection. An end in the middle looks like the end of it, so there the JSON
/// decides; but a reset is not an end, and over TLS only close_notify is one.
fn closed(over: Over, whole: &[u8], n: usize, end: End) -> Outcomes {
    match end {
        _ if n < answers::head_length(whole) || end != head::closing(over) => broken_off(end),
        _ if n == whole.len() => OK,
        _ => BAD,
    }
}

/// The same, coded: the coding has an end of its own, and half of it is not an answer.
fn gzipped(over: Over, whole: &[u8], n: usize, end: End) -> Outcomes {
    match closed(over, whole, n, end) {
        BAD => CUT,
        outcomes => outcomes,
    }
}

/// At places that have a name, by every end. The next call must not go on with what is left.
fn named(over: Over) -> Vec<Point> {
    let framings: [(&str, Pieces, Rule); 3] = [
        ("sized", answers::sized_pieces(), sized),
        ("chunked", answers::chunked_pieces(), chunked),
        ("closed", answers::closed_pieces(), closed),
    ];
    let mut points = Vec::new();
    for (framing, pieces, rule) in framings {
        let whole = pieces.whole();
        for (place, before, _) in pieces.cuts() {
            for end in over.ends() {
                let name = format!("{framing}/{place}/{}", end.name());
                let outcomes = rule(over, &whole, before.len(), *end);
                points.push(over.answered(name, before.clone(), *end, outcomes).then_anew_if_spoilt());
            }
        }
    }
    points
}

/// After every byte, by every end that comes at once: of silence, which costs time, the places with a name are the
/// sample.
fn every_byte(over: Over) -> Vec<Point> {
    let gzip = answers::answer(&["HTTP/1.1 200 OK", "Content-Encoding: gzip"], answers::gzip(&answers::body()));
    let framings: [(&str, Vec<u8>, Rule); 4] = [
        ("sized", answers::sized_pieces().whole(), sized),
        ("chunked", answers::chunked_pieces().whole(), chunked),
        ("closed", answers::closed_pieces().whole(), closed),
        ("gzip", gzip, gzipped),
    ];
    let mut points = Vec::new();
    for (framing, whole, rule) in framings {
        for n in 0..=whole.len() {
            for end in over.ends().iter().filter(|end| **end != End::Silence) {
                let name = format!("every-byte-{framing}/{n}/{}", end.name());
                points.push(over.answered(name, whole[..n].to_vec(), *end, rule(over, &whole, n, *end)));
            }
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
