//! A CONNECT proxy: every way in which it fails, and the faults of a peer that is reached through a proxy that works.

use super::{LOST, OK, Outcomes, Over, Point, RACE, UNSENT_LATE, UNSENT_LOST, UNSENT_TLS};
use crate::answers;
use crate::peer::Listen;
use crate::script::{End, Step};
use crate::tls::{self, Profile};

/// The proxy answered: it found nobody.
const UNREACHED: Outcomes = &["not_sent/connect"];
/// The proxy answered: it refused, or what it said is not an answer.
const REFUSED: Outcomes = &["not_sent/proxy"];
/// The proxy goes so early that the connection may be reset before the client knows that it has one.
const UNCONNECTED: Outcomes = &["not_sent/connection_lost", "not_sent/connect"];

const ESTABLISHED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

pub fn points() -> Vec<Point> {
    [statuses(), unreachable(), unanswered(), heads(), no_answers(), long(), slow(), behind_a_200(), tunnels()].concat()
}

/// The same points, through a proxy that works.
pub fn behind(mut points: Vec<Point>) -> Vec<Point> {
    // A proxy asks for the name itself; without a resolver in reach it takes as long as that does.
    points.retain(|point| point.name != "connect/unknown-name" && !point.group().starts_with("every-byte"));
    for point in &mut points {
        point.proxy = Some((Listen::Normally, vec![]));
        // What the peer says before it is asked may come together with the proxy's answer, and be taken for more of that.
        if point.name == "no-tls/banner-first" {
            point.calls[0].outcomes = &["not_sent/tls", "not_sent/proxy"];
        }
    }
    points
}

/// A proxy that plays this script on the first connection; the peer that it leads to has no fault.
fn proxied(name: impl Into<String>, script: Vec<Step>, outcomes: Outcomes) -> Point {
    let mut point = Over::HTTPS.point(name, &[Step::Request, Step::Send(answers::ok())], outcomes);
    point.proxy = Some((Listen::Normally, vec![script]));
    point
}

/// The proxy reads what it is asked, sends these bytes, and does what the steps say. All is well on the next connection.
fn answered(name: impl Into<String>, bytes: impl AsRef<[u8]>, after: &[Step], outcomes: Outcomes) -> Point {
    let script = [&[Step::Head, Step::Send(bytes.as_ref().to_vec())], after].concat();
    proxied(name, script, outcomes)
}

/// Every status there is, and some that are none. The proxy keeps the connection: the client must not wait for its end.
fn statuses() -> Vec<Point> {
    let statuses = (100..600).chain([600, 999]);
    let mut points: Vec<Point> = statuses
        .filter(|status| !(200..300).contains(status))
        .map(|status| {
            let outcomes = match status {
                // An interim answer: the one that counts never comes.
                100 | 102..200 => UNSENT_LATE,
                500..600 => UNREACHED,
                _ => REFUSED,
            };
            let answer = format!("HTTP/1.1 {status} Whatever\r\n\r\n");
            answered(format!("proxy-status/{status}"), answer, &[], outcomes).in_stage("proxy").then_anew()
        })
        .collect();
    points.extend((200..300).map(|status| {
        // A tunnel to nobody: the handshake begins, and no answer comes but the end.
        let answer = format!("HTTP/1.1 {status} Whatever\r\n\r\n");
        let steps = [Step::Peek, Step::Fin];
        answered(format!("proxy-status/{status}"), answer, &steps, UNSENT_LOST).in_stage("tls").then_anew()
    }));
    let bodies: [(&str, &str, Outcomes); 8] = [
        ("407-wants", "407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 5\r\n\r\nlogin", REFUSED),
        ("407-half-a-body", "407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 500\r\n\r\nlogin", REFUSED),
        ("407-ntlm", "407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n", REFUSED),
        (
            "500-unreached",
            "500 Unable to connect\r\nContent-Type: text/html\r\n\r\n<h1>Unable to connect</h1>",
            UNREACHED,
        ),
        ("403-chunked", "403 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", REFUSED),
        ("302-login", "302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", REFUSED),
        ("502-html", "502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<h1>Bad Gateway</h1>", UNREACHED),
        ("503-retry", "503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n", UNREACHED),
    ];
    for (name, answer, outcomes) in bodies {
        for end in End::PLAIN {
            let name = format!("proxy-status/{name}/{}", end.name());
            let answer = format!("HTTP/1.1 {answer}");
            points.push(answered(name, answer, &end.steps(), outcomes).in_stage("proxy").then_anew());
        }
    }
    // Interim answers are not the answer.
    for (name, before) in [("100", "100 Continue\r\n\r\n"), ("103", "103 Early Hints\r\nLink: </x>\r\n\r\n")] {
        let before = format!("HTTP/1.1 {before}").repeat(2);
        let established = format!("{before}{ESTABLISHED}");
        points.extend([
            answered(format!("proxy-interim/{name}/200"), established, &[Step::Peek, Step::Fin], UNSENT_LOST)
                .in_stage("tls")
                .then_anew(),
            answered(format!("proxy-interim/{name}/403"), format!("{before}HTTP/1.1 403 No\r\n\r\n"), &[], REFUSED)
                .in_stage("proxy")
                .then_anew(),
            answered(format!("proxy-interim/{name}/alone"), before, &[Step::Fin], UNSENT_LOST)
                .in_stage("proxy")
                .then_anew(),
        ]);
    }
    points
}

