//! The answer's head: status lines, interim answers, header fields, statuses.

use super::{BAD, BAD_OR_LATE, LATE, LOST, OK, OK_OR_BAD, Outcomes, Over, Point, REDIRECT, REFUSED, SERVER_ERROR};
use super::{UNAUTHENTICATED, broken_off};
use crate::answers::{self, answer, sized};
use crate::script::{End, Step};

pub fn points(over: Over) -> Vec<Point> {
    [interim(over), status_lines(over), no_http(over), fields(over), floods(over), statuses(over)].concat()
}

/// An answer that refuses: of this status, with a body that is not an envelope.
pub fn refusal(status: &str) -> Vec<u8> {
    sized(&format!("HTTP/1.1 {status}"), &[], format!("<h1>{status}</h1>"))
}

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
const PROCESSING: &[u8] = b"HTTP/1.1 102 Processing\r\n\r\n";
const HINTS: &[u8] = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";
const SWITCH: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

/// Interim answers are not the answer.
fn interim(over: Over) -> Vec<Point> {
    let ok = answers::ok();
    let before = |interim: &[&[u8]]| [&interim.concat(), &ok[..]].concat();
    #[rustfmt::skip]
    let answered: [(&str, Vec<u8>, Outcomes); 8] = [
        ("100",            before(&[CONTINUE]), OK),
        ("100-twice",      before(&[CONTINUE, CONTINUE]), OK),
        ("102",            before(&[PROCESSING]), OK),
        ("103-fields",     before(&[HINTS]), OK),
        // Legal, but ureq wants none in an answer that was not asked for.
        ("100-fields",     before(&[b"HTTP/1.1 100 Continue\r\nServer: peer\r\n\r\n"]), OK_OR_BAD),
        ("199",            before(&[b"HTTP/1.1 199 Whatever\r\n\r\n"]), OK),
        ("all-of-them",    before(&[CONTINUE, PROCESSING, HINTS, HINTS]), OK),
        // It was not asked for: the connection speaks another protocol from there on.
        ("101",            before(&[SWITCH]), BAD),
    ];
    let mut points: Vec<Point> = answered
        .into_iter()
        .map(|(name, bytes, outcomes)| {
            over.answered(format!("interim/{name}"), bytes, End::Silence, outcomes).then_anew_if_spoilt()
        })
        .collect();
    points.push(over.point(
        "interim/100-apart",
        &[Step::Request, Step::Send(CONTINUE.to_vec()), Step::SendInBytes(PROCESSING.to_vec()), Step::Send(ok.clone())],
        OK,
    ));
    points.push(over.point("interim/100-before-request", &[Step::Send(before(&[CONTINUE]))], OK));
    points.push(
        over.point("interim/flood", &[Step::Request, Step::Flood(CONTINUE.repeat(100))], BAD_OR_LATE).then_anew(),
    );
    points.push(
        over.point("interim/flood-103", &[Step::Request, Step::Flood(HINTS.repeat(50))], BAD_OR_LATE).then_anew(),
    );
    for end in over.ends() {
        let name = |place: &str| format!("interim/{place}/{}", end.name());
        points.extend([
            over.answered(name("100-then"), CONTINUE.to_vec(), *end, broken_off(*end)).then_anew(),
            over.answered(name("100-half"), CONTINUE[..14].to_vec(), *end, broken_off(*end)),
            over.answered(name("100-status-line"), before(&[CONTINUE])[..40].to_vec(), *end, broken_off(*end)),
            over.answered(name("101-then"), SWITCH.to_vec(), *end, BAD).then_anew(),
        ]);
    }
    points
}

