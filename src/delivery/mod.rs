//! Delivery: one request leaves at most, and what is known about it is true.
//!
//! `pool` keeps the connections, `connect` makes them (`resolve`, `dial`, `proxy`, `tls`), `wire` carries the bytes and counts
//! them, `call` remembers what is true about a call.

mod body;
mod call;
mod connect;
mod deadline;
mod dial;
mod failure;
mod keep_alive;
mod pool;
mod proxy;
mod resolve;
mod socket;
mod tls;
mod wire;

use ureq::Agent;
use ureq::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, TRANSFER_ENCODING};
use ureq::http::{HeaderMap, HeaderValue, Request, request};

use crate::encoding::Charset;
use crate::outcome::{Connection, Kind, Stage};
use crate::secret::Wiped;
use body::{LONGEST_BODY, Undecoded, codings, decode, read_body};
pub(crate) use call::{Call, Limits};
pub(crate) use connect::Route;
pub(crate) use deadline::Deadline;
pub(crate) use failure::Failure;
use keep_alive::KeepAlive;
pub(crate) use pool::{Key, forget, warm_up};
pub(crate) use tls::Trust;

/// The request of a call.
pub(crate) struct Post<'a> {
    /// What ureq makes a head of.
    pub(crate) head: &'a request::Parts,
    /// The other fields of the head, as they are sent. They need no care of ureq's, which would cost as much as all the
    /// rest of the head, and leave the credentials in its buffers.
    pub(crate) fields: Wiped,
    pub(crate) body: &'a [u8],
}

/// What came back.
#[derive(Default)]
pub(crate) struct Received {
    /// None if not even the head of an answer came.
    pub(crate) http_status: Option<u16>,
    pub(crate) retry_after: Option<String>,
    /// What the answer says of its body.
    pub(crate) charset: Charset,
    /// Decoded, if it came in a content coding; as much as came.
    pub(crate) body: Wiped,
}

/// Sends the request and receives the answer, within the limits of the call. Never sends a second one: a connection that
/// broke before any byte had left is replaced, nothing else is repeated.
///
/// The failure says why there is no whole answer; [`Call::is_sent`] says whether any byte of the request left.
pub(crate) fn exchange(call: &Call, key: &Key, route: &Route, post: Post) -> (Received, Option<Failure>) {
    call.carry(post.fields);
    loop {
        let mut received = Received::default();
        // A new one for each attempt. All except the last sent nothing.
        let request = Request::from_parts(post.head.clone(), post.body);
        let failure = attempt(call, &pool::agent(key, route), request, &mut received).err();
        if failure.as_ref().is_some_and(|failure| failure.stage == Stage::Tls) {
            // It may be the session that the peer could not go on with: the next handshake is a whole one.
            pool::forget(key);
        }
        if failure.is_some() && call.found_a_dead_connection() {
            // Whatever cut it off may have cut off the others too: each of them would cost a call.
            pool::distrust(key);
        }
        let replaceable = !call.is_sent() && call.connection() == Some(Connection::Reused);
        if failure.is_none() || !replaceable {
            return (received, failure);
        }
        call.try_again();
    }
}

/// Resolves, connects and makes TLS, then closes. Not one byte of HTTP, except what a proxy needs.
pub(crate) fn check(_: &Call, route: &Route) -> Result<(), Failure> {
    let wire = connect::open(route)?;
    wire.close();
    Ok(())
}

fn attempt(call: &Call, agent: &Agent, request: Request<&[u8]>, received: &mut Received) -> Result<(), Failure> {
    let reason = |error| reason(call, error);
    let response = agent.run(request).map_err(reason)?;
    received.http_status = Some(response.status().as_u16());
    let headers = response.headers();
    call.keep_alive(KeepAlive::announced(headers));
    received.retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    check_framing(headers)?;
    received.charset =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(Charset::of).unwrap_or_default();
    let codings = codings(headers);

    // The limit holds on both sides of a decoder: for what came, and for what became of it.
    let wired = response.into_body().into_with_config().limit(LONGEST_BODY).reader();
    if codings.is_empty() {
        return read_body(wired, &mut received.body).map_err(reason);
    }
    // First the whole body: how it ends on the wire is one question, what is in it another.
    let mut raw = Wiped::default();
    let came = read_body(wired, &mut raw).map_err(reason);
    let decoded = decode(&codings, raw.bytes(), &mut received.body).map_err(|undecoded| match undecoded {
        Undecoded::Broken(error) => reason(error),
        Undecoded::Unknown => {
            let what =
                format!("the answer has a content coding that the library does not know: {}", codings.join(", "));
            Failure::new(Kind::BadResponse, Stage::Decode, what)
        }
    });
    came.and(decoded)
}

/// Two readers of an answer with both framings, or with a coding that not both know, may see two different ones:
/// RFC 9112 section 6.3.
fn check_framing(headers: &HeaderMap) -> Result<(), Failure> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let what = match (codings.next(), codings.next()) {
        (None, _) => return Ok(()),
        (Some(_), _) if headers.contains_key(CONTENT_LENGTH) => {
            "the answer has both Content-Length and Transfer-Encoding"
        }
        (Some(coding), None) if is(coding, "chunked") => return Ok(()),
        _ => "the answer has a Transfer-Encoding other than a single chunked",
    };
    Err(Failure::new(Kind::BadResponse, Stage::Receive, what))
}

fn is(value: &HeaderValue, expected: &str) -> bool {
    value.as_bytes().trim_ascii().eq_ignore_ascii_case(expected.as_bytes())
}

/// Why ureq gave up: what our own transport said, or that the peer closed too early, or what ureq did not like.
fn reason(call: &Call, error: ureq::Error) -> Failure {
    if let Some(failure) = call.take_failure() {
        return failure;
    }
    if call.was_closed_by_peer() {
        let what = "the peer closed the connection before the whole answer came";
        return Failure::new(Kind::ConnectionLost, Stage::Receive, what);
    }
    let (stage, what) = match &error {
        // Our transport's own errors are handled above: this one is the decoder's.
        ureq::Error::Io(_) => (Stage::Decode, "the answer could not be decompressed"),
        ureq::Error::BodyExceedsLimit(_) => (Stage::Receive, "the answer is longer than 1 MiB"),
        ureq::Error::LargeResponseHeader(..) => (Stage::Receive, "the head of the answer is longer than 64 KiB"),
        _ => (Stage::Receive, "the answer is not valid HTTP"),
    };
    Failure::new(Kind::BadResponse, stage, what).because(error)
}