fn unreachable() -> Vec<Point> {
    let listen = |name: &str, listen, outcomes| {
        let mut point = proxied(format!("proxy-unreachable/{name}"), vec![], outcomes).in_stage("proxy");
        point.proxy = Some((listen, vec![]));
        point
    };
    vec![
        listen("refused", Listen::Nobody, UNREACHED),
        listen("no-answer", Listen::QueueFull, UNSENT_LATE),
        // The proxy works, but the peer that it leads to does not.
        proxied("proxy-unreachable/nobody-behind", vec![Step::Head, Step::Relay], UNREACHED)
            .listen(Listen::Nobody)
            .in_stage("proxy"),
    ]
}

/// The proxy goes before it answers.
fn unanswered() -> Vec<Point> {
    let named = |what: &str| format!("proxy-unanswered/{what}");
    let mut points = vec![
        proxied(named("close-on-accept"), vec![Step::Close], UNCONNECTED).in_stage("proxy").then_anew(),
        proxied(named("reset-on-accept"), vec![Step::Reset], UNCONNECTED).in_stage("proxy").then_anew(),
        proxied(named("fin-on-accept"), vec![Step::Fin], UNSENT_LOST).in_stage("proxy").then_anew(),
        proxied(named("never-read"), vec![Step::Deaf], UNSENT_LATE).in_stage("proxy"),
        proxied(named("close-unread"), vec![Step::Peek, Step::Close], UNSENT_LOST).in_stage("proxy").then_anew(),
        proxied(named("silence"), vec![Step::Head], UNSENT_LATE).in_stage("proxy").then_anew(),
        proxied(named("silence-half-read"), vec![Step::Read(20)], UNSENT_LATE).in_stage("proxy"),
    ];
    // The request for a connection has more than this many bytes, wherever the peer listens.
    const ASKED: usize = 100;
    for n in 1..=ASKED {
        for end in [End::Fin, End::Reset] {
            let script = [vec![Step::Read(n)], end.steps()].concat();
            points.push(proxied(named(&format!("{n}/{}", end.name())), script, UNSENT_LOST).in_stage("proxy"));
        }
    }
    points
}

/// The proxy's answer, cut off after every byte. A head that is whole decides.
fn heads() -> Vec<Point> {
    let heads: [(&str, &str, Outcomes); 4] = [
        ("200", "HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n", UNSENT_LOST),
        ("407", "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n", REFUSED),
        ("503", "HTTP/1.0 503 Service Unavailable\r\nRetry-After: 7\r\n\r\n", UNREACHED),
        ("403", "HTTP/1.1 403 Forbidden\r\n\r\n", REFUSED),
    ];
    let mut points = Vec::new();
    for (what, head, outcomes) in heads {
        for n in 0..=head.len() {
            let name = |end: End| format!("proxy-head-{what}/{n}/{}", end.name());
            let (outcomes, stage) = match n {
                _ if n < head.len() => (UNSENT_LOST, "proxy"),
                // What follows is TLS's matter, unless the reset overtakes the client.
                _ if what == "200" => (outcomes, "tls"),
                _ => (outcomes, "proxy"),
            };
            for end in [End::Fin, End::Reset] {
                let point = answered(name(end), &head[..n], &end.steps(), outcomes);
                points.push(if stage == "tls" { point } else { point.in_stage(stage) });
            }
            if n % 11 == 5 && n < head.len() {
                points.push(answered(name(End::Silence), &head[..n], &[], UNSENT_LATE).in_stage("proxy"));
            }
        }
    }
    points
}