fn status_lines(over: Over) -> Vec<Point> {
    #[rustfmt::skip]
    let lines: [(&str, &str, Outcomes); 19] = [
        ("http-1.0",          "HTTP/1.0 200 OK",        OK),
        ("no-reason",         "HTTP/1.1 200 ",          OK),
        ("no-reason-space",   "HTTP/1.1 200",           OK),
        ("long-reason",       "HTTP/1.1 200 The service has accepted it, and a text message is on its way", OK),
        ("utf8-reason",       "HTTP/1.1 200 Tamamlandı", OK),
        ("http-2.0",          "HTTP/2.0 200 OK",        BAD),
        ("http-2",            "HTTP/2 200",             BAD),
        ("http-1.2",          "HTTP/1.2 200 OK",        OK_OR_BAD), // HTTP/1.x is 1.1 to a client
        ("http-0.9-in-name",  "HTTP/0.9 200 OK",        BAD),
        ("lower-case",        "http/1.1 200 OK",        BAD),
        ("other-protocol",    "ICY 200 OK",             BAD),
        ("no-status",         "HTTP/1.1",               BAD),
        ("status-of-2",       "HTTP/1.1 20 OK",         BAD),
        ("status-of-4",       "HTTP/1.1 2000 OK",       BAD),
        ("status-a-word",     "HTTP/1.1 OK",            BAD),
        ("status-negative",   "HTTP/1.1 -200 OK",       BAD),
        ("status-000",        "HTTP/1.1 000 No",        BAD),
        ("status-099",        "HTTP/1.1 099 No",        BAD),
        ("nul-in-reason",     "HTTP/1.1 200 O\0K",      BAD),
    ];
    lines
        .into_iter()
        .map(|(name, line, outcomes)| {
            let bytes = sized(line, &[], answers::body());
            let point = over.answered(format!("status-line/{name}"), bytes, End::Silence, outcomes);
            if outcomes == BAD { point.then_anew() } else { point }
        })
        .collect()
}

/// Bytes that are no HTTP/1 at all. The connection stays open: the client has to see it by itself.
fn no_http(over: Over) -> Vec<Point> {
    #[rustfmt::skip]
    let garbage: [(&str, Vec<u8>); 9] = [
        ("ssh",            b"SSH-2.0-OpenSSH_9.2p1\r\n".to_vec()),
        ("smtp",           b"220 mail.example ESMTP\r\n".to_vec()),
        ("http-2-preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("http-2-frame",   b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80\0\x04\0\x01\0\0\0\x05\0\xff\xff".to_vec()),
        ("http-0.9",       answers::body()),
        ("a-request",      b"GET / HTTP/1.1\r\nHost: you\r\n\r\n".to_vec()),
        ("tls-alert",      vec![21, 3, 3, 0, 2, 2, 40]),
        ("zeros",          vec![0; 512]),
        ("bits",           vec![0xa5; 512]),
    ];
    garbage
        .into_iter()
        .flat_map(|(name, bytes)| {
            let name = |end: End| format!("no-http/{name}/{}", end.name());
            [End::Silence, End::Fin].map(|end| over.answered(name(end), bytes.clone(), end, BAD).then_anew())
        })
        .collect()
}

/// Odd header fields around a good body.
fn fields(over: Over) -> Vec<Point> {
    let length = format!("Content-Length: {}", answers::body().len());
    #[rustfmt::skip]
    let fields: [(&str, &str, Outcomes); 16] = [
        ("empty-value",        "X-Empty:",                   OK),
        ("no-space",           "X-Odd:value",                OK),
        ("tabs",               "X-Odd:\t value \t",          OK),
        ("latin-1",            "X-Odd: \u{e9}",              OK),
        ("odd-name",           "X!#$%&'*+-.^_`|~: value",    OK),
        ("cookie",             "Set-Cookie: a=b; Secure",    OK),
        ("nul-in-value",       "X-Odd: a\0b",                BAD),
        ("nul-in-name",        "X-\0Odd: a",                 BAD),
        ("cr-in-value",        "X-Odd: a\rb",                BAD),
        ("control-in-value",   "X-Odd: a\x01b",              BAD),
        ("no-colon",           "X-Odd",                      BAD),
        ("no-name",            ": value",                    BAD),
        ("space-in-name",      "X Odd: value",               BAD),
        ("space-before-colon", "X-Odd : value",              OK_OR_BAD),
        // RFC 9112, section 5.2: a client replaces it by spaces; or it may refuse what nobody has to send.
        ("folded",             "X-Odd: a\r\n b",             OK_OR_BAD),
        ("folded-first",       " X-Odd: a",                  OK_OR_BAD),
    ];
    let mut points: Vec<Point> = fields
        .into_iter()
        .flat_map(|(name, field, outcomes)| {
            let first = answer(&["HTTP/1.1 200 OK", field, &length], answers::body());
            let last = answer(&["HTTP/1.1 200 OK", &length, field], answers::body());
            [("first", first), ("last", last)]
                .map(|(place, bytes)| over.answered(format!("field/{name}/{place}"), bytes, End::Silence, outcomes))
        })
        .collect();
    let lf_only = String::from_utf8(answers::ok()).expect("it is text").replace("\r\n", "\n").into_bytes();
    let blank_first = [b"\r\n", &answers::ok()[..]].concat();
    points.extend([
        // A client may take a bare LF for a line's end, and may skip blank lines before an answer.
        over.answered("field/lf-only", lf_only, End::Silence, OK_OR_BAD),
        over.answered("field/blank-line-first", blank_first, End::Silence, OK_OR_BAD),
        over.answered("field/none", answer(&["HTTP/1.1 200 OK"], answers::body()), closing(over), OK),
    ]);
    points
}