/// What is not an answer of a proxy. The connection stays open: the client has to see it by itself.
fn no_answers() -> Vec<Point> {
    #[rustfmt::skip]
    let garbage: [(&str, &[u8]); 18] = [
        ("ssh",              b"SSH-2.0-OpenSSH_9.2p1\r\n"),
        ("smtp",             b"220 mail.example ESMTP\r\n"),
        ("html",             b"<html><body>Log in to this network</body></html>"),
        ("json",             b"{\"Result\":true}"),
        ("zeros",            &[0; 64]),
        ("bits",             &[0xa5; 64]),
        ("tls-alert",        &[21, 3, 3, 0, 2, 2, 40]),
        ("socks",            &[5, 0]),
        ("http-2",           b"HTTP/2 200\r\n\r\n"),
        ("http-2-frame",     b"\0\0\x12\x04\0\0\0\0\0"),
        ("http-0.9",         b"HTTP/0.9 200 OK\r\n\r\n"),
        ("http-1.2",         b"HTTP/1.2 200 OK\r\n\r\n"),
        ("lower-case",       b"http/1.1 200 OK\r\n\r\n"),
        ("blank-line-first", b"\r\nHTTP/1.1 200 OK\r\n\r\n"),
        ("a-request",        b"GET / HTTP/1.1\r\nHost: you\r\n\r\n"),
        ("no-status",        b"HTTP/1.1\r\n\r\n"),
        ("status-a-word",    b"HTTP/1.1 OK\r\n\r\n"),
        ("status-of-2",      b"HTTP/1.1 20 OK\r\n\r\n"),
    ];
    #[rustfmt::skip]
    let nearly: [(&str, &[u8]); 6] = [
        ("status-of-4",      b"HTTP/1.1 2000 OK\r\n\r\n"),
        ("status-and-more",  b"HTTP/1.1 200OK\r\n\r\n"),
        ("status-fraction",  b"HTTP/1.1 200.1 OK\r\n\r\n"),
        ("status-plus",      b"HTTP/1.1 +20 OK\r\n\r\n"),
        ("two-spaces",       b"HTTP/1.1  200 OK\r\n\r\n"),
        ("status-nul",       b"HTTP/1.1 200\0\r\n\r\n"),
    ];
    let mut points: Vec<Point> = garbage
        .into_iter()
        .chain(nearly)
        .flat_map(|(name, bytes)| {
            [End::Silence, End::Fin].map(|end| {
                let name = format!("proxy-garbage/{name}/{}", end.name());
                answered(name, bytes, &end.steps(), REFUSED).in_stage("proxy").then_anew()
            })
        })
        .collect();
    // Lines that end otherwise: the head has no end, and the client waits for it.
    for (name, bytes) in [("lf-only", "HTTP/1.1 200 OK\n\n"), ("cr-only", "HTTP/1.1 200 OK\r\r")] {
        points.push(answered(format!("proxy-garbage/{name}/silence"), bytes, &[], UNSENT_LATE).in_stage("proxy"));
        let fin = answered(format!("proxy-garbage/{name}/fin"), bytes, &[Step::Fin], UNSENT_LOST);
        points.push(fin.in_stage("proxy"));
    }
    let banner = vec![Step::Raw(b"SSH-2.0-OpenSSH_9.2p1\r\n".to_vec())];
    points.push(proxied("proxy-garbage/banner-first", banner, REFUSED).in_stage("proxy"));
    // Every byte of the status line, when it is another one.
    for n in 0.."HTTP/1.1 200".len() {
        let mut bytes = ESTABLISHED.as_bytes().to_vec();
        bytes[n] = 0xff;
        points.push(answered(format!("proxy-garbage/byte-{n}"), bytes, &[], REFUSED).in_stage("proxy"));
    }
    points
}

/// Heads that are long, and heads without an end.
fn long() -> Vec<Point> {
    let flood = |name: &str, before: &str, again: &[u8]| {
        let script = vec![Step::Head, Step::Send(before.into()), Step::Flood(again.to_vec())];
        proxied(format!("proxy-long/{name}"), script, REFUSED).in_stage("proxy").then_anew()
    };
    let field = |size: usize| format!("HTTP/1.1 200 OK\r\nX-Fill: {}\r\n\r\n", "x".repeat(size));
    let whole = [Step::Peek, Step::Fin];
    vec![
        answered("proxy-long/10-kib", field(10 << 10), &whole, UNSENT_LOST).in_stage("tls"),
        answered("proxy-long/20-kib", field(20 << 10), &[], REFUSED).in_stage("proxy").then_anew(),
        answered("proxy-long/100-kib", field(100 << 10), &[], REFUSED).in_stage("proxy").then_anew(),
        flood("one-line", "HTTP/1.1 200 OK\r\nX-Fill: ", &[b'x'; 4096]),
        flood("lines", "HTTP/1.1 200 OK\r\n", &b"X-Fill: x\r\n".repeat(100)),
        flood("reason", "HTTP/1.1 200 ", &[b'x'; 4096]),
        flood("interim", "", &b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100)),
        flood("refusal", "HTTP/1.1 407 No\r\n", &b"X-Fill: x\r\n".repeat(100)),
    ]
}