/// The end of a connection that ends a body.
pub fn closing(over: Over) -> End {
    if over.tls().is_some() { End::Notify } else { End::Fin }
}

/// Heads without an end, and heads at the limits: 32 KiB, about 100 lines.
fn floods(over: Over) -> Vec<Point> {
    let with = |lines: usize, size: usize| {
        let line = format!("X-Fill: {}", "x".repeat(size));
        let fill = vec![&line[..]; lines];
        sized("HTTP/1.1 200 OK", &fill, answers::body())
    };
    let flood = |name: &str, before: &[u8], again: &[u8]| {
        let steps = [Step::Request, Step::Send(before.to_vec()), Step::Flood(again.to_vec())];
        over.point(format!("flood/{name}"), &steps, BAD).then_anew()
    };
    vec![
        over.answered("flood/60-lines", with(60, 10), End::Silence, OK),
        over.answered("flood/one-line-of-8-kib", with(1, 8 << 10), End::Silence, OK),
        over.answered("flood/20-kib", with(20, 1 << 10), End::Silence, OK),
        over.answered("flood/1000-lines", with(1000, 10), End::Silence, BAD).then_anew(),
        over.answered("flood/one-line-of-100-kib", with(1, 100 << 10), End::Silence, BAD).then_anew(),
        over.answered("flood/100-kib", with(50, 2 << 10), End::Silence, BAD).then_anew(),
        flood("lines", b"HTTP/1.1 200 OK\r\n", &b"X-Fill: x\r\n".repeat(100)),
        flood("one-line", b"HTTP/1.1 200 OK\r\nX-Fill: ", &[b'x'; 4096]),
        flood("one-name", b"HTTP/1.1 200 OK\r\nX-", &[b'x'; 4096]),
        flood("reason", b"HTTP/1.1 200 ", &[b'x'; 4096]),
        flood("after-interim", CONTINUE, b"HTTP/1.1 200 OK\r\nX-Fill: x\r\n"),
        flood("cookies", b"HTTP/1.1 200 OK\r\n", &b"Set-Cookie: a=b\r\n".repeat(50)),
    ]
}