/// An answer that comes too slowly, and one that comes in time.
fn slow() -> Vec<Point> {
    let drip = |name: &str, before: &str, rest: &str| {
        let script = vec![Step::Head, Step::Send(before.into()), Step::Drip(rest.into())];
        proxied(format!("proxy-slow/{name}"), script, UNSENT_LATE).in_stage("proxy").then_anew()
    };
    let trickle = vec![Step::Head, Step::Send(b"HTTP/1.1 200 OK\r\n".into()), Step::Trickle(b"X-Drip: y\r\n".into())];
    let in_bytes = vec![Step::Head, Step::SendInBytes(ESTABLISHED.into()), Step::Peek, Step::Fin];
    let mut connect_timeout = drip("connect-timeout", "", ESTABLISHED);
    connect_timeout.timeout = super::AMPLE;
    vec![
        drip("status-line", "", ESTABLISHED),
        drip("reason", "HTTP/1.1 200 ", "Connection established\r\n\r\n"),
        drip("refusal", "HTTP/1.1 40", "7 Proxy Authentication Required\r\n\r\n"),
        connect_timeout,
        proxied("proxy-slow/header-lines", trickle, UNSENT_LATE).in_stage("proxy").then_anew(),
        proxied("proxy-slow/in-bytes", in_bytes, UNSENT_LOST).in_stage("tls").then_anew(),
    ]
}

/// The proxy says that there is a tunnel, and there is none. Whatever comes, not a byte of the request leaves.
fn behind_a_200() -> Vec<Point> {
    let named = |what: &str| format!("proxy-behind-200/{what}");
    let with_body = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    let mut points = vec![
        answered(named("body"), with_body, &[], REFUSED).in_stage("proxy").then_anew(),
        answered(named("byte"), format!("{ESTABLISHED}x"), &[], REFUSED).in_stage("proxy").then_anew(),
        answered(named("answer"), [ESTABLISHED.into(), answers::stale()].concat(), &[], REFUSED).in_stage("proxy"),
        answered(named("second-head"), ESTABLISHED.repeat(2), &[], REFUSED).in_stage("proxy"),
        // A length and no body: in an answer to CONNECT it means nothing (RFC 9110, section 9.3.6).
        answered(
            named("length-alone"),
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
            &[Step::Peek, Step::Fin],
            UNSENT_LOST,
        )
        .in_stage("tls"),
        answered(named("silence"), ESTABLISHED, &[], UNSENT_LATE).in_stage("tls").then_anew(),
        answered(named("silence-unread"), ESTABLISHED, &[Step::Deaf], UNSENT_LATE).in_stage("tls"),
    ];
    for end in [End::Fin, End::Reset] {
        let asked = [vec![Step::Peek], end.steps()].concat();
        points.push(
            answered(named(&format!("hello/{}", end.name())), ESTABLISHED, &asked, UNSENT_LOST)
                .in_stage("tls")
                .then_anew(),
        );
    }
    // Apart from the answer, since they come only when the handshake has begun.
    let garbage: [(&str, Vec<u8>); 5] = [
        ("html", b"<html>Log in to this network</html>".to_vec()),
        ("http", answers::stale()),
        ("zeros", vec![0; 64]),
        ("bits", vec![0xa5; 64]),
        ("alert", vec![21, 3, 3, 0, 2, 2, 40]),
    ];
    for (name, bytes) in garbage {
        let script = [Step::Peek, Step::Raw(bytes)];
        points.push(
            answered(named(&format!("{name}-for-hello")), ESTABLISHED, &script, UNSENT_TLS).in_stage("tls").then_anew(),
        );
    }
    points
}

/// The proxy dies after every byte that it passes on: of the handshake, the session tickets and the answer.
fn tunnels() -> Vec<Point> {
    let answer = answers::ok();
    let (flights, records) = tls::transcript(Profile::V13, &answer);
    let handshake = flights[0].len();
    let all: usize = flights.iter().map(Vec::len).sum::<usize>() + records.len();
    let mut points = Vec::new();
    for n in 0..=all {
        for end in [End::Fin, End::Reset] {
            let outcomes = match end {
                _ if n < handshake => UNSENT_LOST,
                _ if n == all => OK,
                // A reset may come before the request has begun to leave.
                End::Reset => RACE,
                _ => LOST,
            };
            let script = [vec![Step::Head, Step::RelayTo(n)], end.steps()].concat();
            points.push(proxied(format!("proxy-tunnel/{n}/{}", end.name()), script, outcomes));
        }
    }
    points
}