/// Whole answers of every kind of status. `GOOD` is the envelope of a success.
fn statuses(over: Over) -> Vec<Point> {
    const GOOD: &str = "good";
    const HTML: &str = "<!DOCTYPE html><title>gateway</title>";
    const ELSEWHERE: &[&str] = &["Location: /elsewhere"];
    #[rustfmt::skip]
    let table: [(&str, &[&str], &str, Outcomes); 46] = [
        ("200 OK",                    &[],        "",    BAD),
        ("200 OK",                    &[],        HTML,  BAD),
        ("200 OK",                    &[],        "{}",  BAD),
        ("200 OK",                    &[],        "null", BAD),
        ("201 Created",               &[],        GOOD,  OK),
        ("202 Accepted",              &[],        GOOD,  OK),
        ("202 Accepted",              &[],        "",    BAD),
        ("299 Odd",                   &[],        GOOD,  OK),
        ("300 Multiple Choices",      ELSEWHERE,  HTML,  REDIRECT),
        ("301 Moved Permanently",     ELSEWHERE,  HTML,  REDIRECT),
        ("301 Moved Permanently",     ELSEWHERE,  GOOD,  REDIRECT),
        ("302 Found",                 ELSEWHERE,  "",    REDIRECT),
        ("302 Found",                 &[],        "",    REDIRECT),
        ("302 Found",                 &["Location: "], "", REDIRECT),
        ("302 Found",                 &["Location: http://[::"], "", REDIRECT),
        ("303 See Other",             ELSEWHERE,  HTML,  BAD),
        ("307 Temporary Redirect",    ELSEWHERE,  HTML,  REDIRECT),
        ("308 Permanent Redirect",    ELSEWHERE,  HTML,  REDIRECT),
        ("400 Bad Request",           &[],        HTML,  REFUSED),
        ("400 Bad Request",           &[],        GOOD,  BAD),
        ("401 Unauthorized",          &["WWW-Authenticate: Basic"], "", UNAUTHENTICATED),
        ("401 Unauthorized",          &[],        HTML,  UNAUTHENTICATED),
        ("403 Forbidden",             &[],        HTML,  &["rejected/forbidden"]),
        ("404 Not Found",             &[],        HTML,  &["rejected/wrong_address"]),
        ("405 Method Not Allowed",    &["Allow: GET"], "", &["rejected/wrong_address"]),
        ("407 Proxy Authentication Required", &["Proxy-Authenticate: Basic"], "", REFUSED),
        ("408 Request Timeout",       &[],        "",    &["in_doubt/timeout"]),
        ("413 Content Too Large",     &[],        HTML,  REFUSED),
        ("417 Expectation Failed",    &[],        HTML,  REFUSED),
        ("421 Misdirected Request",   &[],        HTML,  &["rejected/wrong_address"]),
        ("425 Too Early",             &[],        HTML,  REFUSED),
        ("429 Too Many Requests",     &["Retry-After: 7"], HTML, &["rejected/rate_limited"]),
        // What stands between has given up: it may have passed the request on.
        ("460 Client Closed",         &[],        "",    &["in_doubt/http"]),
        ("460 Client Closed",         &[],        GOOD,  BAD),
        ("499 Client Closed Request", &[],        HTML,  &["in_doubt/http"]),
        ("463 Too Many Addresses",    &[],        HTML,  REFUSED),
        ("495 Certificate Error",     &[],        HTML,  REFUSED),
        ("498 Odd",                   &[],        HTML,  REFUSED),
        ("500 Internal Server Error", &[],        HTML,  SERVER_ERROR),
        ("500 Internal Server Error", &[],        GOOD,  SERVER_ERROR),
        ("502 Bad Gateway",           &[],        HTML,  SERVER_ERROR),
        ("503 Service Unavailable",   &["Retry-After: 0"], HTML, SERVER_ERROR),
        ("504 Gateway Timeout",       &[],        "",    SERVER_ERROR),
        ("599 Odd",                   &[],        HTML,  SERVER_ERROR),
        // Nobody knows what they mean.
        ("600 Odd",                   &[],        GOOD,  BAD),
        ("999 Odd",                   &[],        HTML,  BAD),
    ];
    let mut points: Vec<Point> = table
        .into_iter()
        .enumerate()
        .map(|(row, (status, fields, body, outcomes))| {
            let body = if body == GOOD { answers::body() } else { body.as_bytes().to_vec() };
            let bytes = sized(&format!("HTTP/1.1 {status}"), fields, body);
            over.answered(format!("status/{}/row-{row}", &status[..3]), bytes, End::Silence, outcomes)
        })
        .collect();
    // Answers that have no body, whatever their fields say; what follows them belongs to nobody.
    #[rustfmt::skip]
    let bodiless: [(&str, &[&str], &str, Outcomes); 6] = [
        ("204 No Content",   &[],                     "",       BAD),
        ("204 No Content",   &["Content-Length: 5"],  "",       BAD),
        ("204 No Content",   &["Content-Length: 5"],  "stale",  BAD),
        ("304 Not Modified", &[],                     "",       REDIRECT),
        ("304 Not Modified", &["Content-Length: 5"],  "",       REDIRECT),
        ("304 Not Modified", &["Content-Length: 5"],  "stale",  REDIRECT),
    ];
    points.extend(bodiless.into_iter().enumerate().map(|(row, (status, fields, body, outcomes))| {
        let line = format!("HTTP/1.1 {status}");
        let bytes = answer(&[&[&line[..]], fields].concat(), body);
        let point = over.answered(format!("bodiless/{}/row-{row}", &status[..3]), bytes, End::Silence, outcomes);
        if body.is_empty() { point } else { point.then_anew() }
    }));
    points.push(over.answered("status/401/closed", answer(&["HTTP/1.1 401 No"], "no"), closing(over), UNAUTHENTICATED));
    points.push(over.answered("status/401/closed-reset", answer(&["HTTP/1.1 401 No"], "no"), End::Reset, LOST));
    points.push(over.answered("status/401/closed-silence", answer(&["HTTP/1.1 401 No"], "no"), End::Silence, LATE));
    points
}
